"""Turns of a conversation: in order, written as a whole, silent where the bot does not hold it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import AsyncExitStack

import pytest
from core_support import (
    WAKEUPS_ONLY,
    Gate,
    Office,
    Script,
    until,
)
from sqlalchemy import select

from bot.conversations.messages import (
    ConversationId,
    Kind,
    Outcome,
    Reply,
    Turn,
    TurnResult,
)
from bot.conversations.states import State
from bot.storage.tables import conversations, dialogue_states, inbox, outbox


async def test_a_conversation_is_answered_in_order_and_remembers(office: Office) -> None:
    receipts = [await office.say(f"câu {n}") for n in range(20)]
    engine = Script()
    async with office.serving(engine):
        await office.until_done()
    assert engine.texts == [f"câu {n}" for n in range(20)]
    assert await office.replies() == [f"nghe câu {n}" for n in range(20)]
    assert [row.inbox_id for row in await office.all(outbox)] == [r.inbox_id for r in receipts]
    stored = await office.all(select(dialogue_states.c.events))
    assert stored[0].events == "|" + "|".join(f"câu {n}" for n in range(20))


async def test_a_turn_is_written_as_a_whole(office: Office) -> None:
    async def respond(turn: Turn) -> TurnResult:
        replies = (Reply("một", Outcome.LOCATION), Reply("hai", Outcome.ANSWER))
        return TurnResult(replies, "state", {"intent": "x"}, "release-1")

    receipt = await office.say("hỏi")
    async with office.serving(Script(respond)):
        await office.until_done()
    row = (await office.all(inbox))[0]
    assert (row.status, row.outcome, row.understanding, row.release) == (
        "done",
        "location",
        {"intent": "x"},
        "release-1",
    )
    assert row.finished_at is not None
    replies = await office.all(outbox)
    assert [(r.seq, r.part, r.inbox_id, r.status) for r in replies] == [
        (2, 0, receipt.inbox_id, "pulled"),
        (3, 1, receipt.inbox_id, "pulled"),
    ]


async def test_replies_of_a_pushed_channel_wait_to_be_sent(office: Office) -> None:
    await office.say("hỏi", channel="telegram")
    async with office.serving(Script()):
        await office.until_done()
    assert [row.status for row in await office.all(outbox)] == ["pending"]


async def test_conversations_do_not_wait_for_each_other(office: Office) -> None:
    gates: dict[str, Gate] = defaultdict(Gate)
    engine = Script(lambda turn: gates[turn.text](turn))
    async with office.serving(engine):
        for name in ("a", "b", "c"):
            await office.say(name, address=name)
        for name in ("a", "b", "c"):
            await gates[name].wait()
        assert engine.most_at_once == 3
        for name in ("c", "b", "a"):
            gates[name].open.set()
        await office.until_done()


async def test_a_message_wakes_the_dispatcher_at_once(office: Office) -> None:
    async with office.serving(Script(), WAKEUPS_ONLY):
        for n in range(5):
            await office.say(f"{n}")
        await office.until_done()
    assert len(await office.replies()) == 5


async def test_a_message_during_a_turn_is_answered_right_after_it(office: Office) -> None:
    gate = Gate()
    async with office.serving(Script(gate), WAKEUPS_ONLY):
        await office.say("một")
        await gate.wait()
        await office.say("hai")
        gate.open.set()
        await office.until_done()
    assert await office.replies() == ["nghe một", "nghe hai"]


async def test_an_idle_conversation_is_not_asked_for_again(office: Office) -> None:
    asked: list[ConversationId] = []
    async with office.serving(Script(), WAKEUPS_ONLY) as dispatcher:
        # The one look at the start may meet a first message on its way.
        await office.say("chào")
        await office.until_done()
        await until(lambda: _is(not dispatcher._running and not dispatcher._ready))
        claim = dispatcher._queue.claim
        dispatcher._queue.claim = lambda c: asked.append(c) or claim(c)  # type: ignore[method-assign,func-returns-value]
        for n in range(5):
            await office.say(f"{n}")
            await office.until_done()
    assert len(asked) == 5


async def test_the_engine_gets_the_original_text_once(office: Office) -> None:
    text = "số điện thoại 0912345678"
    engine = Script()
    async with office.serving(engine):
        await office.say(text)
        await office.until_done()
        await until(lambda: _is(len(office.originals) == 0))
    assert engine.texts == [text]


async def test_another_process_answers_with_the_masked_text(office: Office) -> None:
    await office.say("số điện thoại 0912345678")
    engine = Script()
    async with office.colleague() as colleague, colleague.serving(engine):
        await colleague.until_done()
    assert engine.texts == ["số điện thoại [SDT]"]


async def test_a_picture_is_passed_on_as_unsupported(office: Office) -> None:
    engine = Script()
    async with office.serving(engine):
        await office.say("", kind=Kind.UNSUPPORTED)
        await office.until_done()
    assert [turn.unsupported for turn in engine.turns] == [True]


async def test_an_officer_who_takes_over_in_the_middle_of_a_turn_silences_the_bot(
    office: Office,
) -> None:
    gate = Gate()
    async with office.serving(Script(gate)):
        receipt = await office.say("hỏi")
        await gate.wait()
        await office.take_over(receipt.conversation_id)
        gate.open.set()
        await office.until_done()
    assert await office.replies() == []
    row = (await office.all(inbox))[0]
    assert (row.text, row.status, row.outcome) == ("hỏi", "done", None)
    assert await office.all(select(dialogue_states.c.events)) == []


@pytest.mark.parametrize("state", [State.WAITING, State.HUMAN])
async def test_the_bot_is_silent_while_it_does_not_hold_the_conversation(office: Office, state: State) -> None:
    conversation_id = await office.inbox.open("web", "a")
    held = await office.take_over(conversation_id, state)
    engine = Script()
    async with office.serving(engine):
        await office.say("hỏi cán bộ")
        await office.until_done()
        assert engine.turns == []
        assert await office.replies() == []
        await office.take_over(conversation_id, State.BOT)
        await office.say("hỏi máy")
        await office.until_done()
    assert await office.replies() == ["nghe hỏi máy"]
    rows = await office.all(conversations)
    assert rows[0].state_version == held.version + 1


async def test_an_erased_conversation_is_not_answered(office: Office) -> None:
    gate = Gate()
    async with office.serving(Script(gate)):
        await office.say("hỏi")
        await gate.wait()
        async with office.database.write() as connection:
            await connection.execute(conversations.delete())
        gate.open.set()
        await office.say("khác", address="b")
        await office.until_done()
    assert await office.replies() == ["nghe khác"]


async def test_stopping_lets_the_running_turn_end_and_leaves_the_next_one(office: Office) -> None:
    gate = Gate()
    async with AsyncExitStack() as stack:
        serving = office.serving(Script(gate))
        await stack.enter_async_context(serving)
        await office.say("một")
        await office.say("hai")
        await gate.wait()
        stopping = asyncio.create_task(stack.pop_all().aclose())
        await asyncio.sleep(0)
        gate.open.set()
        await stopping
    assert await office.replies() == ["nghe một"]
    async with office.serving(Script()):
        await office.until_done()
    assert await office.replies() == ["nghe một", "nghe hai"]


async def test_a_turn_that_was_torn_apart_is_done_again(office: Office) -> None:
    gate = Gate()
    async with office.colleague() as dying, dying.serving(Script(gate)) as dispatcher:
        await dying.say("hỏi")
        await gate.wait()
        turns = [task for task in asyncio.all_tasks() if "_serve" in repr(task.get_coro())]
        assert len(turns) == 1
        turns[0].cancel()
        await asyncio.wait(turns)
        del dispatcher
    assert await office.replies() == []
    async with office.serving(Script()):
        await office.until_done()
    assert await office.replies() == ["nghe hỏi"]


async def _is(condition: bool) -> bool:
    return condition
