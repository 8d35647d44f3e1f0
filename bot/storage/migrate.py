"""Bringing a database to the present form, and asking whether it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import bot.storage.attachment_tables
import bot.storage.channel_tables
import bot.storage.handoff_tables  # noqa: F401  (join the metadata)
from bot.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database) -> None:
    """Apply all missing migrations; several processes may call it at once on PostgreSQL."""
    async with database.write() as connection:
        await connection.run_sync(_upgrade)


async def is_current(database: Database) -> bool:
    """Say whether the newest migration is applied."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    async with database.read() as connection:
        return await connection.run_sync(_revision) == newest


async def ensure_tables(database: Database) -> None:
    """Migrate unless that is done already."""
    if not await is_current(database):
        await migrate(database)


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Waiting for another process, or building an index, may take longer than any other statement.
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        # One process at a time; released with the transaction.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7246101)")
    command.upgrade(_config(connection), "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
