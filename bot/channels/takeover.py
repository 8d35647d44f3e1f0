"""An officer answers in the platform's own console: the bot falls silent until it is over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.contacts import put_contact
from bot.clock import now
from bot.conversations.messages import Author, ConversationId
from bot.conversations.saying import give_up_waiting
from bot.conversations.states import State, StateConflict, change_state, read_state
from bot.storage.channel_tables import channel_contacts
from bot.storage.tables import conversations

ATTEMPTS = 3


async def take_over(connection: AsyncConnection, conversation_id: ConversationId, officer: str) -> None:
    """Let a person hold the conversation, and withdraw what the bot has not sent yet.

    A turn that runs meanwhile finds another holder and writes nothing.

    Raises:
        StateConflict: Others changed the holder again and again; the event is to be taken anew.
    """
    await _move(connection, conversation_id, State.HUMAN)
    await put_contact(connection, conversation_id, taken_over_by=officer[:64], taken_over_at=now())
    await give_up_waiting(connection, conversation_id, Author.BOT)


async def note_takeover(connection: AsyncConnection, conversation_id: ConversationId, officer: str | None) -> None:
    """Note who answers in the platform's own console, and since when they have been silent; None: nobody."""
    await put_contact(
        connection,
        conversation_id,
        taken_over_by=officer[:64] if officer else None,
        taken_over_at=now() if officer else None,
    )


async def hand_back(connection: AsyncConnection, conversation_id: ConversationId) -> None:
    """Let the bot hold the conversation again.

    Raises:
        StateConflict: As for `take_over`.
    """
    await _move(connection, conversation_id, State.BOT)
    await put_contact(connection, conversation_id, taken_over_by=None, taken_over_at=None)


async def idle_takeovers(
    connection: AsyncConnection, channel: str, longer_than: timedelta
) -> list[ConversationId]:
    """Return conversations in which the officer of the console has been silent for so long."""
    found = await connection.scalars(
        select(channel_contacts.c.conversation_id)
        .join(conversations, conversations.c.id == channel_contacts.c.conversation_id)
        .where(conversations.c.channel == channel, channel_contacts.c.taken_over_at <= now() - longer_than)
        .limit(100)
    )
    return [ConversationId(value) for value in found]


async def _move(connection: AsyncConnection, conversation_id: ConversationId, to: State) -> None:
    for _ in range(ATTEMPTS):
        held = await read_state(connection, conversation_id)
        if held is None or held.state is to:
            return
        try:
            await change_state(connection, conversation_id, held, to)
        except StateConflict:
            continue
        return
    raise StateConflict(conversation_id)
