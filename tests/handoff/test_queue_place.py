"""Places under joins, cancels, transfers and priorities; an estimate only with enough to go by."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_support import ASKS_PERSON, DeskOffice

from bot.handoff.settings import DeskSettings
from bot.storage.handoff_tables import handoffs


async def _place(at_desk: DeskOffice, address: str) -> int | None:
    handoff = await at_desk.handoffs.desk.of_conversation(await at_desk.conversation(address))
    found = await at_desk.handoffs.desk.place(handoff.id) if handoff else None
    return found[0] if found else None


async def test_places_follow_what_happens(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer()
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        waiting = {address: await at_desk.wait_in_queue(address) for address in "abcd"}
        assert [await _place(at_desk, address) for address in "abcd"] == [1, 2, 3, 4]
        assert "Trước anh/chị còn 3 người" in (await at_desk.hears("còn bao lâu nữa", "d"))[0]
        await at_desk.hears("huỷ", "a")
        assert [await _place(at_desk, address) for address in "bcd"] == [1, 2, 3]
        await desk.transfer(waiting["b"].id, lan, department="tu-phap")
        assert [await _place(at_desk, address) for address in "bcd"] == [1, 1, 2]
        await desk.claim(waiting["c"].id, lan)
        assert await _place(at_desk, "d") == 1


async def test_who_comes_back_at_once_is_first(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer()
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan, "a")
        await desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
        await desk.finish(handoff.id, lan)
        await at_desk.wait_in_queue("b")
        again = await at_desk.wait_in_queue("a")
        assert (again.preferred_officer_id, await _place(at_desk, "a")) == (lan.id, 1)
        await at_desk.hears("huỷ", "a")
        at_desk.clock.pass_minutes(11)
        await at_desk.wait_in_queue("a")
        assert await _place(at_desk, "a") == 2


@pytest.mark.parametrize(("ended", "minutes"), [(19, None), (20, 15)])
async def test_an_estimate_needs_twenty_talks(at_desk: DeskOffice, ended: int, minutes: int | None) -> None:
    await at_desk.officer()
    begin = at_desk.clock() - timedelta(days=1)
    async with at_desk.office.database.write() as connection:
        for number in range(ended):
            await connection.execute(
                handoffs.insert().values(
                    channel="web",
                    status="ended",
                    reason="citizen",
                    department="mot-cua",
                    asked_at=begin,
                    claimed_at=begin,
                    ended_at=begin + timedelta(minutes=12 + number % 3),
                    end_reason="done",
                )
            )
    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
        assert await at_desk.handoffs.desk.place(handoff.id) == (1, minutes)
        said = (await at_desk.said())[-1]
    assert ("Dự kiến chờ khoảng 15 phút" in said) is (minutes is not None)


async def test_a_full_queue_and_an_empty_desk_lead_to_the_form(at_desk: DeskOffice) -> None:
    async with at_desk.serving():
        assert "chưa có cán bộ nào trực" in (await at_desk.hears(ASKS_PERSON))[0]
        full = DeskOffice(at_desk.office, at_desk.clock, DeskSettings(longest_queue=1))
        await full.officer()
    async with full.serving():
        await full.wait_in_queue("b")
        assert "quá nhiều người" in (await full.hears(ASKS_PERSON, "c"))[0]


async def test_the_fourth_request_of_a_day_in_vain_leads_to_the_form(at_desk: DeskOffice) -> None:
    await at_desk.officer()
    async with at_desk.serving():
        for _ in range(3):
            await at_desk.wait_in_queue()
            await at_desk.hears("huỷ")
        assert "nhiều lần" in (await at_desk.hears(ASKS_PERSON))[0]


async def test_who_is_off_duty_by_evening_is_not_there_in_the_morning(at_desk: DeskOffice) -> None:
    await at_desk.officer()
    assert await at_desk.handoffs.status.look()
    at_desk.clock.set("2026-11-26 09:00")
    assert not await at_desk.handoffs.status.look()
