"""All processes of a deployment follow the register: two services on one PostgreSQL."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.service import Service, build, running
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.promotion import Promotion
from bot.training.releases import Release, Releases

POSTGRESQL = "postgresql://postgres@127.0.0.1:5432"
WITHIN_SECONDS = 10


@pytest.fixture
def address() -> Iterator[str]:
    name = f"motcua_follow_{secrets.token_hex(4)}"
    try:
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on this machine")
    yield f"{POSTGRESQL}/{name}"
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def services(address: str, release: Release, archive: Path, tmp_path: Path) -> AsyncIterator[list[Service]]:
    (tmp_path / "models").mkdir()
    database = Database(address)
    await migrate(database)
    for name in ("old", "new"):
        shutil.copy(archive, tmp_path / "models" / f"{name}.tar.gz")
        await Releases(database).register(name, f"{name}.tar.gz", release.sha256, name)
    await Releases(database).activate("old")
    await database.close()

    settings = [Settings(project=tmp_path, state_dir=tmp_path, database=address) for _ in range(2)]
    async with running(build(settings[0])) as first, running(build(settings[1])) as second:
        yield [first, second]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_SECONDS):
        while not is_so():  # noqa: ASYNC110  (engines announce nothing)
            await asyncio.sleep(0.05)


async def test_promotion_canary_and_rollback_reach_every_process(services: list[Service], tmp_path: Path) -> None:
    promotion = Promotion(services[0].database, tmp_path / "models")
    await until(lambda: {service.engine.release for service in services} == {"old"})
    await promotion.start_canary("new", 0.2, override_reason="thử nghiệm trong tuần")
    await until(lambda: {service.engine.canary for service in services} == {("new", 0.2)})
    await promotion.promote("new", override_reason="thử nghiệm trong tuần")
    await until(lambda: {service.engine.release for service in services} == {"new"})
    await promotion.roll_back()
    await until(lambda: {service.engine.release for service in services} == {"old"})
