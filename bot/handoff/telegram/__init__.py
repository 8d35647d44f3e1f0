"""Officers in a Telegram group: one topic for each conversation with a citizen."""
