from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import import_runs, import_staging, imported_procedures

POSTGRESQL = os.environ.get("MOTCUA_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")


@pytest.fixture(scope="session")
def import_sqlite(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('import') / 'import.db'}"


@pytest.fixture(scope="session")
def import_postgresql() -> Iterator[str]:
    """An empty database of its own, dropped afterwards."""
    name = f"motcua_import_{secrets.token_hex(4)}"
    try:
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on this machine")
    yield f"{POSTGRESQL}/{name}"
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["import_sqlite", "import_postgresql"])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database of each kind without imports."""
    database = Database(request.getfixturevalue(request.param), durable=False)
    await migrate(database)
    async with database.write() as connection:
        for table in (import_staging, imported_procedures, import_runs):
            await connection.execute(table.delete())
    yield database
    await database.close()
