"""Measurements of the whole line and side by side with a stock Rasa; see README.md."""
