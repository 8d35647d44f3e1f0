from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import exc, text

from bot.storage.database import Database, is_passing


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    database = Database(empty_url)
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, n INTEGER)"))
        await connection.execute(text("INSERT INTO notes VALUES (1, 0)"))
    yield database
    await database.close()


async def _value(database: Database) -> int:
    async with database.read() as connection:
        value = await connection.scalar(text("SELECT n FROM notes"))
    assert isinstance(value, int)
    return value


async def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.write() as connection:
            await connection.execute(text("UPDATE notes SET n = 7"))
            raise RuntimeError("fails")

    with pytest.raises(RuntimeError, match="fails"):
        await write_and_fail()
    assert await _value(database) == 0


async def test_a_cancelled_write_leaves_nothing_and_lets_the_next_one_in(database: Database) -> None:
    inside = asyncio.Event()

    async def write_and_wait() -> None:
        async with database.write() as connection:
            await connection.execute(text("UPDATE notes SET n = 7"))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await inside.wait()
    task.cancel()
    await asyncio.wait({task})
    assert await _value(database) == 0
    async with asyncio.timeout(5), database.write() as connection:
        await connection.execute(text("UPDATE notes SET n = 8"))
    assert await _value(database) == 8


async def test_concurrent_writes_all_count(database: Database) -> None:
    async def add() -> None:
        async with database.write() as connection:
            await connection.execute(text("UPDATE notes SET n = n + 1"))

    await asyncio.gather(*(add() for _ in range(40)))
    assert await _value(database) == 40


async def test_reading_does_not_wait_for_a_write(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE notes SET n = 7"))
        async with asyncio.timeout(2):
            assert await _value(database) == 0


async def test_sqlite_writes_ahead_waits_for_the_disk_and_knows_foreign_keys(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'a.db'}")
    async with database.read() as connection:
        found = [
            await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await database.close()
    assert found == ["wal", 2, 1]


async def test_postgresql_is_asked_with_a_limit_and_in_utc(empty_postgresql_url: str) -> None:
    database = Database(empty_postgresql_url)
    async with database.read() as connection:
        assert await connection.scalar(text("SHOW statement_timeout")) == "10s"
        assert await connection.scalar(text("SHOW timezone")) == "UTC"
    await database.close()


async def test_a_database_that_is_not_there_is_not_reachable(tmp_path: Path) -> None:
    nobody = Database("postgresql://postgres@127.0.0.1:1/nothing")
    assert not await nobody.is_reachable()
    await nobody.close()
    (tmp_path / "a.db").write_text("this is no database " * 100)
    broken = Database(f"sqlite:///{tmp_path / 'a.db'}")
    assert not await broken.is_reachable()
    await broken.close()


async def test_a_database_that_is_there_is_reachable(database: Database) -> None:
    assert await database.is_reachable()


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (exc.OperationalError("", {}, psycopg.errors.AdminShutdown()), True),
        (exc.OperationalError("", {}, psycopg.errors.DeadlockDetected()), True),
        (exc.InterfaceError("", {}, psycopg.InterfaceError()), True),
        (exc.InternalError("", {}, psycopg.InternalError(), connection_invalidated=True), True),
        (exc.TimeoutError(), True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (exc.DataError("", {}, psycopg.DataError()), False),
        (exc.IntegrityError("", {}, psycopg.IntegrityError()), False),
        (exc.StatementError("", "", {}, TypeError()), False),
        (KeyError(), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_faults_of_the_moment_are_told_from_faults_of_the_work(error: Exception, passing: bool) -> None:
    assert is_passing(error) is passing
