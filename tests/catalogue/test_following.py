"""Running processes follow files, orders to reload and imports, and say what they serve."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from catalogue_support import FILE, SECOND, spoiled, write
from sqlalchemy import select, update

from bot.catalogue import following
from bot.catalogue.following import GONE_AFTER, CatalogueFollower
from bot.catalogue.imported_library import ImportedLibrary
from bot.catalogue.live import LiveCatalogue
from bot.catalogue.live_files import LiveFiles
from bot.catalogue.reloading import Reply, order_reload
from bot.clock import now
from bot.places.guide import Guide, live_places
from bot.settings import PROJECT
from bot.storage.catalogue_tables import catalogue_processes
from bot.storage.database import Database

CHANGED = spoiled("con rồng", "con rồng đỏ")


class Process:
    """One running process over files of its own."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.directory = write(folder)
        self.places_directory = folder / "places"
        shutil.copytree(PROJECT / "data" / "places", self.places_directory)
        self.live = LiveCatalogue(self.directory)
        self.places: LiveFiles[Guide] = live_places(self.places_directory)
        self.follower = CatalogueFollower(database, self.live, self.places, ImportedLibrary(database, self.live))

    def edit(self, text: str = CHANGED) -> None:
        (self.directory / "a.yml").write_text(text, encoding="utf-8")

    @property
    def summaries(self) -> list[str]:
        return [procedure.summary for procedure in self.live.current]

    async def row(self) -> dict[str, Any] | None:
        async with self.database.read() as connection:
            query = select(catalogue_processes).where(catalogue_processes.c.id == self.follower.id)
            found = (await connection.execute(query)).one_or_none()
        return dict(found._mapping) if found else None

    async def order(self) -> list[tuple[str, Reply]]:
        """Give the order, with the digests of these files, and let the process look while it waits."""
        checked, places = LiveCatalogue(self.directory), live_places(self.places_directory)
        checked.reload(), places.reload()
        asked = asyncio.create_task(order_reload(self.database, checked.digest, places.digest, 5))
        await asyncio.sleep(0.05)
        await self.follower.step()
        return [(answer.process, answer.reply) for answer in await asked]


@pytest.fixture
async def process(database: Database, tmp_path: Path) -> Process:
    process = Process(database, tmp_path)
    await process.follower.step()
    return process


async def test_a_process_writes_down_what_it_serves(process: Process) -> None:
    row = await process.row()
    assert row
    assert (row["digest"], row["procedures"], row["problem"]) == (process.live.digest, 1, None)


async def test_an_edited_file_is_served_and_written_down(process: Process) -> None:
    before = await process.row()
    process.edit()
    await process.follower.step()
    after = await process.row()
    assert before
    assert after
    assert process.summaries == ["Ghi tên một con rồng đỏ vào sổ."]
    assert before["digest"] != after["digest"]


async def test_a_broken_file_leaves_the_old_catalogue_and_is_named(process: Process) -> None:
    process.edit(FILE.replace("amount: 20000", "amount: nhiều"))
    await process.follower.step()
    row = await process.row()
    assert process.summaries == ["Ghi tên một con rồng vào sổ."]
    assert row
    assert row["problem"].startswith("a.yml:")


async def test_a_file_put_back_as_it_was_is_no_problem_any_more(process: Process) -> None:
    process.edit("field: [")
    await process.follower.step()
    process.edit(FILE + "\n")
    process.edit(FILE)
    await process.follower.step()
    row = await process.row()
    assert row
    assert row["problem"] is None


async def test_an_edited_place_is_served_without_a_restart(process: Process) -> None:
    file = process.places_directory / "units.yml"
    name = process.places.current.places.units[0].name
    text = file.read_text("utf-8")
    file.write_text(text.replace(f"name: {name}\n", f"name: {name} Mới\n", 1), encoding="utf-8")
    await process.follower.step()
    assert process.places.current.places.units[0].name == f"{name} Mới"


async def test_broken_places_leave_the_old_ones_and_are_named(process: Process) -> None:
    (process.places_directory / "units.yml").write_text("units: [", encoding="utf-8")
    await process.follower.step()
    row = await process.row()
    assert process.places.current.places.units
    assert row
    assert row["problem"].startswith("units.yml:")


class TestOrders:
    async def test_an_order_is_taken(self, process: Process) -> None:
        process.edit()
        assert await process.order() == [(process.follower.id, Reply.TAKEN)]
        assert process.summaries == ["Ghi tên một con rồng đỏ vào sổ."]

    async def test_a_process_over_other_files_is_told_apart(self, process: Process, tmp_path: Path) -> None:
        (tmp_path / "other").mkdir()
        other = Process(process.database, tmp_path / "other")
        other.edit(SECOND)
        await other.follower.step()
        asked = asyncio.create_task(process.order())
        await asyncio.sleep(0.2)
        await other.follower.step()
        assert dict(await asked) == {process.follower.id: Reply.TAKEN, other.follower.id: Reply.OTHER_FILES}

    async def test_a_process_that_cannot_load_says_why(self, process: Process) -> None:
        digest, places = process.live.digest, process.places.digest
        process.edit("field: [")
        asked = asyncio.create_task(order_reload(process.database, digest, places, 5))
        await asyncio.sleep(0.05)
        await process.follower.step()
        (answer,) = await asked
        assert (answer.reply, str(answer.problem).startswith("a.yml:2: (file)")) == (Reply.REFUSED, True)

    async def test_a_process_that_hangs_is_named(self, process: Process) -> None:
        answers = await order_reload(process.database, process.live.digest, process.places.digest, 0.1)
        assert [answer.reply for answer in answers] == [Reply.SILENT]

    async def test_one_that_died_is_not_waited_for(self, process: Process) -> None:
        async with process.database.write() as connection:
            seen = now() - GONE_AFTER - timedelta(seconds=1)
            await connection.execute(update(catalogue_processes).values(seen_at=seen))
        assert await order_reload(process.database, "", "", 5) == []

    async def test_an_order_from_before_the_start_is_not_carried_out_again(
        self, process: Process, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await process.order()
        loads = 0

        def count() -> None:
            nonlocal loads
            loads += 1

        monkeypatch.setattr(process.live, "reload", count)
        await process.follower.step()
        assert loads == 0


async def test_a_process_that_ends_signs_off(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CHECK_SECONDS", 0.01)
    running = asyncio.create_task(process.follower.run())
    await asyncio.sleep(0.1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await process.row() is None
