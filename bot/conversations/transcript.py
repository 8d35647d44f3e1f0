"""Reading a conversation by sequence number: what streams, reloads and officers see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Integer, bindparam, literal, null, select, union_all

from bot.clock import aware
from bot.conversations.messages import ConversationId
from bot.storage.database import Database
from bot.storage.tables import Json, conversations, inbox, outbox


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation, by either side."""

    seq: int
    author: str
    """`citizen`, `bot`, `officer` or `system`."""
    at: datetime
    text: str
    body: dict[str, Any] | None
    """The stored reply for outgoing messages."""
    platform_message_id: str | None


async def read_lines(
    database: Database, conversation_id: ConversationId, after: int = 0, limit: int = 200
) -> Sequence[Line]:
    """Return messages with a number above `after`, in order.

    Numbers are given under the lock of the conversation's row, so they become visible in order and a
    reader never misses a late one.
    """
    async with database.read() as connection:
        asked = {"conversation": conversation_id, "after": after, "limit": limit}
        rows = (await connection.execute(_LINES, asked)).all()
    return [
        Line(
            row.seq,
            row.author,
            aware(row.at),
            row.body["text"] if row.body else row.text,
            row.body,
            row.platform_message_id,
        )
        for row in rows
    ]


async def last_seq(database: Database, conversation_id: ConversationId) -> int | None:
    """Return the newest number given, or None for an unknown conversation."""
    async with database.read() as connection:
        following = await connection.scalar(
            select(conversations.c.next_seq).where(conversations.c.id == conversation_id)
        )
    return None if following is None else int(following) - 1


def _lines() -> CompoundSelect[Any]:
    of_conversation: BindParameter[str] = bindparam("conversation")
    above: BindParameter[int] = bindparam("after")
    said = select(
        inbox.c.seq,
        literal("citizen").label("author"),
        inbox.c.received_at.label("at"),
        inbox.c.text,
        null().cast(Json).label("body"),
        inbox.c.platform_message_id,
    ).where(inbox.c.conversation_id == of_conversation, inbox.c.seq > above)
    replied = select(
        outbox.c.seq,
        outbox.c.author,
        outbox.c.created_at,
        literal(""),
        outbox.c.body,
        null(),
    ).where(outbox.c.conversation_id == of_conversation, outbox.c.seq > above)
    return union_all(said, replied).order_by("seq").limit(bindparam("limit", type_=Integer))


# Built once: putting the statement together costs more than running it.
_LINES = _lines()
