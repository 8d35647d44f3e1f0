"""Custom actions: thin, one file per task; what they know lives in `bot`."""
