"""A Bot API server with Telegram's documented limits, errors and quirks."""
