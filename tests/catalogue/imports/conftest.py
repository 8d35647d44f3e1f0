from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from databases import postgresql_database

from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import import_runs, import_staging, imported_procedures


@pytest.fixture(scope="session")
def import_sqlite(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('import') / 'import.db'}"


@pytest.fixture(scope="session")
def import_postgresql() -> Iterator[str]:
    """An empty database of its own, dropped afterwards."""
    with postgresql_database("import") as url:
        yield url


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
