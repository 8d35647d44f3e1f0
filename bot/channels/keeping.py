"""Small things channels keep in the database: positions, switches, and who works for all processes."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware, now
from bot.storage.channel_tables import channel_events, channel_state
from bot.storage.database import Database

EVENTS_KEPT = timedelta(days=7)
"""Longer than any platform repeats an event (Telegram about a day, Zalo about two hours)."""


class Keeping:
    """Named values and leases; every call is one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holder = secrets.token_hex(8)

    async def get(self, name: str) -> Any:
        """Return a value, or None when there is none or its time is over."""
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(channel_state.c.value, channel_state.c.expires_at).where(channel_state.c.name == name)
                )
            ).one_or_none()
        if row is None or (row.expires_at is not None and aware(row.expires_at) <= now()):
            return None
        return row.value["is"] if row.value else None

    async def put(self, name: str, value: Any, lasts: timedelta | None = None) -> None:
        """Store a value, for ever or for a while."""
        moment = now()
        # In an object, because SQLite turns a JSON number in a column of this type into a bare number.
        row = {
            "value": {"is": value},
            "expires_at": moment + lasts if lasts is not None else None,
            "updated_at": moment,
        }
        dialect = postgresql if self._database.is_postgresql else sqlite
        statement = dialect.insert(channel_state).values(name=name, **row)
        async with self._database.write() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))

    async def lease(self, name: str, seconds: float) -> bool:
        """Take or prolong a lease; say whether this process holds it now."""
        moment = now()
        row = {
            "holder": self._holder,
            "expires_at": moment + timedelta(seconds=seconds),
            "updated_at": moment,
        }
        dialect = postgresql if self._database.is_postgresql else sqlite
        async with self._database.write() as connection:
            await connection.execute(
                dialect.insert(channel_state)
                .values(name=name, **row)
                .on_conflict_do_nothing(index_elements=["name"])
            )
            taken = await connection.execute(
                update(channel_state)
                .where(
                    channel_state.c.name == name,
                    or_(channel_state.c.holder == self._holder, channel_state.c.expires_at <= moment),
                )
                .values(row)
            )
            return taken.rowcount == 1

    async def release(self, name: str) -> None:
        """Let go of a lease, so that another process need not wait for its end."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(channel_state).where(channel_state.c.name == name, channel_state.c.holder == self._holder)
            )

    async def drop_old_events(self) -> None:
        """Forget events that no platform repeats any more."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(channel_events).where(channel_events.c.received_at < now() - EVENTS_KEPT)
            )


async def is_first(connection: AsyncConnection, channel: str, external_id: str, kind: str) -> bool:
    """Note an event in the caller's transaction; say whether it was not known yet."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    # Asked for its id, because drivers do not agree on the row count of an insertion.
    noted = await connection.scalar(
        dialect.insert(channel_events)
        .values(channel=channel, external_id=external_id, kind=kind, received_at=now())
        .on_conflict_do_nothing(index_elements=["channel", "external_id"])
        .returning(channel_events.c.id)
    )
    return noted is not None
