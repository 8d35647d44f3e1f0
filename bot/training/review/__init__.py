"""Reviewing what citizens really said: collected by worth, grouped by likeness, decided, undone."""
