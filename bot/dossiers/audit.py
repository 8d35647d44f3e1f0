"""The audit: every look-up is a row, written in groups; a look-up ends when its row is written."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Delete, case, delete, func, insert, select

from bot.clock import now
from bot.storage.database import Database
from bot.storage.dossier_tables import dossier_brakes, dossier_lookups
from bot.storage.sqlite_thread import stored_moment

logger = logging.getLogger(__name__)

Row = dict[str, Any]
_MOST_ROWS = 200
_INSERT = insert(dossier_lookups)
_INSERT_IN_SQLITE = """
INSERT INTO dossier_lookups (at, conversation_id, channel, system, code, code_key, outcome, milliseconds)
VALUES (:at, :conversation_id, :channel, :system, :code, :code_key, :outcome, :milliseconds)
"""
_FORGIVE_IN_SQLITE = "DELETE FROM dossier_brakes WHERE subject = ?"


class Audit:
    """Writes look-ups; many at once share one transaction, for a commit costs more than its rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Row, tuple[str, ...], asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def record(self, row: Row, forgiven: tuple[str, ...] = ()) -> None:
        """Write one look-up.

        Args:
            row: The columns of `dossier_lookups` but `id` and `at`; a masked code, never a proof.
            forgiven: Brakes to delete in the same transaction, after a right proof.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(({**row, "at": now()}, forgiven, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="dossier-audit")
        await done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST_ROWS], self._waiting[_MOST_ROWS:]
            try:
                subjects = [subject for _, forgiven, _ in batch for subject in forgiven]
                await self._store([row for row, _, _ in batch], subjects)
            except Exception as error:
                # The conversation may have been erased meanwhile: then its row is kept without it.
                logger.warning("writing look-ups one by one: %s", type(error).__name__)
                for row, forgiven, _ in batch:
                    await self._write_one(row, forgiven)
            for _, _, done in batch:
                if not done.done():
                    done.set_result(None)

    async def _store(self, rows: Sequence[Row], subjects: Sequence[str]) -> None:
        if not self._database.is_postgresql:
            await self._database.in_thread(partial(_store_in_sqlite, rows, subjects))
            return
        async with self._database.write() as connection:
            await connection.execute(_INSERT, list(rows))
            if subjects:
                await connection.execute(_without(subjects))

    async def _write_one(self, row: Row, forgiven: tuple[str, ...]) -> None:
        for values in (row, {**row, "conversation_id": None}):
            with suppress(Exception):
                await self._store([values], forgiven)
                return
        logger.error("a look-up of system %s could not be recorded", row.get("system"))

    async def drop_old(self, days: int) -> None:
        """Delete rows older than so many days."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(dossier_lookups).where(dossier_lookups.c.at < now() - timedelta(days=days))
            )


def _store_in_sqlite(rows: Sequence[Row], subjects: Sequence[str], connection: sqlite3.Connection) -> None:
    connection.executemany(_INSERT_IN_SQLITE, [{**row, "at": stored_moment(row["at"])} for row in rows])
    connection.executemany(_FORGIVE_IN_SQLITE, [(subject,) for subject in subjects])


def _without(subjects: Sequence[str]) -> Delete:
    return delete(dossier_brakes).where(dossier_brakes.c.subject.in_(subjects))


async def statistics(database: Database, days: int) -> list[Row]:
    """Return one row per system and outcome of the last days: number, mean and longest time."""
    lookups = dossier_lookups.c
    async with database.read() as connection:
        rows = await connection.execute(
            select(
                lookups.system,
                lookups.outcome,
                func.count().label("number"),
                func.count(case((lookups.conversation_id.is_not(None), 1))).label("in_conversations"),
                func.avg(lookups.milliseconds).label("mean"),
                func.max(lookups.milliseconds).label("longest"),
            )
            .where(lookups.at > now() - timedelta(days=days))
            .group_by(lookups.system, lookups.outcome)
            .order_by(lookups.system, func.count().desc())
        )
        return [dict(row._mapping) for row in rows]
