from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from core_support import Office
from databases import postgresql_database

from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import metadata


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('core') / 'core.db'}"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An empty database of its own, dropped afterwards."""
    with postgresql_database("core") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    value: str = request.getfixturevalue(f"{request.param}_url")
    return value


@pytest.fixture
async def office(url: str) -> AsyncIterator[Office]:
    """One process on each kind of database, without messages."""
    async for office in _open(url):
        yield office


@pytest.fixture
async def postgresql_office(postgresql_url: str) -> AsyncIterator[Office]:
    """One process on PostgreSQL, for what several processes do there."""
    async for office in _open(postgresql_url):
        yield office


async def _open(url: str) -> AsyncIterator[Office]:
    database = Database(url)
    await migrate(database)
    async with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
    yield Office(database)
    await database.close()
