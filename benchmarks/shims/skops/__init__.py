"""Stands in for skops, which stock Rasa's regression needs for saving and the service does not."""
