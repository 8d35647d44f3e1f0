"""What is known of the person behind a conversation: reachable or not, and who answers in the console."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.messages import ConversationId
from bot.storage.channel_tables import channel_contacts
from bot.storage.tables import conversations


async def find_conversation(connection: AsyncConnection, channel: str, address: str) -> ConversationId | None:
    """Return the conversation of an address, or None."""
    found = await connection.scalar(
        select(conversations.c.id).where(conversations.c.channel == channel, conversations.c.address == address)
    )
    return None if found is None else ConversationId(found)


async def set_unreachable(connection: AsyncConnection, conversation_id: ConversationId) -> None:
    """Note that the citizen does not let us write."""
    await put_contact(connection, conversation_id, unreachable_at=now())


async def set_reachable(connection: AsyncConnection, conversation_id: ConversationId) -> None:
    """Note that the citizen lets us write again, which counts as an interaction."""
    await connection.execute(
        update(channel_contacts)
        .where(channel_contacts.c.conversation_id == conversation_id)
        .values(unreachable_at=None)
    )
    await connection.execute(
        update(conversations).where(conversations.c.id == conversation_id).values(last_message_at=now())
    )


async def unreachable_since(connection: AsyncConnection, conversation_id: ConversationId) -> datetime | None:
    """Return since when the citizen cannot be written to, or None."""
    moment: datetime | None = await connection.scalar(
        select(channel_contacts.c.unreachable_at).where(channel_contacts.c.conversation_id == conversation_id)
    )
    return moment


async def put_contact(connection: AsyncConnection, conversation_id: ConversationId, **columns: Any) -> None:
    """Set columns of a contact, which is created when it is new."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    await connection.execute(
        dialect.insert(channel_contacts)
        .values(conversation_id=conversation_id, **columns)
        .on_conflict_do_update(index_elements=["conversation_id"], set_=columns)
    )
