"""The queue of what is to be shown in topics: read, claimed, noted as shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.clock import aware, now
from bot.handoff.copies import Copy
from bot.storage.database import Database
from bot.storage.handoff_tables import desk_copies

PLACE = "telegram"
LEASE = timedelta(seconds=60)
"""After this a copy that a dead process had claimed is looked at again."""
AT_ONCE = 500
MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One copy that waits."""

    id: int
    handoff_id: int | None
    kind: Copy
    seq: int | None
    body: dict[str, Any]
    attempts: int
    """Attempts of which nobody knows how they went."""
    retry_at: datetime | None
    created_at: datetime


class CopyQueue:
    """The copies of this place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> list[Row]:
        """Return what waits, the oldest first; also what is not due yet, because order matters."""
        statement = (
            select(desk_copies)
            .where(desk_copies.c.place == PLACE, desk_copies.c.status == "pending")
            .order_by(desk_copies.c.id)
            .limit(AT_ONCE)
        )
        async with self._database.read() as connection:
            return [
                Row(
                    row.id,
                    row.handoff_id,
                    Copy(row.kind),
                    row.seq,
                    row.body,
                    row.attempts,
                    aware(row.retry_at) if row.retry_at else None,
                    aware(row.created_at),
                )
                for row in await connection.execute(statement)
            ]

    async def claim(self, rows: Collection[Row]) -> None:
        """Note, before anything is sent, that somebody tries."""
        await self._set(rows, attempts=desk_copies.c.attempts + 1, retry_at=now() + LEASE)

    async def sent(self, rows: Collection[Row], message_id: int | None = None) -> None:
        """Note that copies are shown, in which message."""
        external = None if message_id is None else str(message_id)
        await self._set(rows, status="sent", sent_at=now(), retry_at=None, external_id=external)

    async def give_back(self, rows: Collection[Row], seconds: float = 0.0) -> None:
        """Note that a claim came to nothing, for certain."""
        retry_at = now() + timedelta(seconds=seconds) if seconds else None
        await self._set(rows, attempts=desk_copies.c.attempts - 1, retry_at=retry_at)

    async def unknown(self, rows: Collection[Row], seconds: float) -> None:
        """Note that nobody knows whether a claim came to something."""
        await self._set(rows, retry_at=now() + timedelta(seconds=seconds))

    async def failed(self, rows: Collection[Row]) -> None:
        """Note that copies are given up."""
        await self._set(rows, status="failed", retry_at=None)

    async def message_of(self, handoff_id: int | None, kind: Copy, **body: Any) -> int | None:
        """Return the newest message that shows a copy of this kind with these values in its body."""
        statement = (
            select(desk_copies.c.external_id, desk_copies.c.body)
            .where(
                desk_copies.c.place == PLACE,
                desk_copies.c.kind == kind.value,
                desk_copies.c.external_id.is_not(None),
                desk_copies.c.handoff_id.is_(None)
                if handoff_id is None
                else desk_copies.c.handoff_id == handoff_id,
            )
            .order_by(desk_copies.c.id.desc())
            .limit(AT_ONCE)
        )
        async with self._database.read() as connection:
            for row in await connection.execute(statement):
                if all(row.body.get(name) == value for name, value in body.items()):
                    return int(row.external_id)
        return None

    async def lines_in(self, handoff_id: int, message_id: int) -> list[int]:
        """Return the numbers of the lines that a message in the topic shows."""
        statement = (
            select(desk_copies.c.seq)
            .where(
                desk_copies.c.place == PLACE,
                desk_copies.c.handoff_id == handoff_id,
                desk_copies.c.kind == Copy.LINE.value,
                desk_copies.c.external_id == str(message_id),
            )
            .order_by(desk_copies.c.seq)
        )
        async with self._database.read() as connection:
            return [int(seq) for seq in await connection.scalars(statement)]

    async def _set(self, rows: Collection[Row], **columns: Any) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                update(desk_copies)
                .where(desk_copies.c.id.in_([row.id for row in rows]), desk_copies.c.status == "pending")
                .values(columns)
            )
