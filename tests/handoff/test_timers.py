"""Every timer just before and after it is due; restarts and several processes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from core_support import Office
from desk_support import DeskOffice
from sqlalchemy import select

from bot.conversations.states import State
from bot.handoff.model import End, Handoff, Officer, Status
from bot.handoff.settings import DeskSettings
from bot.storage.database import Database
from bot.storage.handoff_tables import desk_copies

COPIES = DeskSettings(places=("telegram",))


@pytest.fixture
def timed(at_desk: DeskOffice) -> DeskOffice:
    """A desk that also writes copies for a place outside the console."""
    return DeskOffice(at_desk.office, at_desk.clock, COPIES)


async def _kinds(timed: DeskOffice) -> list[str]:
    return [row.kind for row in await timed.office.all(select(desk_copies.c.kind).order_by(desk_copies.c.id))]


async def _passes(timed: DeskOffice, minutes: float) -> None:
    """Let time pass to just before, see that nothing happens, then to just after, and ring."""
    timed.clock.pass_minutes(minutes - 0.1)
    assert await timed.handoffs.alarms.ring() == 0
    timed.clock.pass_minutes(0.2)
    assert await timed.handoffs.alarms.ring() >= 1


async def _answered(timed: DeskOffice, lan: Officer) -> Handoff:
    handoff = await timed.talk(lan)
    await timed.handoffs.desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
    return handoff


async def test_officers_are_reminded_again_and_again_then_called_then_it_ends(timed: DeskOffice) -> None:
    await timed.officer()
    async with timed.serving():
        handoff = await timed.wait_in_queue()
        await _passes(timed, 5)
        assert await _kinds(timed) == ["opened", "remind"]
        timed.clock.pass_minutes(5)
        await timed.handoffs.alarms.ring()
        assert {"escalate", "remind"} <= set((await _kinds(timed))[2:])
        timed.clock.set("2026-11-25 09:29")
        await timed.handoffs.alarms.ring()
        assert await timed.state() is State.WAITING
        timed.clock.set("2026-11-25 09:31")
        await timed.handoffs.alarms.ring()
        assert await timed.state() is State.BOT
        assert (await timed.handoffs.desk.find(handoff.id)).end_reason is End.TIMEOUT_WAIT
        said = (await timed.said())[-1]
        assert "Xin lỗi" in said
        assert "để lại lời nhắn" in said
        # Twice: nothing is due any more.
        assert await timed.handoffs.alarms.ring() == 0


async def test_waiting_stands_still_during_lunch(timed: DeskOffice) -> None:
    timed.clock.set("2026-11-25 11:20")
    await timed.officer()
    async with timed.serving():
        await timed.wait_in_queue()
        timed.clock.set("2026-11-25 13:49")
        await timed.handoffs.alarms.ring()
        assert await timed.state() is State.WAITING
        timed.clock.set("2026-11-25 13:51")
        await timed.handoffs.alarms.ring()
        assert await timed.state() is State.BOT


async def test_who_waits_when_the_office_closes_may_leave_a_message(timed: DeskOffice) -> None:
    timed.clock.set("2026-11-25 16:50")
    await timed.officer()
    async with timed.serving():
        handoff = await timed.wait_in_queue()
        timed.clock.set("2026-11-25 17:00")
        await timed.handoffs.alarms.ring()
        assert "07:30 thứ Năm, 26/11/2026" in (await timed.said())[-1]
    assert (await timed.handoffs.desk.find(handoff.id)).end_reason is End.TIMEOUT_CLOSED


async def test_who_is_given_back_after_closing_time_hears_so_at_once(timed: DeskOffice) -> None:
    timed.clock.set("2026-11-25 16:50")
    lan = await timed.officer()
    async with timed.serving():
        handoff = await _answered(timed, lan)
        timed.clock.set("2026-11-25 17:05")
        await timed.handoffs.desk.give_back(handoff.id, lan)
        await timed.handoffs.alarms.ring()
        assert "hết giờ làm việc" in (await timed.said())[-1]
        assert await timed.state() is State.BOT


async def test_an_officer_who_takes_it_and_says_nothing_loses_it(timed: DeskOffice) -> None:
    lan = await timed.officer()
    async with timed.serving():
        handoff = await timed.talk(lan)
        await _passes(timed, 5)
        assert (await _kinds(timed))[-1] == "first_answer"
        await _passes(timed, 4.9)
        assert await timed.state() is State.WAITING
    assert (await timed.handoffs.desk.find(handoff.id)).officer_id is None


async def test_an_officer_who_leaves_a_citizen_waiting_is_reminded_then_loses_it(timed: DeskOffice) -> None:
    lan = await timed.officer()
    async with timed.serving():
        await _answered(timed, lan)
        await timed.hears("dạ còn câu nữa")
        await _passes(timed, 10)
        await timed.hears("chị ơi")
        await _passes(timed, 9.9)
        assert [row.body for row in await timed.office.all(_silent())] == [
            {"supervisor": False},
            {"supervisor": True},
        ]
        await _passes(timed, 39.9)
        assert await timed.state() is State.WAITING


def _silent() -> Any:
    return select(desk_copies.c.body).where(desk_copies.c.kind == "silent").order_by(desk_copies.c.id)


@pytest.mark.parametrize(("channel", "asks", "ends"), [("web", 15, 1), ("telegram", 240, 1200)])
async def test_a_silent_citizen_is_asked_and_then_it_ends(
    timed: DeskOffice, channel: str, asks: float, ends: float
) -> None:
    lan = await timed.officer()
    desk = timed.handoffs.desk
    async with timed.serving():
        await timed.office.say("chào", channel=channel)
        await timed.office.until_done()
        handoff = await desk.begin(await timed.conversation("a", channel), lan)
        await desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
        await _passes(timed, asks)
        said = await timed.said("a", channel)
        assert "còn ở đó không" in said[-1]
        await _passes(timed, ends - 0.1)
    assert (await desk.find(handoff.id)).end_reason is End.TIMEOUT_IDLE


async def test_a_citizen_who_writes_is_not_idle(timed: DeskOffice) -> None:
    lan = await timed.officer()
    async with timed.serving():
        await _answered(timed, lan)
        timed.clock.pass_minutes(14)
        await timed.hears("tôi đang tìm giấy")
        timed.clock.pass_minutes(5)
        await timed.handoffs.alarms.ring()
        assert await timed.state() is State.HUMAN


async def test_the_question_for_consent_is_dropped_after_ten_minutes(timed: DeskOffice) -> None:
    await timed.officer()
    async with timed.serving():
        await timed.hears("gặp cán bộ")
        handoff = await timed.handoffs.desk.of_conversation(await timed.conversation())
        assert handoff is not None
        await _passes(timed, 10)
    assert (await timed.handoffs.desk.find(handoff.id)).end_reason is End.NO_CONSENT


async def test_officers_are_told_before_closing_time(timed: DeskOffice) -> None:
    timed.clock.set("2026-11-25 16:30")
    lan = await timed.officer()
    async with timed.serving():
        await _answered(timed, lan)
        timed.clock.set("2026-11-25 16:44")
        await timed.handoffs.alarms.ring()
        assert "closing" not in await _kinds(timed)
        timed.clock.set("2026-11-25 16:46")
        await timed.handoffs.alarms.ring()
        assert "closing" in await _kinds(timed)


async def test_timers_survive_a_restart_and_ring_once_for_several_processes(timed: DeskOffice) -> None:
    lan = await timed.officer()
    async with timed.serving():
        handoff = await timed.talk(lan)
    timed.clock.pass_minutes(11)
    others = [timed]
    if timed.office.database.is_postgresql:
        elsewhere = Office(Database(str(timed.office.database.url)))
        others.append(DeskOffice(elsewhere, timed.clock, COPIES))
    await asyncio.gather(*(one.handoffs.alarms.ring() for one in others))
    for one in others[1:]:
        await one.office.database.close()
    assert (await timed.handoffs.desk.find(handoff.id)).status is Status.WAITING
    assert sum("giữ thứ tự" in text for text in await timed.said()) == 1
