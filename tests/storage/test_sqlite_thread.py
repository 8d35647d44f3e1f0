"""Work in the writing thread of SQLite: a transaction each, waiting for the disk where it must."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.storage.database import Database

FULL, NORMAL, OFF = 2, 1, 0


@pytest.fixture
async def notes(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'notes.db'}")
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE notes (n INTEGER PRIMARY KEY)"))
    yield database
    await database.close()


async def _count(database: Database) -> int:
    async with database.read() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM notes")) or 0)


async def test_work_that_raises_leaves_nothing(notes: Database) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO notes VALUES (1)")
        raise KeyError("a fault")

    with pytest.raises(KeyError):
        await notes.in_thread(work)
    assert await _count(notes) == 0


async def test_faults_are_those_of_sqlalchemy(notes: Database) -> None:
    def twice(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO notes VALUES (1)")
        connection.execute("INSERT INTO notes VALUES (1)")

    with pytest.raises(IntegrityError):
        await notes.in_thread(twice)
    with pytest.raises(OperationalError):
        await notes.in_thread(lambda connection: connection.execute("SELECT * FROM nothing").fetchone())
    assert await _count(notes) == 0


async def test_both_ways_of_writing_take_turns(notes: Database) -> None:
    async def plain(number: int) -> None:
        async with notes.write() as connection:
            await connection.execute(text("INSERT INTO notes VALUES (:n)"), {"n": number})

    async def threaded(number: int) -> None:
        await notes.in_thread(lambda connection: connection.execute("INSERT INTO notes VALUES (?)", (number,)))

    await asyncio.gather(*(way(2 * n + add) for n in range(20) for add, way in enumerate((plain, threaded))))
    assert await _count(notes) == 40


def _level(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA synchronous").fetchone()[0])


async def test_only_what_may_be_forgotten_does_not_wait_for_the_disk(notes: Database) -> None:
    assert await notes.in_thread(_level) == FULL
    assert await notes.in_thread(_level, waits_for_disk=False) == NORMAL
    assert await notes.in_thread(_level) == FULL


async def test_a_throwaway_database_never_waits_for_the_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'thrown.db'}", durable=False)
    assert await database.in_thread(_level) == OFF
    await database.close()


async def test_postgresql_has_no_such_thread() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(RuntimeError):
        await database.in_thread(_level)
    await database.close()
