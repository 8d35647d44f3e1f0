"""A Zalo server with the Official Account's documented limits, errors and quirks."""
