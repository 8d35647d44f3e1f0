"""Deleting by age: what is old goes, what somebody still waits for stays."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, update

from bot.clock import now
from bot.privacy.retention import BATCH, Deleted, Periods, delete_old
from bot.storage.database import Database
from bot.storage.dossier_tables import dossier_watches
from bot.storage.tables import conversations, dialogue_states, inbox, outbox

PERIODS = Periods(messages=90, dialogue_states=7)
_numbers = count(1)


class Archive:
    """Writes conversations of the past."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def conversation(self, name: str, days: int, state: str = "BOT") -> None:
        moment = now() - timedelta(days=days)
        row = {"id": name, "channel": "web", "address": name, "state": state}
        await self._insert(conversations, row | {"created_at": moment, "last_message_at": moment})

    async def message(self, name: str, days: int, status: str = "done") -> int:
        number = next(_numbers)
        row = {"id": number, "conversation_id": name, "seq": number, "channel": "web", "text": "hỏi"}
        row |= {"platform_message_id": str(number), "kind": "text", "status": status}
        await self._insert(inbox, row | {"received_at": now() - timedelta(days=days)})
        return number

    async def reply(self, name: str, days: int, inbox_id: int | None = None, status: str = "pulled") -> None:
        number = next(_numbers)
        row = {"conversation_id": name, "seq": number, "inbox_id": inbox_id, "body": {}, "outcome": "answer"}
        await self._insert(outbox, row | {"created_at": now() - timedelta(days=days), "status": status})

    async def memory(self, name: str, days: int) -> None:
        row = {"conversation_id": name, "events": "[]", "updated_at": now() - timedelta(days=days)}
        await self._insert(dialogue_states, row)

    async def left(self, table: Table) -> int:
        async with self.database.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(table)) or 0)

    async def _insert(self, table: Table, row: dict[str, Any]) -> None:
        async with self.database.write() as connection:
            await connection.execute(insert(table).values(row))


@pytest.fixture
async def told(database_of_each_kind: Database) -> Archive:
    """One conversation of long ago and one of today."""
    archive = Archive(database_of_each_kind)
    for name, days in (("c_old", 91), ("c_new", 1)):
        await archive.conversation(name, days)
        await archive.reply(name, days, await archive.message(name, days))
        await archive.memory(name, days)
    return archive


async def test_what_is_older_than_its_period_is_deleted(told: Archive) -> None:
    assert await delete_old(told.database, PERIODS) == Deleted(1, 1, 1, 1)
    assert [await told.left(table) for table in (inbox, outbox, dialogue_states, conversations)] == [1, 1, 1, 1]
    assert await delete_old(told.database, PERIODS) == Deleted(0, 0, 0, 0)


async def test_a_dry_run_counts_and_deletes_nothing(told: Archive) -> None:
    assert (await delete_old(told.database, PERIODS, is_dry_run=True)).messages == 1
    assert [await told.left(table) for table in (inbox, outbox, dialogue_states, conversations)] == [2, 2, 2, 2]


async def test_a_conversation_that_goes_on_loses_only_its_old_messages(told: Archive) -> None:
    await told.message("c_new", 200)
    assert (await delete_old(told.database, PERIODS)).messages == 2
    assert await told.left(conversations) == 1


async def test_what_somebody_waits_for_stays_however_old(told: Archive) -> None:
    await told.conversation("c_waiting", 400)
    await told.message("c_waiting", 400, status="pending")
    await told.conversation("c_unsent", 400)
    await told.reply("c_unsent", 400, await told.message("c_unsent", 400), status="pending")
    await told.conversation("c_officer", 400, state="HUMAN")
    assert await delete_old(told.database, PERIODS) == Deleted(1, 1, 1, 1)
    assert await told.left(conversations) == 4


async def test_a_conversation_stays_as_long_as_a_dossier_is_watched_in_it(told: Archive) -> None:
    await told.conversation("c_watching", 400)
    watch = {
        "conversation_id": "c_watching",
        "code": "H49.22-261103-0001",
        "consent_text": "1",
        "consented_at": now(),
        "status": 2,
        "as_of": now(),
        "next_check_at": now(),
        "expires_at": now(),
    }
    async with told.database.write() as connection:
        await connection.execute(insert(dossier_watches), watch)
    before = await told.left(conversations)
    assert (await delete_old(told.database, PERIODS)).conversations == 1
    assert await told.left(conversations) == before - 1
    async with told.database.write() as connection:
        await connection.execute(update(dossier_watches).values(state="ended"))
    assert (await delete_old(told.database, PERIODS)).conversations == 1


async def test_more_rows_than_fit_into_a_step_are_all_deleted(told: Archive) -> None:
    moment = now() - timedelta(days=100)
    rows = [{"conversation_id": f"d{n}", "events": "[]", "updated_at": moment} for n in range(2 * BATCH + 1)]
    async with told.database.write() as connection:
        await connection.execute(insert(dialogue_states), rows)
    assert (await delete_old(told.database, PERIODS)).dialogue_states == 2 * BATCH + 2
