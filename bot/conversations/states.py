"""Who holds a conversation: the bot, the queue, or a person; changed by compare-and-set."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.messages import ConversationId
from bot.storage.tables import conversations


class State(StrEnum):
    """Holder of a conversation; the bot is silent unless it is `BOT`."""

    BOT = "BOT"
    WAITING = "WAITING"
    HUMAN = "HUMAN"


ALLOWED = {
    (State.BOT, State.WAITING),
    (State.WAITING, State.HUMAN),
    (State.WAITING, State.BOT),
    (State.HUMAN, State.BOT),
    (State.HUMAN, State.WAITING),
    # An officer may write first, for example from the console of a platform.
    (State.BOT, State.HUMAN),
}


class StateConflict(RuntimeError):
    """Somebody else changed the state first; read it again and decide anew."""


@dataclass(frozen=True, slots=True)
class Held:
    """The state as read, with the version a change must name."""

    state: State
    version: int


async def read_state(connection: AsyncConnection, conversation_id: ConversationId) -> Held | None:
    """Return the present state, or None for an unknown conversation."""
    row = (
        await connection.execute(
            select(conversations.c.state, conversations.c.state_version).where(
                conversations.c.id == conversation_id
            )
        )
    ).one_or_none()
    return Held(State(row.state), row.state_version) if row else None


async def change_state(
    connection: AsyncConnection, conversation_id: ConversationId, seen: Held, to: State
) -> Held:
    """Move a conversation from the state that was seen to another one.

    Raises:
        StateConflict: The state or its version is no longer the one seen.
        ValueError: The step is not allowed.
    """
    if (seen.state, to) not in ALLOWED:
        raise ValueError(f"no way from {seen.state} to {to}")
    return await _move(connection, conversation_id, seen, to)


async def renew_state(connection: AsyncConnection, conversation_id: ConversationId, seen: Held) -> Held:
    """Count a change that keeps the state, such as another officer; turns begun before it write nothing.

    Raises:
        StateConflict: As for `change_state`.
    """
    return await _move(connection, conversation_id, seen, seen.state)


async def _move(connection: AsyncConnection, conversation_id: ConversationId, seen: Held, to: State) -> Held:
    changed = await connection.execute(
        update(conversations)
        .where(
            conversations.c.id == conversation_id,
            conversations.c.state == seen.state.value,
            conversations.c.state_version == seen.version,
        )
        .values(state=to.value, state_version=seen.version + 1)
    )
    if changed.rowcount != 1:
        raise StateConflict(conversation_id)
    return Held(to, seen.version + 1)
