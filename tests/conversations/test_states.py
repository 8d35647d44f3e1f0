from __future__ import annotations

import asyncio
from itertools import product

import pytest
from core_support import Office

from bot.conversations.messages import ConversationId
from bot.conversations.states import ALLOWED, Held, State, StateConflict, change_state, read_state


async def _read(office: Office, conversation_id: ConversationId) -> Held:
    async with office.database.read() as connection:
        held = await read_state(connection, conversation_id)
    assert held is not None
    return held


async def _change(office: Office, conversation_id: ConversationId, seen: Held, to: State) -> Held:
    async with office.database.write() as connection:
        return await change_state(connection, conversation_id, seen, to)


async def test_a_conversation_begins_with_the_bot(office: Office) -> None:
    conversation_id = await office.inbox.open("web", "a")
    assert await _read(office, conversation_id) == Held(State.BOT, 0)


async def test_an_unknown_conversation_has_no_state(office: Office) -> None:
    async with office.database.read() as connection:
        assert await read_state(connection, ConversationId("c_nobody")) is None


async def test_a_change_returns_what_is_stored(office: Office) -> None:
    conversation_id = await office.inbox.open("web", "a")
    held = await _change(office, conversation_id, Held(State.BOT, 0), State.WAITING)
    assert held == Held(State.WAITING, 1) == await _read(office, conversation_id)


@pytest.mark.parametrize(("start", "to"), list(product(State, State)))
async def test_only_known_steps_are_taken(office: Office, start: State, to: State) -> None:
    conversation_id = await office.inbox.open("web", "a")
    held = Held(State.BOT, 0)
    if start is not State.BOT:
        held = await _change(office, conversation_id, held, start)
    if (start, to) in ALLOWED:
        assert (await _change(office, conversation_id, held, to)).state is to
    else:
        with pytest.raises(ValueError, match="no way"):
            await _change(office, conversation_id, held, to)
        assert await _read(office, conversation_id) == held


async def test_of_ten_officers_one_gets_the_conversation(office: Office) -> None:
    conversation_id = await office.inbox.open("web", "a")
    seen = await _change(office, conversation_id, Held(State.BOT, 0), State.WAITING)
    taken = await asyncio.gather(
        *(_change(office, conversation_id, seen, State.HUMAN) for _ in range(10)), return_exceptions=True
    )
    assert [held for held in taken if isinstance(held, Held)] == [Held(State.HUMAN, 2)]
    assert sum(isinstance(error, StateConflict) for error in taken) == 9


async def test_of_two_different_steps_one_is_taken(office: Office) -> None:
    conversation_id = await office.inbox.open("web", "a")
    seen = await _change(office, conversation_id, Held(State.BOT, 0), State.WAITING)
    taken = await asyncio.gather(
        _change(office, conversation_id, seen, State.HUMAN),
        _change(office, conversation_id, seen, State.BOT),
        return_exceptions=True,
    )
    winners = [held for held in taken if isinstance(held, Held)]
    assert len(winners) == 1
    assert await _read(office, conversation_id) == winners[0]


async def test_going_away_and_coming_back_is_noticed(office: Office) -> None:
    """The same state with another version is not the state that was seen."""
    conversation_id = await office.inbox.open("web", "a")
    first = Held(State.BOT, 0)
    held = await _change(office, conversation_id, first, State.HUMAN)
    await _change(office, conversation_id, held, State.BOT)
    with pytest.raises(StateConflict):
        await _change(office, conversation_id, first, State.WAITING)


async def test_a_change_that_is_rolled_back_leaves_the_state(office: Office) -> None:
    conversation_id = await office.inbox.open("web", "a")

    async def change_and_fail() -> None:
        async with office.database.write() as connection:
            await change_state(connection, conversation_id, Held(State.BOT, 0), State.HUMAN)
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        await change_and_fail()
    assert await _read(office, conversation_id) == Held(State.BOT, 0)
