"""Channels: where messages come from and go to; they know platforms, and nothing of the dialogue."""
