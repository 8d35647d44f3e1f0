"""The rows of a turn in three steps: stored, claimed, ended.

These are the statements that every message costs, so each database has them written out for it: one
statement a step on PostgreSQL, one hop into the writing thread a step on SQLite.
"""
