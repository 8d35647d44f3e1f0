"""Erasing a conversation erases it at the desk; what is old goes by itself; figures stay without a name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_support import DeskOffice
from sqlalchemy import update

from bot.clock import now
from bot.handoff.model import End, Refused, Result, Status, Why
from bot.privacy.erasure import erase_conversation
from bot.privacy.retention import Periods, delete_old
from bot.storage.handoff_tables import (
    channel_moves,
    contact_requests,
    desk_copies,
    desk_timers,
    handoff_notes,
    handoffs,
    officer_lines,
)

OF_CITIZENS = (officer_lines, handoff_notes, contact_requests, desk_timers, channel_moves)


async def _erase(at_desk: DeskOffice) -> None:
    office = at_desk.office
    conversation = await at_desk.conversation()
    assert await erase_conversation(office.database, office.wakeups, office.originals, conversation)


async def test_erasing_during_a_talk_ends_it_and_leaves_only_figures(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer()
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        await desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
        await desk.note(handoff.id, lan, "Nhà ở Hạ Long.", origin="n")
        at_desk.handoffs.copies.switch_on("telegram")
        async with at_desk.office.database.write() as connection:
            await connection.execute(update(handoffs).values(topic_chat="-100", topic_id="7", rating_text="tốt"))
            await connection.execute(
                contact_requests.insert().values(
                    conversation_id=await at_desk.conversation(),
                    state="open",
                    department="mot-cua",
                    phone="0912345678",
                    created_at=now(),
                )
            )
        await at_desk.hears("còn câu này")
        await _erase(at_desk)
        with pytest.raises(Refused) as refusal:
            await desk.answer(handoff.id, lan, "Còn đó không?", origin="2")
        assert refusal.value.why is Why.ENDED
        assert await desk.lines(handoff.id) == ()
    for table in OF_CITIZENS:
        assert await at_desk.office.all(table) == [], table.name
    left = await desk.find(handoff.id)
    assert (left.status, left.end_reason, left.department) == (Status.ENDED, End.ERASED, "mot-cua")
    assert (left.conversation_id, left.summary, left.rating_text, left.dossier, left.topic_id) == (None,) * 5
    [copy] = await at_desk.office.all(desk_copies)
    assert (copy.kind, copy.body) == ("erased", {"topic_chat": "-100", "topic_id": "7"}), "to delete the topic by"


async def test_erasing_after_a_talk_keeps_how_it_ended(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer()
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        await at_desk.handoffs.desk.finish(handoff.id, lan, Result.ANSWERED)
        await _erase(at_desk)
    left = await at_desk.handoffs.desk.find(handoff.id)
    assert (left.end_reason, left.result_code, left.summary) == (End.DONE, Result.ANSWERED, None)


async def test_old_texts_go_before_old_figures(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer()
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        await at_desk.handoffs.desk.finish(handoff.id, lan)

    async def age(days: int) -> None:
        async with at_desk.office.database.write() as connection:
            await connection.execute(update(handoffs).values(ended_at=now() - timedelta(days=days)))

    periods = Periods(messages=90, dialogue_states=7)
    await age(89)
    await delete_old(at_desk.office.database, periods)
    assert (await at_desk.handoffs.desk.find(handoff.id)).summary
    await age(91)
    await delete_old(at_desk.office.database, periods)
    assert (await at_desk.handoffs.desk.find(handoff.id)).summary is None
    await age(731)
    await delete_old(at_desk.office.database, periods)
    assert await at_desk.office.all(handoffs) == []


async def test_answered_messages_and_old_drafts_go_and_open_ones_stay(at_desk: DeskOffice) -> None:
    old = now() - timedelta(days=31)
    conversation = await at_desk.conversation()
    async with at_desk.office.database.write() as connection:
        for state, done in (("draft", None), ("answered", old), ("open", None)):
            await connection.execute(
                contact_requests.insert().values(
                    conversation_id=conversation, state=state, department="mot-cua", created_at=old, done_at=done
                )
            )
    deleted = await delete_old(at_desk.office.database, Periods(90, 7))
    assert deleted.desk == 2
    assert [row.state for row in await at_desk.office.all(contact_requests)] == ["open"]
