"""Erasing what one person said, everywhere it is stored.

Messages, replies, parts of deliveries and the contact hang on the conversation and go with it; the
dialogue state is deleted beside it, and so is what officers got (`desk_erasure`). What remains of the
person: events without text under the platform's number of the event (`channel_events`), dropped after a
week. Of a handoff its times, department and rating remain, under no name.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.conversations.inbox import OriginalTexts
from bot.conversations.messages import ConversationId
from bot.conversations.wakeups import DESK, Wakeups
from bot.privacy.desk_erasure import forget_at_desk
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
        await forget_at_desk(connection, conversation_id)
        erased = await connection.execute(
            delete(conversations).where(conversations.c.id == conversation_id)  # messages go with it
        )
        await connection.execute(
            delete(dialogue_states).where(dialogue_states.c.conversation_id == conversation_id)
        )
        await wakeups.announce_reply(connection, conversation_id)
        await wakeups.announce_reply(connection, DESK)
    for inbox_id in ids:
        originals.forget(inbox_id)
    wakeups.reply(conversation_id)
    wakeups.reply(DESK)
    return bool(erased.rowcount)


async def erase_address(
    database: Database, wakeups: Wakeups, originals: OriginalTexts, channel: str, address: str
) -> bool:
    """Delete everything one person said on a channel; say whether there was anything.

    Args:
        database: Where it is stored.
        wakeups: Tells readers of the conversation that it ended.
        originals: Unmasked texts in memory, dropped too.
        channel: `telegram`, `zalo` or `web`.
        address: The platform's name for the conversation.
    """
    async with database.read() as connection:
        found = await connection.scalar(
            select(conversations.c.id).where(
                conversations.c.channel == channel, conversations.c.address == address
            )
        )
    return found is not None and await erase_conversation(database, wakeups, originals, ConversationId(found))
