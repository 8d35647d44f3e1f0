"""Deleting what was said long enough ago, in small steps that hold up no citizen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, delete, exists, func, or_, select, update

from bot.clock import now
from bot.privacy.desk_erasure import TEXTS
from bot.storage.database import Database
from bot.storage.dossier_tables import dossier_watches
from bot.storage.handoff_tables import (
    channel_moves,
    contact_requests,
    desk_copies,
    handoff_notes,
    handoffs,
)
from bot.storage.tables import conversations, dialogue_states, inbox, outbox

BATCH = 500
"""Rows deleted in one transaction."""


@dataclass(frozen=True, slots=True)
class Periods:
    """How many days things are kept."""

    messages: int
    """Messages and replies, and conversations in which none is left."""
    dialogue_states: int
    """What the dialogue remembers of a conversation; it expires after a day anyway."""
    contact_requests: int = 30
    """Messages left for officers, once they are answered."""
    handoff_figures: int = 730
    """Times and codes of handoffs; their texts go with the messages."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many rows were deleted, or would be."""

    messages: int
    replies: int
    dialogue_states: int
    conversations: int
    desk: int = 0
    """Rows of the officers' desk: notes, answered messages, old links, copies, handoffs."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which rows of a table are old; the field of `Deleted` that counts them."""

    counted_as: str
    key: Column[object]
    is_old: ColumnElement[bool]


async def delete_old(database: Database, periods: Periods, *, is_dry_run: bool = False) -> Deleted:
    """Delete what is older than its period; several processes may do so at once.

    Messages that wait for an answer and replies that wait to be sent stay, however old, and so does a
    conversation that an officer holds or that has a dossier watched. Numbers are not given again.

    Args:
        database: Where.
        periods: How long things are kept.
        is_dry_run: Only count. Conversations that would become empty by the deletion are not counted.
    """
    counts = dict.fromkeys(("messages", "replies", "dialogue_states", "conversations", "desk"), 0)
    for rule in _rules(periods, now()):
        if is_dry_run:
            async with database.read() as connection:
                found = select(func.count()).select_from(rule.key.table).where(rule.is_old)
                counts[rule.counted_as] += int(await connection.scalar(found) or 0)
        else:
            counts[rule.counted_as] += await _delete(database, rule)
    if not is_dry_run:
        await _blank_handoffs(database, now() - timedelta(days=periods.messages))
    return Deleted(**counts)


def _rules(periods: Periods, moment: datetime) -> Iterator[_Rule]:
    said_before = moment - timedelta(days=periods.messages)
    remembered_before = moment - timedelta(days=periods.dialogue_states)
    is_waiting = exists().where(outbox.c.inbox_id == inbox.c.id, outbox.c.status == "pending")
    is_watching = exists().where(
        dossier_watches.c.conversation_id == conversations.c.id, dossier_watches.c.state == "active"
    )
    is_asked_for = exists().where(
        contact_requests.c.conversation_id == conversations.c.id, contact_requests.c.state == "open"
    )
    yield from _desk_rules(periods, moment)
    # Replies first: those that answer a message would otherwise go with it, uncounted.
    yield _Rule("replies", outbox.c.id, (outbox.c.created_at < said_before) & (outbox.c.status != "pending"))
    yield _Rule(
        "messages",
        inbox.c.id,
        (inbox.c.received_at < said_before) & (inbox.c.status != "pending") & ~is_waiting,
    )
    yield _Rule(
        "dialogue_states", dialogue_states.c.conversation_id, dialogue_states.c.updated_at < remembered_before
    )
    yield _Rule(
        "conversations",
        conversations.c.id,
        (conversations.c.last_message_at < said_before)
        & (conversations.c.state == "BOT")
        & ~exists().where(inbox.c.conversation_id == conversations.c.id)
        & ~exists().where(outbox.c.conversation_id == conversations.c.id)
        & ~is_watching
        & ~is_asked_for,
    )


def _desk_rules(periods: Periods, moment: datetime) -> Iterator[_Rule]:
    said_before = moment - timedelta(days=periods.messages)
    a_day_ago = moment - timedelta(days=1)
    done_before = moment - timedelta(days=periods.contact_requests)
    figures_before = moment - timedelta(days=periods.handoff_figures)
    is_draft = contact_requests.c.state == "draft"
    yield _Rule(
        "desk",
        contact_requests.c.id,
        (is_draft & (contact_requests.c.created_at < a_day_ago)) | (contact_requests.c.done_at < done_before),
    )
    yield _Rule("desk", handoff_notes.c.id, handoff_notes.c.at < said_before)
    is_over = func.coalesce(channel_moves.c.used_at, channel_moves.c.expires_at) < a_day_ago - timedelta(days=1)
    yield _Rule("desk", channel_moves.c.id, is_over)
    yield _Rule(
        "desk",
        desk_copies.c.id,
        (desk_copies.c.created_at < done_before) & (desk_copies.c.status != "pending"),
    )
    yield _Rule("desk", handoffs.c.id, handoffs.c.ended_at < figures_before)


async def _blank_handoffs(database: Database, before: datetime) -> None:
    """Drop the texts of handoffs whose messages are old enough to go."""
    async with database.write() as connection:
        await connection.execute(
            update(handoffs)
            .where(
                handoffs.c.ended_at < before,
                or_(*(handoffs.c[name].is_not(None) for name in TEXTS)),
            )
            .values(TEXTS)
        )


async def _delete(database: Database, rule: _Rule) -> int:
    some = select(rule.key).where(rule.is_old).limit(BATCH)
    statement = delete(rule.key.table).where(rule.key.in_(some))
    deleted = 0
    while True:
        async with database.write() as connection:
            found = (await connection.execute(statement)).rowcount
        deleted += found
        if found < BATCH:
            return deleted
