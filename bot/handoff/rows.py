"""Reading and writing rows of the desk inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.messages import ConversationId
from bot.conversations.states import Held, State, StateConflict
from bot.handoff.model import Handoff, Officer, Refused, Status, Why, handoff_of
from bot.privacy.masking import mask
from bot.storage.channel_tables import channel_contacts
from bot.storage.handoff_tables import handoff_notes, handoffs, officer_lines
from bot.storage.tables import conversations, inbox
from bot.storage.together import Writing


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, locked until the transaction ends."""

    id: ConversationId
    channel: str
    held: Held
    last_seq: int
    last_message_at: datetime


async def lock_conversation(connection: AsyncConnection, conversation_id: str) -> Conversation | None:
    """Return a conversation that nobody else changes until the transaction ends, or None.

    Locked first of all rows of the desk, so that two acts on one conversation wait for each other.
    """
    row = (
        await connection.execute(
            select(conversations).where(conversations.c.id == conversation_id).with_for_update()
        )
    ).one_or_none()
    if row is None:
        return None
    held = Held(State(row.state), row.state_version)
    return Conversation(ConversationId(row.id), row.channel, held, row.next_seq - 1, row.last_message_at)


async def lock_message(connection: AsyncConnection, inbox_id: int) -> None:
    """Lock a message before its conversation, as every turn does, so that two never wait for each other."""
    await connection.execute(select(inbox.c.id).where(inbox.c.id == inbox_id).with_for_update())


async def read_handoff(connection: AsyncConnection, handoff_id: int) -> Handoff | None:
    """Return a handoff, or None."""
    row = (await connection.execute(select(handoffs).where(handoffs.c.id == handoff_id))).one_or_none()
    return None if row is None else handoff_of(row)


async def open_handoff(connection: AsyncConnection, conversation_id: str) -> Handoff | None:
    """Return the handoff of a conversation that has not ended, or None; there is at most one."""
    row = (
        await connection.execute(
            select(handoffs).where(
                handoffs.c.conversation_id == conversation_id, handoffs.c.status != Status.ENDED.value
            )
        )
    ).one_or_none()
    return None if row is None else handoff_of(row)


@dataclass(frozen=True, slots=True)
class Locked:
    """A handoff with its conversation, nobody else changes them until the transaction ends."""

    handoff: Handoff
    conversation: Conversation
    is_blocked: bool
    """The citizen does not let us write, as far as is known."""
    known_seq: int | None
    """Number of the line that came from the origin that was asked for, as far as is known."""


async def lock_handoff(connection: AsyncConnection, handoff_id: int) -> tuple[Handoff, Conversation]:
    """Return a handoff with its conversation, locked.

    Raises:
        Refused: There is none, or its conversation was erased.
        StateConflict: It moved to another conversation meanwhile.
    """
    locked = await lock_with_origin(connection, handoff_id, None)
    return locked.handoff, locked.conversation


async def lock_with_origin(connection: AsyncConnection, handoff_id: int, origin: str | None) -> Locked:
    """Lock a handoff, and look whether the line of an origin is there; all in one question.

    What is not locked is seen as it was when the question was asked: a line that another process writes at
    the same moment may be missing.

    Raises:
        Refused, StateConflict: As for `lock_handoff`.
    """
    known = select(officer_lines.c.seq).where(officer_lines.c.origin == origin).scalar_subquery()
    blocked = (
        select(channel_contacts.c.unreachable_at)
        .where(channel_contacts.c.conversation_id == conversations.c.id)
        .scalar_subquery()
    )
    # Conversation first, as everywhere: rows are locked in this order, and seen as they are then.
    statement = (
        select(
            handoffs,
            conversations.c.channel.label("held_on"),
            conversations.c.state,
            conversations.c.state_version,
            conversations.c.next_seq,
            conversations.c.last_message_at,
            (null() if origin is None else known).label("known_seq"),
            (null() if origin is None else blocked).label("blocked"),
        )
        .join(conversations, conversations.c.id == handoffs.c.conversation_id)
        .where(handoffs.c.id == handoff_id)
        .with_for_update(of=[conversations, handoffs])
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise await _not_there(connection, handoff_id)
    handoff = handoff_of(row)
    held = Held(State(row.state), row.state_version)
    conversation = Conversation(
        ConversationId(row.conversation_id), row.held_on, held, row.next_seq - 1, row.last_message_at
    )
    known_seq = None if row.known_seq is None else int(row.known_seq)
    return Locked(handoff, conversation, row.blocked is not None, known_seq)


async def _not_there(connection: AsyncConnection, handoff_id: int) -> Exception:
    handoff = await read_handoff(connection, handoff_id)
    if handoff is None:
        return Refused(Why.UNKNOWN, "Không có hồ sơ này.")
    if handoff.conversation_id is None:
        return Refused(Why.ENDED, f"{handoff.number}: người dân đã xoá dữ liệu trò chuyện.")
    return StateConflict(handoff.conversation_id)


async def line_of_origin(connection: AsyncConnection, origin: str) -> int | None:
    """Return the number of the line that came from an event, or None."""
    found: int | None = await connection.scalar(
        select(officer_lines.c.seq).where(officer_lines.c.origin == origin)
    )
    return found


async def change_handoff(connection: Writing, handoff_id: int, **columns: Any) -> None:
    """Set columns of a handoff whose conversation is locked."""
    await connection.execute(update(handoffs).where(handoffs.c.id == handoff_id).values(**columns))


async def add_note(
    connection: Writing,
    handoff_id: int,
    kind: str,
    text: str,
    at: datetime,
    officer: Officer | None = None,
    origin: str | None = None,
) -> None:
    """Write a note of an officer, or what was done."""
    values = {
        "handoff_id": handoff_id,
        "kind": kind,
        "text": mask(text),
        "officer_id": officer.id if officer else None,
        "origin": origin,
        "at": at,
    }
    await connection.execute(insert(handoff_notes).values(values))


async def count_waiting(connection: AsyncConnection, department: str) -> int:
    """Return how many citizens wait in a department."""
    found = await connection.scalar(
        select(func.count()).where(handoffs.c.department == department, handoffs.c.status == Status.WAITING.value)
    )
    return int(found or 0)
