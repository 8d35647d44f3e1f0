"""Citizens on Zalo can be answered for 48 hours: shown, lifted in the queue, told, and refused afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from desk_support import ASKS_PERSON, DeskOffice, at
from sqlalchemy import select

from bot.clock import aware
from bot.handoff.hours import Hours
from bot.handoff.model import Handoff, Officer, Refused, Why
from bot.handoff.offices import offices_of
from bot.handoff.settings import DeskSettings
from bot.handoff.windows import Windows, closed_sentence
from bot.storage.handoff_tables import contact_requests, desk_copies, desk_timers
from bot.storage.tables import outbox

SETTINGS = DeskSettings(places=("telegram",), zalo_allow_billed=False)
SATURDAY = "2026-11-28 10:00"


@pytest.fixture
def desk(at_desk: DeskOffice) -> DeskOffice:
    """With copies for a place outside the console."""
    return DeskOffice(at_desk.office, at_desk.clock, SETTINGS)


@pytest.fixture
def billed(at_desk: DeskOffice) -> DeskOffice:
    """With an operator who lets Zalo bill."""
    return DeskOffice(at_desk.office, at_desk.clock, SETTINGS.model_copy(update={"zalo_allow_billed": True}))


async def _answers(desk: DeskOffice, handoff: Handoff, lan: Officer, origin: str = "1") -> None:
    await desk.handoffs.desk.answer(handoff.id, lan, "Chào anh/chị.", origin=origin)


async def _officer_lines(desk: DeskOffice) -> list[Any]:
    return list(await desk.office.all(select(outbox.c.body).where(outbox.c.author == "officer")))


class TestAnswering:
    async def test_just_before_the_end_it_is_taken_and_just_after_refused(self, desk: DeskOffice) -> None:
        lan = await desk.officer()
        async with desk.serving():
            handoff = await desk.talk(lan, channel="zalo")
        await desk.wrote_ago("a", "zalo", hours=47, minutes=59)
        await _answers(desk, handoff, lan)
        await desk.wrote_ago("a", "zalo", hours=48, minutes=1)
        with pytest.raises(Refused) as refusal:
            await _answers(desk, handoff, lan, "2")
        assert refusal.value.why is Why.WINDOW
        assert "trong 48 giờ" in refusal.value.sentence
        assert "chưa để lại số điện thoại" in refusal.value.sentence
        assert len(await _officer_lines(desk)) == 1, "nothing is stored that cannot arrive"

    async def test_where_zalo_may_bill_it_is_seven_days(self, billed: DeskOffice) -> None:
        lan = await billed.officer()
        async with billed.serving():
            handoff = await billed.talk(lan, channel="zalo")
        await billed.wrote_ago("a", "zalo", days=6, hours=23, minutes=59)
        await _answers(billed, handoff, lan)
        await billed.wrote_ago("a", "zalo", days=7, minutes=1)
        with pytest.raises(Refused, match="trong 7 ngày"):
            await _answers(billed, handoff, lan, "2")

    async def test_a_number_that_was_left_is_named_by_its_request_only(self, desk: DeskOffice) -> None:
        lan = await desk.officer()
        async with desk.serving():
            handoff = await desk.talk(lan, channel="zalo")
        request = {"state": "open", "department": "mot-cua", "reply_by": "phone", "phone": "0912345678"}
        conversation = await desk.conversation("a", "zalo")
        async with desk.office.database.write() as connection:
            await connection.execute(
                contact_requests.insert().values(conversation_id=conversation, created_at=desk.clock(), **request)
            )
        await desk.wrote_ago("a", "zalo", hours=49)
        with pytest.raises(Refused, match="LH-") as refusal:
            await _answers(desk, handoff, lan)
        # The sentence is shown in a group on a foreign platform, too.
        assert "0912345678" not in refusal.value.sentence
        left = await desk.handoffs.contacts.with_phone(conversation)
        assert left is not None
        assert left.phone == "0912345678"

    async def test_an_answer_to_a_message_that_was_left_is_refused_alike(self, desk: DeskOffice) -> None:
        lan = await desk.officer()
        desk.clock.set("2026-11-25 20:00")
        async with desk.serving():
            await desk.hears(ASKS_PERSON, channel="zalo")
            await desk.press("Để lại lời nhắn", channel="zalo")
            await desk.hears("Làm lại khai sinh cần gì?", channel="zalo")
            await desk.press("Buổi sáng", channel="zalo")
            await desk.press("Trả lời tại đây", channel="zalo")
        [request] = await desk.handoffs.contacts.open()
        await desk.wrote_ago("a", "zalo", hours=50)
        with pytest.raises(Refused, match="hết hạn"):
            await desk.handoffs.contacts.answer(request.id, lan, "Chào anh/chị.", origin="1")
        assert (await desk.handoffs.contacts.find(request.id)).state == "open"
        assert await desk.handoffs.desk.of_conversation(request.conversation_id) is None

    async def test_other_channels_have_no_end(self, desk: DeskOffice) -> None:
        lan = await desk.officer()
        async with desk.serving():
            handoff = await desk.talk(lan)
        await desk.wrote_ago("a", "web", days=30)
        await _answers(desk, handoff, lan)
        assert await desk.handoffs.desk.window(handoff) is None


class TestQueue:
    async def test_who_can_be_answered_for_a_little_while_only_is_first(self, desk: DeskOffice) -> None:
        await desk.officer()
        async with desk.serving():
            for address, channel in (("a", "web"), ("b", "zalo"), ("c", "zalo"), ("d", "telegram")):
                await desk.wait_in_queue(address, channel=channel)
        assert await _order(desk) == ["a", "b", "c", "d"]
        await desk.wrote_ago("c", "zalo", hours=46, minutes=30)
        assert await _order(desk) == ["c", "a", "b", "d"]
        await desk.wrote_ago("c", "zalo", hours=48, minutes=1)
        assert await _order(desk) == ["a", "b", "c", "d"], "too late to hurry"
        waiting = await desk.handoffs.desk.queue()
        states = [(one.window.is_open, one.window.is_soon) if one.window else None for one in waiting]
        assert states == [None, (True, False), (False, False), None]


class TestTelling:
    async def test_officers_are_told_two_hours_before_the_end(self, desk: DeskOffice) -> None:
        lan = await desk.officer()
        desk.clock.set("2026-11-25 09:00")
        async with desk.serving():
            handoff = await desk.talk(lan, channel="zalo")
            await desk.wrote_ago("a", "zalo", hours=0)
            # Passed to a colleague: all timers are set anew, for what stands in the database now.
            await desk.handoffs.desk.transfer(handoff.id, lan, to_officer=(await desk.officer("Mai")).id)
        assert await _due(desk) == at("2026-11-27 07:30"), "at seven nobody is there"
        async with desk.office.database.write() as connection:
            await connection.execute(desk_timers.delete().where(desk_timers.c.kind != "window"))
        desk.clock.set("2026-11-27 07:29")
        assert await desk.handoffs.alarms.ring() == 0
        desk.clock.set("2026-11-27 07:31")
        await desk.handoffs.alarms.ring()
        [told] = [row for row in await desk.office.all(desk_copies) if row.kind == "window"]
        assert at("2026-11-27 08:59") <= _moment(told.body["until"]) <= at("2026-11-27 09:01")

    async def test_an_answer_takes_the_timer_away(self, desk: DeskOffice) -> None:
        lan = await desk.officer()
        async with desk.serving():
            handoff = await desk.talk(lan, channel="zalo")
            assert await _due(desk)
            await _answers(desk, handoff, lan)
        assert [row for row in await desk.office.all(desk_timers) if row.kind == "window"] == []

    @pytest.mark.parametrize(
        ("now", "wrote", "told"),
        [
            ("2026-11-24 09:00", "2026-11-24 09:00", "2026-11-26 07:30"),
            ("2026-11-24 15:00", "2026-11-24 15:00", "2026-11-26 13:30"),
            # The window ends on Sunday; told before the office closes for the weekend.
            ("2026-11-27 10:00", "2026-11-27 10:00", "2026-11-27 16:45"),
            # It ends on Monday at eight, half an hour after the office opens.
            (SATURDAY, "2026-11-28 08:00", "2026-11-30 07:30"),
            (SATURDAY, "2026-11-27 20:00", None),
        ],
    )
    def test_it_is_told_while_somebody_is_there(self, now: str, wrote: str, told: str | None) -> None:
        windows = Windows(SETTINGS, lambda: at(now))
        window = windows.of("zalo", at(wrote))
        expected = at(told) if told else None
        assert windows.warn_at(window, _hours()) == expected


class TestForm:
    async def test_over_a_weekend_a_number_is_asked_for(self, desk: DeskOffice) -> None:
        desk.clock.set("2026-11-27 18:00")
        async with desk.serving():
            [asked] = await _leaves(desk, "zalo")
            assert "07:30 thứ Hai" in asked
            assert "không còn cho trả lời" in asked
            [taken] = await desk.hears("0912345678", channel="zalo")
        assert "đuôi 678" in taken

    async def test_who_will_write_again_need_not_give_one(self, desk: DeskOffice) -> None:
        desk.clock.set("2026-11-27 18:00")
        async with desk.serving():
            await _leaves(desk, "zalo")
            [taken] = await desk.press("Tôi sẽ nhắn lại khi cơ quan mở cửa", channel="zalo")
        assert "LH-" in taken
        [row] = await desk.office.all(contact_requests)
        assert aware(row.due_at) == at("2026-11-30 11:30")

    async def test_overnight_and_on_other_channels_it_can_be_answered_here(self, desk: DeskOffice) -> None:
        desk.clock.set("2026-11-25 20:00")
        async with desk.serving():
            assert "LH-" in (await _leaves(desk, "zalo"))[0]
            desk.clock.set("2026-11-27 18:00")
            assert "LH-" in (await _leaves(desk, "telegram"))[0]


def test_what_can_be_done_instead_is_said() -> None:
    window = Windows(SETTINGS, lambda: at("2026-11-28 09:00")).of("zalo", at("2026-11-25 09:12"))
    assert window is not None
    sentence = closed_sentence(window, "LH-000045")
    assert "hết hạn lúc 09:12 ngày 27/11/2026" in sentence
    assert "LH-000045" in sentence


def _hours() -> Hours:
    return offices_of(
        {
            "hours": {"weekly": {"mon-fri": ["07:30-11:30", "13:30-17:00"]}},
            "departments": [{"id": "a", "name": "A", "default": True}],
        }
    ).hours()


async def _leaves(desk: DeskOffice, channel: str) -> list[Any]:
    await desk.hears(ASKS_PERSON, channel=channel)
    await desk.press("Để lại lời nhắn", channel=channel)
    await desk.hears("Làm lại khai sinh cho con cần gì?", channel=channel)
    await desk.press("Buổi sáng", channel=channel)
    return await desk.press("Trả lời tại đây", channel=channel)


async def _order(desk: DeskOffice) -> list[str]:
    """Return who waits, in order; places must agree with it."""
    waiting = await desk.handoffs.desk.queue()
    assert [one.place for one in waiting] == list(range(1, len(waiting) + 1))
    places = [await desk.handoffs.desk.place(one.handoff.id) for one in waiting]
    assert [place[0] for place in places if place] == [one.place for one in waiting]
    addresses = {
        await desk.conversation(address, channel): address
        for address, channel in (("a", "web"), ("b", "zalo"), ("c", "zalo"), ("d", "telegram"))
    }
    return [addresses[one.handoff.conversation_id] for one in waiting if one.handoff.conversation_id]


async def _due(desk: DeskOffice) -> Any:
    [row] = [row for row in await desk.office.all(desk_timers) if row.kind == "window"]
    return aware(row.due_at)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
