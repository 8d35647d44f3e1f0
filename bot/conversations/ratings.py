"""Citizens' ratings of answers: kept with the conversation, read by staff for review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.clock import aware, now
from bot.conversations.messages import Author, ConversationId
from bot.privacy.masking import mask
from bot.storage.database import Database
from bot.storage.rating_tables import answer_ratings
from bot.storage.tables import inbox, outbox


class Verdict(StrEnum):
    """What a citizen says of an answer."""

    CORRECT = "correct"
    INCORRECT = "incorrect"


@dataclass(frozen=True, slots=True)
class Rating:
    """A verdict on one answer."""

    seq: int
    verdict: Verdict
    comment: str | None


@dataclass(frozen=True, slots=True)
class RatedAnswer:
    """A rating with all that staff need to judge it; texts are masked."""

    id: int
    conversation_id: ConversationId
    rating: Rating
    rated_at: datetime
    question: str | None
    """What the citizen had written; None for an answer that nobody asked for."""
    understanding: dict[str, Any] | None
    answer: dict[str, Any]
    """The stored reply."""
    release: str | None


async def rate(database: Database, conversation_id: ConversationId, rating: Rating) -> bool:
    """Store a rating, replacing an earlier one; say whether there is such an answer of the bot."""
    values = {
        "verdict": rating.verdict.value,
        "comment": mask(rating.comment) if rating.comment else None,
        "updated_at": now(),
    }
    dialect = postgresql if database.is_postgresql else sqlite
    async with database.write() as connection:
        # The lock keeps an erasure from taking the answer away between the two statements.
        answer = select(outbox.c.id).where(
            outbox.c.conversation_id == conversation_id,
            outbox.c.seq == rating.seq,
            outbox.c.author == Author.BOT.value,
        )
        if database.is_postgresql:
            answer = answer.with_for_update(key_share=True)
        if await connection.scalar(answer) is None:
            return False
        inserted = dialect.insert(answer_ratings).values(
            conversation_id=conversation_id, seq=rating.seq, created_at=now(), **values
        )
        await connection.execute(
            inserted.on_conflict_do_update(index_elements=["conversation_id", "seq"], set_=values)
        )
    return True


async def withdraw(database: Database, conversation_id: ConversationId, seq: int) -> None:
    """Remove a rating, if there is one."""
    async with database.write() as connection:
        await connection.execute(
            delete(answer_ratings).where(
                answer_ratings.c.conversation_id == conversation_id, answer_ratings.c.seq == seq
            )
        )


async def ratings_of(database: Database, conversation_id: ConversationId) -> Sequence[Rating]:
    """Return the ratings of a conversation, in its order."""
    async with database.read() as connection:
        rows = await connection.execute(
            select(answer_ratings.c.seq, answer_ratings.c.verdict, answer_ratings.c.comment)
            .where(answer_ratings.c.conversation_id == conversation_id)
            .order_by(answer_ratings.c.seq)
        )
        return [Rating(row.seq, Verdict(row.verdict), row.comment) for row in rows]


async def rated_down(database: Database, inbox_ids: Sequence[int]) -> set[int]:
    """Return those of the messages whose answer a citizen rated as not right.

    Args:
        database: Where they are.
        inbox_ids: Ids of messages.
    """
    if not inbox_ids:
        return set()
    statement = (
        select(outbox.c.inbox_id)
        .join(
            answer_ratings,
            (answer_ratings.c.conversation_id == outbox.c.conversation_id)
            & (answer_ratings.c.seq == outbox.c.seq),
        )
        .where(outbox.c.inbox_id.in_(inbox_ids), answer_ratings.c.verdict == Verdict.INCORRECT.value)
    )
    async with database.read() as connection:
        return {int(row.inbox_id) for row in await connection.execute(statement)}


async def rated_answers(
    database: Database, verdict: Verdict | None = None, *, before_id: int | None = None, limit: int = 50
) -> Sequence[RatedAnswer]:
    """Return rated answers for staff, the newest first.

    Args:
        database: Where they are.
        verdict: Only these; None for all.
        before_id: The id at which the page before this one ended.
        limit: At most so many.
    """
    statement = (
        select(
            answer_ratings,
            outbox.c.body,
            inbox.c.text.label("question"),
            inbox.c.understanding,
            inbox.c.release,
        )
        .join(
            outbox,
            (outbox.c.conversation_id == answer_ratings.c.conversation_id)
            & (outbox.c.seq == answer_ratings.c.seq),
        )
        .outerjoin(inbox, inbox.c.id == outbox.c.inbox_id)
        .order_by(answer_ratings.c.id.desc())
        .limit(limit)
    )
    if verdict is not None:
        statement = statement.where(answer_ratings.c.verdict == verdict.value)
    if before_id is not None:
        statement = statement.where(answer_ratings.c.id < before_id)
    async with database.read() as connection:
        rows = (await connection.execute(statement)).all()
    return [
        RatedAnswer(
            row.id,
            ConversationId(row.conversation_id),
            Rating(row.seq, Verdict(row.verdict), row.comment),
            aware(row.updated_at),
            row.question,
            row.understanding,
            row.body,
            row.release,
        )
        for row in rows
    ]
