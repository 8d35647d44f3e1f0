"""What was said in a handoff, by number: for officers' places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import null, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware
from bot.conversations.messages import ConversationId
from bot.handoff.model import Handoff
from bot.storage.handoff_tables import channel_moves, handoff_notes, officer_lines, officers
from bot.storage.tables import inbox, outbox

MOST_BEFORE_MOVE = 200
HEARD = "handoff"
"""Key in `inbox.understanding` of messages that went to officers, with the id of the handoff."""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One message as officers see it; texts of citizens are masked."""

    seq: int
    author: str
    """`citizen`, `bot`, `officer` or `system`."""
    at: datetime
    text: str
    kind: str
    """`text`, `choice` or `unsupported` for citizens, `reply` for the others."""
    buttons: tuple[str, ...] = ()
    officer_id: int | None = None
    officer_name: str | None = None
    status: str | None = None
    """Of a reply: `pulled` (website), `pending`, `sent` or `failed`."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something officers wrote for each other, or what was done; never shown to the citizen."""

    id: int
    kind: str
    """`note` or `event`."""
    text: str
    officer_id: int | None
    officer_name: str | None
    at: datetime


async def read_lines_of(
    connection: AsyncConnection, handoff: Handoff, after: int = 0, limit: int = 200
) -> Sequence[DeskLine]:
    """Return lines with a number above `after`, in order: all before the request, and all that officers got.

    A message that came while the handoff ended and was answered by the bot is not among them.
    """
    if handoff.conversation_id is None:
        return ()
    conversation = handoff.conversation_id
    said = await connection.execute(
        select(inbox)
        .where(inbox.c.conversation_id == conversation, inbox.c.seq > after)
        .where(inbox.c.status != "pending")
        .order_by(inbox.c.seq)
        .limit(limit)
    )
    lines = [
        DeskLine(row.seq, "citizen", aware(row.received_at), row.text, row.kind)
        for row in said
        if row.seq <= handoff.from_seq or (row.understanding or {}).get(HEARD) == handoff.id
    ]
    replied = await connection.execute(
        select(outbox, officer_lines.c.officer_id, officers.c.name)
        .outerjoin(
            officer_lines,
            (officer_lines.c.conversation_id == outbox.c.conversation_id) & (officer_lines.c.seq == outbox.c.seq),
        )
        .outerjoin(officers, officers.c.id == officer_lines.c.officer_id)
        .where(outbox.c.conversation_id == conversation, outbox.c.seq > after)
        .order_by(outbox.c.seq)
        .limit(limit)
    )
    lines += [_reply(row) for row in replied if handoff.to_seq is None or row.seq <= handoff.to_seq]
    return sorted(lines, key=lambda line: line.seq)[:limit]


async def read_lines_before_move(connection: AsyncConnection, handoff: Handoff) -> Sequence[DeskLine]:
    """Return what had been said on the other channel when the citizen moved to this one, in order."""
    if handoff.conversation_id is None:
        return ()
    came_here = (
        select(channel_moves.c.from_conversation, channel_moves.c.used_at.label("at"))
        .where(channel_moves.c.to_conversation == handoff.conversation_id, channel_moves.c.used_at.is_not(None))
        .order_by(channel_moves.c.used_at.desc())
        .limit(1)
    )
    move = (await connection.execute(came_here)).one_or_none()
    if move is None:
        return ()
    said = await connection.execute(
        select(inbox)
        .where(inbox.c.conversation_id == move.from_conversation, inbox.c.finished_at <= move.at)
        .order_by(inbox.c.seq)
    )
    lines = [DeskLine(row.seq, "citizen", aware(row.received_at), row.text, row.kind) for row in said]
    replied = await connection.execute(
        select(outbox, null().label("officer_id"), null().label("name"))
        .where(outbox.c.conversation_id == move.from_conversation, outbox.c.created_at <= move.at)
        .order_by(outbox.c.seq)
    )
    return sorted([*lines, *map(_reply, replied)], key=lambda line: line.seq)[-MOST_BEFORE_MOVE:]


async def read_notes(connection: AsyncConnection, handoff_id: int) -> Sequence[Note]:
    """Return the notes of a handoff, in order."""
    rows = await connection.execute(
        select(handoff_notes, officers.c.name)
        .outerjoin(officers, officers.c.id == handoff_notes.c.officer_id)
        .where(handoff_notes.c.handoff_id == handoff_id)
        .order_by(handoff_notes.c.id)
    )
    return [Note(row.id, row.kind, row.text, row.officer_id, row.name, aware(row.at)) for row in rows]


async def last_seen(connection: AsyncConnection, conversation_id: ConversationId) -> int:
    """Return the number of the newest message of the citizen that was answered or heard."""
    found = await connection.scalar(
        select(inbox.c.seq)
        .where(inbox.c.conversation_id == conversation_id, inbox.c.status != "pending")
        .order_by(inbox.c.seq.desc())
        .limit(1)
    )
    return int(found or 0)


def _reply(row: Any) -> DeskLine:
    return DeskLine(
        row.seq,
        row.author,
        aware(row.created_at),
        row.body["text"],
        "reply",
        tuple(button["title"] for button in row.body.get("buttons", ())),
        row.officer_id,
        row.name,
        row.status,
    )
