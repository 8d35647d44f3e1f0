from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from bot.clock import now
from bot.storage import migrate as migrations
from bot.storage.database import Database
from bot.storage.migrate import ensure_tables, is_current, migrate
from bot.storage.tables import conversations, metadata

MIGRATE = """
import asyncio, sys
from bot.storage.database import Database
from bot.storage.migrate import migrate

async def main():
    database = Database(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await migrate(database)
    await database.close()

asyncio.run(main())
"""


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    database = Database(empty_url)
    yield database
    await database.close()


async def test_an_empty_database_is_not_current_until_it_is_migrated(empty: Database) -> None:
    assert not await is_current(empty)
    await migrate(empty)
    assert await is_current(empty)


async def test_the_migrations_make_the_tables_the_code_expects(empty: Database) -> None:
    await migrate(empty)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))

    async with empty.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_indexes_keep_their_conditions_and_ids_are_never_reused(empty: Database) -> None:
    """What the comparison above does not look at."""
    await migrate(empty)

    def definitions(connection: Connection) -> dict[str, str]:
        if connection.dialect.name == "sqlite":
            query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        else:
            query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        return {row[0]: row[1] for row in connection.exec_driver_sql(query)}

    async with empty.read() as connection:
        found = await connection.run_sync(definitions)
    for name in ("ix_inbox_pending", "ix_outbox_pending"):
        assert "pending" in found[name].partition("WHERE")[2]
    if not empty.is_postgresql:
        for name in ("inbox", "outbox"):
            assert "AUTOINCREMENT" in found[name]


async def test_migrating_again_changes_nothing_and_keeps_everything(empty: Database) -> None:
    await migrate(empty)
    async with empty.write() as connection:
        await connection.execute(
            conversations.insert().values(
                id="c", channel="web", address="a", created_at=now(), last_message_at=now()
            )
        )
    await migrate(empty)
    await ensure_tables(empty)
    async with empty.read() as connection:
        assert (await connection.execute(conversations.select())).one().id == "c"


async def test_processes_that_start_together_migrate_once(empty_postgresql_url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            MIGRATE,
            empty_postgresql_url,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout
        assert await process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write(b"go\n")
    for process in processes:
        _, complaints = await process.communicate()
        assert process.returncode == 0, complaints.decode()
    database = Database(empty_postgresql_url)
    assert await is_current(database)
    await database.close()


async def test_a_long_migration_is_not_cut_off_by_the_limit_of_statements(
    empty_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.database.STATEMENT_TIMEOUT_MS", 50)
    database = Database(empty_postgresql_url)

    upgrade = migrations.command.upgrade
    monkeypatch.setattr(
        migrations.command,
        "upgrade",
        lambda config, to: (
            config.attributes["connection"].exec_driver_sql("SELECT pg_sleep(0.2)"),
            upgrade(config, to),
        ),
    )
    await migrate(database)
    assert await is_current(database)
    await database.close()


async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = migrations.command.upgrade

    def fail_at_the_end(*args: object) -> None:
        upgrade(*args)  # type: ignore[arg-type]
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrations.command, "upgrade", fail_at_the_end)
    with pytest.raises(RuntimeError, match="power cut"):
        await migrate(empty)
    async with empty.read() as connection:
        assert await connection.run_sync(lambda c: inspect(c).get_table_names()) == []
    monkeypatch.undo()
    await migrate(empty)
    assert await is_current(empty)
