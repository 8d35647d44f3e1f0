"""Tries at proof are counted before they are made, on both databases and by several processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from databases import postgresql_database
from sqlalchemy import select, update

from bot.clock import now
from bot.dossiers.reservations import Closed, Reservations, Try
from bot.storage.database import Database
from bot.storage.dossier_tables import dossier_brakes
from bot.storage.migrate import migrate

MOST = 5
LOCK = timedelta(minutes=60)
CODE, OTHER, CHAT = "code:a", "code:b", "chat:x"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'reservations.db'}"
    else:
        with postgresql_database("reservations") as address:
            yield address


@pytest.fixture
async def both(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await migrate(database)
    yield database
    await database.close()


async def misses(database: Database, subject: str) -> int:
    async with database.read() as connection:
        return int(
            await connection.scalar(select(dossier_brakes.c.misses).where(dossier_brakes.c.subject == subject))
            or 0
        )


async def test_of_many_side_by_side_only_so_many_are_let_through(both: Database) -> None:
    reservations = Reservations(both, most=MOST, lock=LOCK)
    tries = [Try(CODE, f"chat:{n}") for n in range(40)] + [Try(OTHER, "chat:o") for _ in range(MOST)]
    results = await asyncio.gather(*map(reservations.reserve, tries))
    assert sum(result is None for result in results[:40]) == MOST
    assert results[40:] == [None] * MOST
    for closed in (result for result in results if result is not None):
        assert closed.subject == CODE
        assert LOCK - timedelta(minutes=1) < closed.until - now() <= LOCK


async def test_one_after_the_other_counts_the_same(both: Database) -> None:
    reservations = Reservations(both, most=MOST, lock=LOCK)
    results = [await reservations.reserve(Try(CODE, CHAT)) for _ in range(MOST + 2)]
    assert [result is None for result in results] == [True] * MOST + [False] * 2


async def test_two_processes_share_the_count(both: Database, url: str) -> None:
    if both.is_postgresql:
        second = Database(url)
        sides = [Reservations(database, most=MOST, lock=LOCK) for database in (both, second)]
        codes = [CODE, OTHER] * 20
        tries = [(sides[n % 2], Try(codes[(n // 2) % 40], f"chat:{n}")) for n in range(80)]
        results = await asyncio.gather(*(side.reserve(one) for side, one in tries))
        await second.close()
        let_through = [one.code for (_, one), result in zip(tries, results, strict=True) if result is None]
        assert sorted(let_through) == [CODE] * MOST + [OTHER] * MOST
    else:
        # SQLite serves one process; a restart must not forget.
        for _ in range(MOST):
            assert await Reservations(both, most=MOST, lock=LOCK).reserve(Try(CODE, CHAT)) is None
        assert await Reservations(both, most=MOST, lock=LOCK).reserve(Try(CODE, CHAT)) is not None


async def test_a_paused_conversation_is_not_counted_against_the_code(both: Database) -> None:
    until = now() + timedelta(minutes=10)
    async with both.write() as connection:
        await connection.execute(dossier_brakes.insert().values(subject=CHAT, misses=9, since=now(), until=until))
    found = await Reservations(both, most=MOST, lock=LOCK).reserve(Try(CODE, CHAT))
    assert found == Closed(CHAT, until)
    assert await misses(both, CODE) == 0


@pytest.mark.parametrize("age", [{"until": timedelta(seconds=-1)}, {"since": -LOCK - timedelta(seconds=1)}])
async def test_an_old_count_begins_anew(both: Database, age: dict[str, timedelta]) -> None:
    reservations = Reservations(both, most=MOST, lock=LOCK)
    for _ in range(MOST + 1):
        await reservations.reserve(Try(CODE, CHAT))
    async with both.write() as connection:
        values = {"until": None} | {name: now() + away for name, away in age.items()}
        await connection.execute(update(dossier_brakes).values(values))
    assert await reservations.reserve(Try(CODE, CHAT)) is None
    assert await misses(both, CODE) == 1
