from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from databases import postgresql_database
from web_support import GENEROUS, QUICK, Service, running

from bot.storage.database import Database
from bot.storage.tables import metadata


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database of its own, with all tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('web') / 'web.db'}"
        return
    with postgresql_database("web") as url:
        yield url


@pytest.fixture(scope="session")
async def tables(database_url: str) -> str:
    """The address of a database with all tables."""
    await create_tables(database_url)
    return database_url


@pytest.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """A small database for what does not depend on the dialect."""
    url = f"sqlite:///{tmp_path / 'web.db'}"
    await create_tables(url)
    return url


async def create_tables(url: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await database.close()


@pytest.fixture
async def service(tables: str) -> AsyncIterator[Service]:
    """The web channel on each kind of database, with limits nobody reaches."""
    async with running(tables, limits=GENEROUS, times=QUICK) as service:
        yield service


@pytest.fixture
async def small_service(sqlite_url: str) -> AsyncIterator[Service]:
    """The web channel on SQLite, with limits nobody reaches."""
    async with running(sqlite_url, limits=GENEROUS, times=QUICK) as service:
        yield service
