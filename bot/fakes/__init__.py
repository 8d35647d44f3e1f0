"""Platforms that are not there: they speak real HTTP, for tests and for offices without an account."""
