"""The page on which an office tries both channels with no account."""
