"""Turns that fail: repeated, counted, given up with one apology."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest
from core_support import (
    QUICK,
    Office,
    Script,
    echo,
    until,
)
from sqlalchemy.exc import OperationalError

from bot.conversations.dispatcher import MAX_ATTEMPTS
from bot.conversations.messages import (
    ConversationId,
    Outcome,
    Reply,
    Turn,
    TurnResult,
)
from bot.conversations.sentences import APOLOGY
from bot.storage.tables import inbox


@pytest.mark.parametrize("failures", range(1, MAX_ATTEMPTS))
async def test_a_failing_turn_is_repeated(office: Office, failures: int, caplog: pytest.LogCaptureFixture) -> None:
    left = [failures]

    async def respond(turn: Turn) -> TurnResult:
        if left[0]:
            left[0] -= 1
            raise RuntimeError("a fault")
        return await echo(turn)

    with caplog.at_level(logging.CRITICAL):
        async with office.serving(Script(respond)):
            await office.say("hỏi")
            await office.until_done()
    assert await office.replies() == ["nghe hỏi"]


async def test_a_turn_that_always_fails_ends_with_one_apology_and_lets_the_next_one_pass(
    office: Office,
) -> None:
    async def respond(turn: Turn) -> TurnResult:
        if turn.text == "hỏng":
            raise RuntimeError("a fault")
        return await echo(turn)

    engine = Script(respond)
    async with office.serving(engine):
        await office.say("hỏng")
        await office.say("sau")
        await office.until_done()
    assert engine.texts == ["hỏng"] * MAX_ATTEMPTS + ["sau"]
    assert await office.replies() == [APOLOGY.text, "nghe sau"]
    assert [row.outcome for row in await office.all(inbox)] == ["error", "answer"]
    assert (await office.all(inbox))[0].attempts == MAX_ATTEMPTS + 1, "the apology is an attempt, too"


async def test_a_failing_conversation_delays_no_other(office: Office) -> None:
    async def respond(turn: Turn) -> TurnResult:
        if turn.text == "hỏng":
            raise RuntimeError("a fault")
        return await echo(turn)

    async with office.serving(Script(respond), replace(QUICK, retry=(3600.0,))):
        bad = await office.say("hỏng", address="a")
        good = await office.say("sau", address="b")
        await until(lambda: _has_replies(office, good.conversation_id, 1))
    assert await office.replies(bad.conversation_id) == []
    assert [row.attempts for row in await office.all(inbox)] == [1, 1]


async def test_a_slow_turn_is_cut_off_and_counted(office: Office) -> None:
    async def respond(turn: Turn) -> TurnResult:
        await asyncio.Event().wait()
        raise AssertionError

    async with office.serving(Script(respond), replace(QUICK, turn_limit=0.05)):
        await office.say("hỏi")
        await office.until_done()
    assert await office.replies() == [APOLOGY.text]


@pytest.mark.parametrize(
    "reply",
    [
        Reply("chữ hỏng \ud83d", Outcome.ANSWER),
        Reply("hỏi", Outcome.ANSWER, offers=(object(),)),  # type: ignore[arg-type]
    ],
    ids=["unstorable text", "not JSON"],
)
async def test_a_result_that_cannot_be_stored_ends_with_an_apology(office: Office, reply: Reply) -> None:
    async def respond(turn: Turn) -> TurnResult:
        return TurnResult((reply,), None)

    engine = Script(respond)
    async with office.serving(engine):
        await office.say("hỏi")
        await office.until_done()
    assert await office.replies() == [APOLOGY.text]
    assert len(engine.turns) == MAX_ATTEMPTS


async def test_a_dispatcher_survives_more_faults_than_it_has_workers(office: Office) -> None:
    async with office.serving(Script()) as dispatcher:
        finish = dispatcher._take_one
        left = [20]

        async def faulty(conversation_id: ConversationId) -> bool:
            if left[0]:
                left[0] -= 1
                raise KeyError("a fault of ours")
            return await finish(conversation_id)

        dispatcher._take_one = faulty  # type: ignore[method-assign]
        for n in range(20):
            await office.say("hỏi", address=f"a{n}")
        await office.until_done()
    assert len(await office.replies()) == 20


async def test_a_database_that_is_away_costs_no_attempt(office: Office) -> None:
    async with office.serving(Script()) as dispatcher:
        finish = dispatcher._run_and_finish
        left = [MAX_ATTEMPTS + 2]

        async def away(claim: object) -> object:
            if left[0]:
                left[0] -= 1
                raise OperationalError("SELECT 1", {}, OSError("gone"))
            return await finish(claim)  # type: ignore[arg-type]

        dispatcher._run_and_finish = away  # type: ignore[method-assign,assignment]
        await office.say("hỏi")
        await office.until_done()
    assert await office.replies() == ["nghe hỏi"]
    assert (await office.all(inbox))[0].attempts == 1


async def _has_replies(office: Office, conversation_id: ConversationId, count: int) -> bool:
    return len(await office.replies(conversation_id)) >= count
