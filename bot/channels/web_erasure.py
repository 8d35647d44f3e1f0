"""Erasing one conversation because its citizen asked for it."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.conversations.inbox import OriginalTexts
from bot.conversations.messages import ConversationId
from bot.conversations.wakeups import Wakeups
from bot.storage.database import Database
from bot.storage.tables import conversations, dialogue_states, inbox


async def erase_conversation(
    database: Database, wakeups: Wakeups, originals: OriginalTexts, conversation_id: ConversationId
) -> bool:
    """Delete everything said in a conversation; say whether it existed.

    A turn that runs meanwhile finds its conversation gone and writes nothing.
    """
    messages = select(inbox.c.id).where(inbox.c.conversation_id == conversation_id).order_by(inbox.c.id)
    if database.is_postgresql:
        # A turn locks its message before the conversation; the same order here cannot deadlock.
        messages = messages.with_for_update()
    async with database.write() as connection:
        ids = list(await connection.scalars(messages))
        erased = await connection.execute(
            delete(conversations).where(conversations.c.id == conversation_id)  # messages go with it
        )
        await connection.execute(
            delete(dialogue_states).where(dialogue_states.c.conversation_id == conversation_id)
        )
        await wakeups.announce_reply(connection, conversation_id)
    for inbox_id in ids:
        originals.forget(inbox_id)
    wakeups.reply(conversation_id)
    return bool(erased.rowcount)
