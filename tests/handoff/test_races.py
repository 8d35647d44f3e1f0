"""Two want the same: one wins, the other is told, nothing is said twice."""

from __future__ import annotations

import asyncio

from core_support import Gate, Script
from desk_support import ASKS_PERSON, DeskOffice, bot_that_knows_the_desk

from bot.conversations.messages import Turn, TurnResult
from bot.conversations.states import State
from bot.handoff.lines import HEARD
from bot.handoff.model import End, Handoff, Refused, Status, Why
from bot.storage.tables import inbox


async def test_twenty_officers_press_at_once(at_desk: DeskOffice) -> None:
    officers = [await at_desk.officer(f"Cán bộ {number}") for number in range(20)]
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.wait_in_queue()
        outcomes = await asyncio.gather(
            *(desk.claim(handoff.id, officer) for officer in officers), return_exceptions=True
        )
    won = [one for one in outcomes if isinstance(one, Handoff)]
    refused = [one for one in outcomes if isinstance(one, Refused)]
    assert (len(won), len(refused)) == (1, 19)
    winner = next(officer.name for officer in officers if officer.id == won[0].officer_id)
    assert {(one.why, winner in one.sentence) for one in refused} == {(Why.TAKEN, True)}
    assert sum("đã vào cuộc trò chuyện" in text for text in await at_desk.said()) == 1


async def test_a_turn_of_the_bot_that_runs_when_an_officer_comes_writes_nothing(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    gate = Gate()
    async with at_desk.serving(Script(gate)):
        await at_desk.office.say("lệ phí bao nhiêu")
        await gate.wait()
        handoff = await at_desk.handoffs.desk.begin(await at_desk.conversation(), lan)
        gate.open.set()
        await at_desk.office.until_done()
        assert await at_desk.said() == []
        lines = await at_desk.handoffs.desk.lines(handoff.id)
    assert [line.text for line in lines] == ["lệ phí bao nhiêu"], "the officer has the question instead"


async def test_a_message_that_crosses_the_end_goes_to_exactly_one_party(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        for number in range(10):
            address = f"a{number}"
            handoff = await at_desk.talk(lan, address)
            await asyncio.gather(at_desk.office.say("còn câu này", address), desk.finish(handoff.id, lan))
            await at_desk.office.until_done()
            by_bot = "nghe còn câu này" in await at_desk.said(address)
            shown = "còn câu này" in [line.text for line in await desk.lines(handoff.id)]
            assert by_bot is not shown


async def test_cancelling_and_claiming_at_once_has_one_winner(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        for number in range(10):
            address = f"a{number}"
            handoff = await at_desk.wait_in_queue(address)
            claimed, _ = await asyncio.gather(
                desk.claim(handoff.id, lan), at_desk.office.say("kết thúc", address), return_exceptions=True
            )
            await at_desk.office.until_done()
            ended = await desk.find(handoff.id)
            # Either nobody came, or the officer came and the citizen ended the talk.
            expected = End.CITIZEN_ENDED if isinstance(claimed, Handoff) else End.CITIZEN_CANCELLED
            assert (ended.status, ended.end_reason) == (Status.ENDED, expected)
            assert await at_desk.state(address) is State.BOT


async def test_answers_and_the_end_keep_their_order(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
        for number in range(20):
            await desk.answer(handoff.id, lan, f"dòng {number}", origin=str(number))
        await desk.finish(handoff.id, lan)
    said = [text for text in await at_desk.said() if text.startswith("dòng") or "đã kết thúc" in text]
    assert said[:-1] == [f"dòng {number}" for number in range(20)]


async def test_consent_is_not_given_twice_by_a_message_in_flight(at_desk: DeskOffice) -> None:
    await at_desk.officer("Lan")

    async def slow(turn: Turn) -> TurnResult:
        return await bot_that_knows_the_desk(turn)

    async with at_desk.serving(Script(slow)):
        await at_desk.hears(ASKS_PERSON)
        await asyncio.gather(*(at_desk.office.say("đồng ý") for _ in range(3)))
        await at_desk.office.until_done()
        assert len(await at_desk.handoffs.desk.queue()) == 1
    rows = [row for row in await at_desk.office.all(inbox) if row.text == "đồng ý"]
    assert [bool((row.understanding or {}).get(HEARD)) for row in rows] == [False, True, True]


async def test_processes_that_die_do_not_cost_the_officer_a_message(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    async with at_desk.serving():
        handoff = await at_desk.talk(lan)
    accepted = await at_desk.office.say("còn câu này")
    async with at_desk.office.database.write() as connection:
        # As after many claims whose processes did not survive.
        await connection.execute(inbox.update().where(inbox.c.id == accepted.inbox_id).values(attempts=9))
    async with at_desk.serving():
        await at_desk.office.until_done()
        lines = await at_desk.handoffs.desk.lines(handoff.id)
    assert lines[-1].text == "còn câu này"
