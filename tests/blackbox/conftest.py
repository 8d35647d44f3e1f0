from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest

from bot.catalogue.live import project_catalogue
from bot.settings import PROJECT, Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import releases as releases_table
from bot.training.fingerprint import fingerprint
from bot.training.releases import Release, Releases

T = TypeVar("T")
POSTGRESQL = "postgresql://postgres@127.0.0.1:5432"


@pytest.fixture(scope="session")
def release(request: pytest.FixtureRequest) -> Release:
    """A release of the present data: of the developer's register, of an earlier run, or trained now."""
    kept = request.config.cache.mkdir("motcua-release")  # type: ignore[union-attr]
    for state_dir in (PROJECT / "var", Path(kept)):
        if found := _registered(state_dir):
            return found
    environment = {**os.environ, "MOTCUA_STATE_DIR": str(kept)}
    environment.pop("MOTCUA_DATABASE", None)
    subprocess.run([sys.executable, "-m", "bot.cli", "train"], cwd=PROJECT, env=environment, check=True)
    found = _registered(Path(kept))
    assert found, "the training registered nothing"
    return found


def _registered(state_dir: Path) -> Release | None:
    path = state_dir / "motcua.db"
    if not path.exists():
        return None
    settings = Settings()
    wanted = fingerprint(settings.project, project_catalogue().current)

    async def look() -> Release | None:
        database = Database(f"sqlite:///{path}")
        await migrate(database)
        found = await Releases(database).with_fingerprint(wanted)
        await database.close()
        return found

    found = _run(look)
    return found if found and (settings.models_dir / found.archive).exists() else None


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, release: Release) -> Iterator[dict[str, str]]:
    """The addresses of databases that know the release, by kind; PostgreSQL only where there is one."""
    urls = {"sqlite": f"sqlite:///{tmp_path_factory.mktemp('blackbox') / 'blackbox.db'}"}
    name = f"motcua_blackbox_{secrets.token_hex(4)}"
    try:
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        urls["postgresql"] = f"{POSTGRESQL}/{name}"
    except psycopg.OperationalError:
        pass
    for url in urls.values():
        _register(url, release)
    yield urls
    if "postgresql" in urls:
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
