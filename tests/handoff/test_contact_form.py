"""Out of hours: the form completed, abandoned, with a wrong number; answered the next day in the same place."""

from __future__ import annotations

from typing import Any

import pytest
from desk_support import ASKS_PERSON, DeskOffice, at
from sqlalchemy import select

from bot.clock import aware
from bot.conversations.messages import Kind
from bot.conversations.states import State
from bot.handoff.model import Reason, Refused, Why
from bot.handoff.phone import looks_like_number, parse_phone
from bot.handoff.settings import DeskSettings
from bot.storage.handoff_tables import contact_requests
from bot.storage.tables import inbox

NIGHT = "2026-11-25 20:00"


async def _requests(at_desk: DeskOffice) -> list[Any]:
    return list(await at_desk.office.all(contact_requests))


async def _fill_in(at_desk: DeskOffice, last: str | None = None) -> list[str]:
    await at_desk.hears(ASKS_PERSON)
    await at_desk.press("Để lại lời nhắn")
    await at_desk.hears("Làm lại khai sinh cho con ở Hạ Long cần gì?")
    await at_desk.press("Buổi sáng")
    return await at_desk.hears(last) if last else await at_desk.press("Trả lời tại đây")


async def test_it_says_when_it_opens_and_promises_an_answer(at_desk: DeskOffice) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        [offer] = await at_desk.hears(ASKS_PERSON)
        assert "07:30 thứ Năm, 26/11/2026 (giờ dự kiến)" in offer
        [taken] = await _fill_in(at_desk)
    assert "LH-" in taken
    assert "trước 11:30 thứ Năm, 26/11/2026" in taken
    [request] = await _requests(at_desk)
    assert (request.state, request.reply_by, request.phone, request.wish) == ("open", "here", None, "Buổi sáng")
    assert request.question.startswith("Làm lại khai sinh")
    assert aware(request.due_at) == at("2026-11-26 11:30")


async def test_a_number_is_kept_only_to_call_back(at_desk: DeskOffice) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        [taken] = await _fill_in(at_desk, "số của tôi là 0912.345.678 nhé")
    assert "đuôi 678" in taken
    assert "0912" not in taken
    [request] = await _requests(at_desk)
    assert request.phone == "0912345678"
    assert not [row for row in await at_desk.office.all(inbox) if "345" in row.text]
    lan = await at_desk.officer()
    closed = await at_desk.handoffs.contacts.close(request.id, lan, reached=True)
    assert (closed.state, closed.phone) == ("answered", None)
    with pytest.raises(Refused) as refusal:
        await at_desk.handoffs.contacts.close(request.id, lan, reached=False)
    assert refusal.value.why is Why.ENDED


async def test_a_wrong_number_is_asked_again(at_desk: DeskOffice) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        assert "chưa đúng" in (await _fill_in(at_desk, "09123"))[0]
        assert "LH-" in (await at_desk.hears("+84 912 345 678"))[0]


async def test_after_a_crash_the_masked_number_is_asked_for_again(at_desk: DeskOffice) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        await at_desk.hears(ASKS_PERSON)
        await at_desk.press("Để lại lời nhắn")
        await at_desk.hears("Làm lại khai sinh?")
        await at_desk.press("Lúc nào cũng được")
    await at_desk.office.say("0912345678")
    at_desk.office.originals.drop_old()
    for row in await at_desk.office.all(inbox):
        at_desk.office.originals.forget(row.id)
    async with at_desk.serving():
        await at_desk.office.until_done()
        assert "chưa đọc được số" in (await at_desk.said())[-1]
        assert "LH-" in (await at_desk.hears("0912345678"))[0]


@pytest.mark.parametrize("word", ["thôi", "không cần nữa", "huỷ", "bỏ qua"])
async def test_it_can_be_dropped_at_any_step(at_desk: DeskOffice, word: str) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        await at_desk.hears(ASKS_PERSON)
        await at_desk.press("Để lại lời nhắn")
        assert "không gửi" in (await at_desk.hears(word))[0]
        assert await at_desk.hears("xin chào") == ["nghe xin chào"]
    assert await _requests(at_desk) == []


async def test_another_question_leaves_the_form_and_is_answered(at_desk: DeskOffice) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        await at_desk.hears(ASKS_PERSON)
        await at_desk.press("Để lại lời nhắn")
        await at_desk.hears("Làm lại khai sinh?")
        assert await at_desk.hears("lệ phí hộ chiếu bao nhiêu") == ["nghe lệ phí hộ chiếu bao nhiêu"]
        assert await at_desk.hears("buổi sáng") == ["nghe buổi sáng"], "nothing is asked any more"
    assert [row.state for row in await _requests(at_desk)] == ["draft"]


async def test_emergency_words_go_before_the_form(at_desk: DeskOffice) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        await at_desk.hears(ASKS_PERSON)
        await at_desk.press("Để lại lời nhắn")
        assert "115" in (await at_desk.hears("cấp cứu với, có người ngất xỉu"))[0]
        await at_desk.hears("Làm lại khai sinh?")
    [request] = await _requests(at_desk)
    assert request.question == "Làm lại khai sinh?"


async def test_a_picture_is_no_question(at_desk: DeskOffice) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        await at_desk.hears(ASKS_PERSON)
        await at_desk.press("Để lại lời nhắn")
        await at_desk.hears("[ảnh]", kind=Kind.UNSUPPORTED)
    [request] = await _requests(at_desk)
    assert request.question is None


async def test_the_answer_comes_into_the_same_conversation_and_becomes_a_talk(at_desk: DeskOffice) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        await _fill_in(at_desk)
        at_desk.clock.set("2026-11-26 07:40")
        lan = await at_desk.officer()
        contacts = at_desk.handoffs.contacts
        [request] = await contacts.open(lan)
        for _ in range(2):
            await contacts.answer(request.id, lan, "Anh/chị mang tờ khai và giấy chứng sinh.", origin="c1")
        assert (await at_desk.said())[-2:] == [
            f"Cán bộ trả lời lời nhắn {request.number} của anh/chị:",
            "Anh/chị mang tờ khai và giấy chứng sinh.",
        ]
        assert await at_desk.state() is State.HUMAN
        assert await at_desk.hears("dạ cảm ơn") == []
        handoff = await at_desk.handoffs.desk.of_conversation(await at_desk.conversation())
        assert handoff is not None
        assert handoff.reason is Reason.OFFICER
        assert await contacts.open(lan) == []


async def test_it_can_be_cancelled_later(at_desk: DeskOffice) -> None:
    at_desk.clock.set(NIGHT)
    async with at_desk.serving():
        await _fill_in(at_desk)
        assert "đã huỷ" in (await at_desk.press("Huỷ lời nhắn"))[0]
    assert [row.state for row in await _requests(at_desk)] == ["cancelled"]


async def test_on_a_holiday_it_opens_after_it(at_desk: DeskOffice) -> None:
    at_desk.clock.set("2027-02-05 09:00")
    async with at_desk.serving():
        assert "07:30 thứ Năm, 11/02/2027" in (await at_desk.hears(ASKS_PERSON))[0]


async def test_at_16_58_on_a_friday_it_warns(at_desk: DeskOffice) -> None:
    at_desk.clock.set("2026-11-27 16:58")
    await at_desk.officer()
    async with at_desk.serving():
        assert "sắp hết giờ" in (await at_desk.hears(ASKS_PERSON))[0]


async def test_zalo_must_be_answered_while_it_lets_us(at_desk: DeskOffice) -> None:
    settings = DeskSettings(answer_office_hours=20)
    slow = DeskOffice(at_desk.office, at_desk.clock, settings)
    slow.clock.set("2026-11-24 20:00")
    async with slow.serving():
        for text in (ASKS_PERSON, "1", "Làm lại khai sinh?", "buổi sáng", "trả lời tại đây"):
            await slow.office.say(text, channel="zalo")
            await slow.office.until_done()
    [request] = await slow.office.all(select(contact_requests).where(contact_requests.c.state == "open"))
    # Twenty office hours would end on Friday; Zalo's forty-eight end on Thursday evening.
    assert at("2026-11-26 18:00") <= aware(request.due_at) < at("2026-11-26 18:01")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0912345678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("(+84) 203.3825.555", "02033825555"),
        ("gọi 033-456-7890 nhé", "0334567890"),
        ("091234567", None),
        ("0112345678", None),
        ("09123456789", None),
        ("0912345678 hoặc 0987654321", None),
        ("001099012345", None),
        ("không có", None),
    ],
)
def test_numbers_as_people_type_them(typed: str, number: str | None) -> None:
    assert parse_phone(typed) == number


def test_only_digits_are_taken_for_a_number() -> None:
    assert looks_like_number("09123 45")
    assert not looks_like_number("lệ phí năm 2026 của thủ tục này là bao nhiêu")
