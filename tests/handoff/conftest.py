from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from core_support import Office
from databases import postgresql_database
from desk_support import Clock, DeskOffice

from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import metadata

MORNING = "2026-11-25 09:00"
"""A Wednesday in office hours."""


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('desk') / 'desk.db'}"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with postgresql_database("desk") as url:
        yield url


@pytest.fixture(scope="session")
async def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied: migrating is most of the price of a small test."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.db"
    database = Database(f"sqlite:///{path}", durable=False)
    await migrate(database)
    await database.close()
    return path


@pytest.fixture
def small_url(migrated_file: Path, tmp_path: Path) -> str:
    """An SQLite database of its own, with all tables."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'small.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    value: str = request.getfixturevalue(f"{request.param}_url")
    return value


@pytest.fixture
async def at_desk(url: str) -> AsyncIterator[DeskOffice]:
    """One process with a desk, on each kind of database, on a Wednesday morning."""
    database = Database(url, durable=False)
    await migrate(database)
    async with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
    yield DeskOffice(Office(database), Clock(MORNING))
    await database.close()
