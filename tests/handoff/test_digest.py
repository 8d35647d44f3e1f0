"""On opening, what was left out of hours is told once: over restarts, several processes, a failing platform."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from desk_support import DeskOffice, at
from floor_support import Floor, floor, until
from sqlalchemy import select

from bot.fakes.faults import Fault, FaultKind
from bot.handoff.copies import Copy
from bot.handoff.settings import DeskSettings
from bot.storage.handoff_tables import contact_requests, desk_copies
from bot.storage.tables import conversations

SETTINGS = DeskSettings(places=("telegram",))
NIGHT, OPENING = "2026-11-25 20:00", "2026-11-26 07:30"


@pytest.fixture
def desk(at_desk: DeskOffice) -> DeskOffice:
    return DeskOffice(at_desk.office, at_desk.clock, SETTINGS)


async def _leave(desk: DeskOffice, at_text: str = NIGHT, department: str = "mot-cua", **columns: Any) -> int:
    values = {"state": "open", "question": "Cần gì?", "reply_by": "here", "created_at": at(at_text)} | columns
    conversation = await desk.conversation()
    async with desk.office.database.write() as connection:
        statement = contact_requests.insert().values(conversation_id=conversation, department=department, **values)
        return int((await connection.execute(statement.returning(contact_requests.c.id))).scalar_one())


async def _told(desk: DeskOffice) -> list[tuple[str, str]]:
    rows = await desk.office.all(desk_copies)
    return [(row.body["day"], row.body["department"]) for row in rows if row.kind == Copy.DIGEST.value]


def another(desk: DeskOffice) -> DeskOffice:
    """Another process, or the same after a restart."""
    return DeskOffice(desk.office, desk.clock, SETTINGS)


async def test_it_is_told_at_opening_and_not_again_that_day(desk: DeskOffice) -> None:
    await _leave(desk)
    desk.clock.set("2026-11-26 07:29")
    assert await desk.handoffs.digest.look() == 0
    desk.clock.set(OPENING)
    assert await desk.handoffs.digest.look() == 1
    assert await desk.handoffs.digest.look() == 0
    assert await another(desk).handoffs.digest.look() == 0, "after a restart"
    desk.clock.set("2026-11-26 14:00")
    assert await another(desk).handoffs.digest.look() == 0
    desk.clock.set("2026-11-27 07:31")
    assert await desk.handoffs.digest.look() == 1, "the next day it waits still"
    assert await _told(desk) == [("2026-11-26", "mot-cua"), ("2026-11-27", "mot-cua")]


async def test_of_several_processes_one_tells(desk: DeskOffice) -> None:
    await _leave(desk)
    desk.clock.set(OPENING)
    others = [another(desk) for _ in range(6)]
    told = await asyncio.gather(*(one.handoffs.digest.look() for one in (desk, *others)))
    assert sum(told) == 1
    assert len(await _told(desk)) == 1


async def test_each_department_hears_of_its_own_and_the_default_of_those_that_are_gone(desk: DeskOffice) -> None:
    await _leave(desk, department="tu-phap")
    await _leave(desk, department="da-giai-the")
    desk.clock.set(OPENING)
    assert await desk.handoffs.digest.look() == 2
    assert sorted(department for _, department in await _told(desk)) == ["mot-cua", "tu-phap"]


async def test_nothing_is_told_on_a_day_off_nor_of_what_is_done(desk: DeskOffice) -> None:
    await _leave(desk, "2026-11-27 20:00")
    await _leave(desk, "2026-11-24 20:00", state="answered")
    desk.clock.set("2026-11-26 08:00")
    assert await desk.handoffs.digest.look() == 0, "left later, and answered"
    desk.clock.set("2026-11-28 09:00")
    assert await desk.handoffs.digest.look() == 0, "Saturday"
    desk.clock.set("2026-11-30 07:30")
    assert await desk.handoffs.digest.look() == 1


async def test_a_late_start_does_not_tell_of_what_came_meanwhile(desk: DeskOffice) -> None:
    await _leave(desk, "2026-11-26 09:00")
    desk.clock.set("2026-11-26 10:00")
    assert await desk.handoffs.digest.look() == 0


class TestGroup:
    async def test_the_group_gets_one_message_with_all_departments(self, tmp_path: Path, small_url: str) -> None:
        async with floor(tmp_path, small_url) as running:
            await _two_requests(running)
            await _digest(running, "mot-cua", "tu-phap")
            await until(lambda: bool(_digests(running)))
            await running.quiet()
            [text] = _digests(running)
            assert text.startswith("☀ 2 lời nhắn ngoài giờ đang chờ trả lời")
            for part in ("Tư pháp – Hộ tịch · gọi điện", "Bộ phận Một cửa · nhắn trong cuộc trò chuyện", "LH-"):
                assert part in text
            assert "0912345678" not in text

    async def test_what_was_answered_meanwhile_is_not_told(self, tmp_path: Path, small_url: str) -> None:
        async with floor(tmp_path, small_url) as running:
            await _two_requests(running)
            async with running.database.write() as connection:
                await connection.execute(contact_requests.update().values(state="answered"))
            await _digest(running, "mot-cua", "tu-phap")
            await running.quiet()
            assert _digests(running) == []

    async def test_when_telegram_fails_it_is_told_later_and_once(self, tmp_path: Path, small_url: str) -> None:
        async with floor(tmp_path, small_url) as running:
            await _two_requests(running)
            running.faults.add(Fault(FaultKind.ERROR, "sendMessage", code=429, times=1))
            await _digest(running, "mot-cua")
            await until(lambda: bool(_digests(running)))
            await running.quiet()
            assert len(_digests(running)) == 1

    async def test_when_nobody_knows_whether_it_arrived_it_is_not_told_twice(
        self, tmp_path: Path, small_url: str
    ) -> None:
        async with floor(tmp_path, small_url) as running:
            await _two_requests(running)
            running.faults.add(Fault(FaultKind.DROP_AFTER, "sendMessage", times=1))
            await _digest(running, "mot-cua")
            await running.quiet()
            assert len(_digests(running)) == 1


def _digests(running: Floor) -> list[str]:
    sent = running.telegram.sent(running.group.id)
    return [message["text"] for message in sent if "lời nhắn ngoài giờ đang chờ" in message.get("text", "")]


async def _two_requests(running: Floor) -> None:
    citizen = await running.citizen()
    await citizen.say("chào")
    async with running.database.write() as connection:
        conversation = await connection.scalar(select(conversations.c.id))
        for department, reply_by, phone in (("mot-cua", "here", None), ("tu-phap", "phone", "0912345678")):
            await connection.execute(
                contact_requests.insert().values(
                    conversation_id=conversation,
                    state="open",
                    department=department,
                    question="Cần gì?",
                    reply_by=reply_by,
                    phone=phone,
                    created_at=at(NIGHT),
                )
            )


async def _digest(running: Floor, *departments: str) -> None:
    async with running.database.write() as connection:
        for department in departments:
            await running.desk.edges.copy(connection, None, Copy.DIGEST, department=department, day="2026-11-26")
    running.desk.copies.wake()
