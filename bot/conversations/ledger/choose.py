"""Choosing the ledger of a database."""

from __future__ import annotations

from bot.conversations.ledger.port import Ledger
from bot.conversations.ledger.postgresql import PostgresqlLedger
from bot.conversations.ledger.sqlite import SqliteLedger
from bot.storage.database import Database


def ledger_of(database: Database) -> Ledger:
    """Return the ledger written for this kind of database."""
    return PostgresqlLedger(database) if database.is_postgresql else SqliteLedger(database)
