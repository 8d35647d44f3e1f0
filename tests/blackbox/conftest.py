from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any, TypeVar

import pytest
from databases import postgresql_database

from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import releases as releases_table
from bot.training.releases import Release

T = TypeVar("T")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, release: Release) -> Iterator[dict[str, str]]:
    """The addresses of databases that know the release, by kind; PostgreSQL only where there is one."""
    urls = {"sqlite": f"sqlite:///{tmp_path_factory.mktemp('blackbox') / 'blackbox.db'}"}
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(pytest.skip.Exception):
            urls["postgresql"] = stack.enter_context(postgresql_database("blackbox"))
        for url in urls.values():
            _register(url, release)
        yield urls


def _register(url: str, release: Release) -> None:
    async def write() -> None:
        database = Database(url)
        await migrate(database)
        async with database.write() as connection:
            await connection.execute(releases_table.insert().values({**asdict(release), "state": "active"}))
        await database.close()

    _run(write)


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Return the result of `work`, also while the loop of the test session is running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
