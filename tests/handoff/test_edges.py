"""Every edge by its trigger, twice, and refused from where it does not lead."""

from __future__ import annotations

import pytest
from desk_support import ASKS_PERSON, DeskOffice
from sqlalchemy import select

from bot.conversations.messages import Author, Kind, Outcome, Reply
from bot.conversations.states import State
from bot.handoff.model import End, Handoff, Reason, Refused, Result, Status, Why
from bot.storage.handoff_tables import desk_timers


async def _refused(why: Why, act: object) -> None:
    with pytest.raises(Refused) as refusal:
        await act  # type: ignore[misc]
    assert refusal.value.why is why
    assert refusal.value.sentence


async def test_t1_needs_consent_and_no_means_no(at_desk: DeskOffice) -> None:
    await at_desk.officer()
    async with at_desk.serving():
        await at_desk.hears(ASKS_PERSON)
        assert "không chuyển" in (await at_desk.hears("thôi không cần"))[0]
        assert await at_desk.state() is State.BOT
        await at_desk.hears(ASKS_PERSON)
        assert "HT-" in (await at_desk.hears("dạ đồng ý ạ"))[0]
        assert await at_desk.state() is State.WAITING


async def test_t1_is_asked_only_once_and_not_after_ten_minutes(at_desk: DeskOffice) -> None:
    await at_desk.officer()
    async with at_desk.serving():
        await at_desk.hears(ASKS_PERSON)
        at_desk.clock.pass_minutes(10.1)
        assert "hết hạn" in (await at_desk.press("Đồng ý"))[0]
        assert await at_desk.state() is State.BOT
        handoff = await at_desk.wait_in_queue()
        # The same button again, while waiting, is a line like any other and changes nothing.
        await at_desk.press("Đồng ý")
        assert (await at_desk.handoffs.desk.find(handoff.id)).status is Status.WAITING
        assert len(await at_desk.handoffs.desk.queue()) == 1


async def test_another_message_than_yes_or_no_is_the_bots(at_desk: DeskOffice) -> None:
    await at_desk.officer()
    async with at_desk.serving():
        await at_desk.hears(ASKS_PERSON)
        assert await at_desk.hears("lệ phí khai sinh") == ["nghe lệ phí khai sinh"]
        # The question was dropped with that: a late "có" is the bot's as well.
        assert await at_desk.hears("có") == ["nghe có"]


@pytest.mark.parametrize("words", ["huỷ", "Huỷ yêu cầu", "quay lại bot", "kết thúc", "thôi khỏi chờ nữa"])
async def test_t4_a_waiting_citizen_cancels(at_desk: DeskOffice, words: str) -> None:
    officer = await at_desk.officer()
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
        assert "đã huỷ" in (await at_desk.hears(words))[0]
        assert await at_desk.state() is State.BOT
        assert (await desk.find(handoff.id)).end_reason is End.CITIZEN_CANCELLED
        # Twice: there is nothing to cancel, the bot has it.
        assert await at_desk.hears("xin chào") == ["nghe xin chào"]
    await _refused(Why.ENDED, desk.claim(handoff.id, officer))


async def test_t3_belongs_to_one_and_a_first_answer_claims(at_desk: DeskOffice) -> None:
    lan, hoa = await at_desk.officer("Lan"), await at_desk.officer("Hoa")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
        await desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
        assert (await desk.find(handoff.id)).officer_id == lan.id
        before = await at_desk.said()
        assert (await desk.claim(handoff.id, lan)).officer_id == lan.id
        assert await at_desk.said() == before, "claiming again says nothing again"
        await _refused(Why.TAKEN, desk.claim(handoff.id, hoa))
        await _refused(Why.NOT_YOURS, desk.answer(handoff.id, hoa, "Tôi đây.", origin="2"))
        await _refused(Why.NOT_YOURS, desk.finish(handoff.id, hoa))
        await _refused(Why.NOT_YOURS, desk.give_back(handoff.id, hoa))


async def test_a_supervisor_may_write_and_end_without_taking_over(at_desk: DeskOffice) -> None:
    lan, boss = await at_desk.officer("Lan"), await at_desk.officer("Trưởng", is_supervisor=1)
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        await desk.answer(handoff.id, boss, "Tôi bổ sung.", origin="1")
        assert (await desk.find(handoff.id)).officer_id == lan.id
        await desk.finish(handoff.id, boss)
    assert await at_desk.state() is State.BOT


async def test_officers_are_kept_to_their_departments_and_communes(at_desk: DeskOffice) -> None:
    other = await at_desk.officer("Lan", departments=["tu-phap"])
    away = await at_desk.officer("Hoa", units=["06685"])
    await at_desk.officer("Mai")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
        await _refused(Why.NOT_RESPONSIBLE, desk.claim(handoff.id, other))
        assert await desk.queue(other) == []
        await desk.claim(handoff.id, away)
        family = await at_desk.wait_in_queue("b", f"{ASKS_PERSON} hộ tịch")
        assert [one.handoff.id for one in await desk.queue(other)] == [family.id]


async def test_t6_given_back_keeps_the_place(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        first = await at_desk.talk(lan, "a")
        at_desk.clock.pass_minutes(1)
        second = await at_desk.wait_in_queue("b")
        await desk.give_back(first.id, lan)
        await desk.give_back(first.id, lan)
        assert await at_desk.state("a") is State.WAITING
        assert [one.handoff.id for one in await desk.queue()] == [first.id, second.id]
        assert sum("giữ thứ tự" in text for text in await at_desk.said("a")) == 1


async def test_t6_transfers_to_a_department_and_to_a_colleague(at_desk: DeskOffice) -> None:
    lan, hoa = await at_desk.officer("Lan"), await at_desk.officer("Hoa", departments=["tu-phap"])
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        await _refused(Why.UNKNOWN, desk.transfer(handoff.id, lan, department="khong-co"))
        await desk.transfer(handoff.id, lan, department="tu-phap")
        assert await at_desk.state() is State.WAITING
        assert "Tư pháp" in (await at_desk.said())[-1]
        await desk.claim(handoff.id, hoa)
        await desk.transfer(handoff.id, hoa, to_officer=lan.id)
        assert await at_desk.state() is State.HUMAN
        assert (await desk.find(handoff.id)).officer_id == lan.id
        await _refused(Why.NOT_YOURS, desk.answer(handoff.id, hoa, "Tôi đây.", origin="1"))


async def test_t7_ends_once_and_takes_a_later_result(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        await desk.finish(handoff.id, lan)
        ended = await desk.finish(handoff.id, lan, Result.PASSED_ON)
        assert sum("đã kết thúc" in text for text in await at_desk.said()) == 1
    await _refused(Why.ENDED, desk.answer(handoff.id, lan, "Còn gì không?", origin="1"))
    await _refused(Why.ENDED, desk.give_back(handoff.id, lan))
    await _refused(Why.ENDED, desk.transfer(handoff.id, lan, department="tu-phap"))
    assert (await desk.find(ended.id)).result_code is Result.PASSED_ON


async def test_t7_needs_somebody_who_has_it(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
        await _refused(Why.NOT_CLAIMED, at_desk.handoffs.desk.finish(handoff.id, lan))
    assert await at_desk.state() is State.WAITING


async def test_t8_the_citizen_ends_and_is_asked_how_it_was(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        await desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
        [goodbye] = await at_desk.hears("kết thúc")
        assert "Tôi là trợ lý tự động" in goodbye
        assert "từ 1 đến 5" in goodbye
        # Typed instead of pressed.
        assert "Cảm ơn" in (await at_desk.hears("4"))[0]
    ended = await desk.find(handoff.id)
    assert (ended.end_reason, ended.rating) == (End.CITIZEN_ENDED, 4)


async def test_no_rating_without_an_answer(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    async with at_desk.serving():
        await at_desk.talk(lan)
        assert "từ 1 đến 5" not in (await at_desk.hears("kết thúc"))[0]


async def test_a_rating_is_taken_for_a_day(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        await desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
        await desk.finish(handoff.id, lan)
        at_desk.clock.pass_minutes(24 * 60 + 1)
        assert "hết hạn" in (await at_desk.press("1 – Rất không hài lòng"))[0]
    assert (await desk.find(handoff.id)).rating is None


async def test_t10_an_officer_writes_first_and_unsent_words_of_the_bot_are_withdrawn(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan", zalo_admin="77")
    platforms = at_desk.handoffs.platforms
    reply = Reply("Chào anh/chị, tôi là Lan.", Outcome.HANDOFF, author=Author.OFFICER)
    async with at_desk.serving():
        await at_desk.office.say("xin chào", channel="zalo", address="z")
        await at_desk.office.until_done()
        conversation = await at_desk.conversation("z", "zalo")
        for _ in range(2):
            async with at_desk.office.database.write() as connection:
                await platforms.echoed(connection, conversation, "77", reply, sent_as="m1", origin="zalo:e1")
        handoff = await at_desk.handoffs.desk.of_conversation(conversation)
        assert handoff is not None
        assert (handoff.status, handoff.officer_id, handoff.reason) == (Status.HUMAN, lan.id, Reason.CONSOLE)
        rows = await at_desk.office.all_outbox(conversation)
        assert [(row.author, row.status) for row in rows] == [("bot", "failed"), ("officer", "sent")]
        await at_desk.office.say("dạ chào cô", channel="zalo", address="z")
        await at_desk.office.until_done()
        assert len(await at_desk.office.all_outbox(conversation)) == 2, "the bot is silent"
        async with at_desk.office.database.write() as connection:
            await platforms.handed_back(connection, conversation)
    assert (await at_desk.handoffs.desk.find(handoff.id)).end_reason is End.HANDED_BACK


async def test_t3_withdraws_what_the_bot_has_not_got_through(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer()
    async with at_desk.serving():
        for text in ("lệ phí", ASKS_PERSON, "đồng ý"):
            await at_desk.office.say(text, "t", channel="telegram")
            await at_desk.office.until_done()
        conversation = await at_desk.conversation("t", "telegram")
        await at_desk.handoffs.desk.begin(conversation, lan)
    rows = await at_desk.office.all_outbox(conversation)
    assert [(row.author, row.status) for row in rows] == [
        ("bot", "failed"),
        ("bot", "failed"),
        ("system", "pending"),
        ("system", "pending"),
    ]


async def test_a_button_nobody_remembers_is_no_consent(at_desk: DeskOffice) -> None:
    await at_desk.officer()
    async with at_desk.serving():
        await at_desk.hears(ASKS_PERSON)
        await at_desk.hears("Đồng ý", kind=Kind.CHOICE, choice_id="unknown")
    assert await at_desk.state() is State.BOT


async def test_t10_in_the_queue_is_a_claim(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
        begun = await at_desk.handoffs.desk.begin(await at_desk.conversation(), lan)
    assert (begun.id, begun.status) == (handoff.id, Status.HUMAN)


async def test_t11_a_citizen_who_blocks_us_ends_it(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        async with at_desk.office.database.write() as connection:
            await at_desk.handoffs.platforms.unreachable(connection, await at_desk.conversation())
    assert (await at_desk.handoffs.desk.find(handoff.id)).end_reason is End.UNREACHABLE


async def test_emergency_words_are_answered_at_once_in_any_state(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
        assert "114" in (await at_desk.hears("cháy nhà rồi cứu tôi với"))[0]
        await at_desk.handoffs.desk.claim(handoff.id, lan)
        assert "113" in (await at_desk.hears("tôi đang bị đánh"))[0]
        assert await at_desk.hears("hồ sơ phòng cháy chữa cháy cần gì") == []


async def test_no_timer_outlives_its_state(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")

    async def kinds(handoff: Handoff) -> set[str]:
        chosen = select(desk_timers.c.kind).where(desk_timers.c.handoff_id == handoff.id)
        return {row.kind for row in await at_desk.office.all(chosen)}

    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
        assert await kinds(handoff) == {"remind", "escalate", "wait", "day_end"}
        await at_desk.handoffs.desk.claim(handoff.id, lan)
        assert await kinds(handoff) == {"first_answer_remind", "first_answer", "closing"}
        await at_desk.handoffs.desk.answer(handoff.id, lan, "Chào.", origin="1")
        assert await kinds(handoff) == {"idle_ask", "idle_end", "closing"}
        await at_desk.hears("dạ")
        assert await kinds(handoff) == {"officer_remind", "officer_escalate", "officer", "closing"}
        await at_desk.handoffs.desk.finish(handoff.id, lan)
        assert await kinds(handoff) == set()


async def test_a_text_with_a_long_number_or_a_foreign_link_is_held(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        for text in ("Số 001 099 012 345 ạ", "Xem https://example.com/a", "Thẻ 4111 1111 1111 1111"):
            await _refused(Why.CONFIRM, desk.answer(handoff.id, lan, text, origin="x"))
        sent = await desk.answer(handoff.id, lan, "Xem https://dichvucong.gov.vn/a", origin="x")
        assert sent.is_new
        again = await desk.answer(handoff.id, lan, "Số 001099012345", origin="y", confirmed=True)
        assert again.is_new


async def test_notes_stay_among_officers(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        before = await at_desk.said()
        for _ in range(2):
            await desk.note(handoff.id, lan, "Gọi lại số 0912345678", origin="n1")
        assert await at_desk.said() == before
    written = [note.text for note in await desk.notes(handoff.id) if note.kind == "note"]
    assert written == ["Gọi lại số [SDT]"]
