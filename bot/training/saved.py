"""Real conversations saved as tests: masked, replayed in the gate, their new behaviour accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import VIETNAM, aware, now
from bot.conversations.messages import ConversationId
from bot.conversations.transcript import read_lines
from bot.privacy.masking import mask
from bot.storage.database import Database
from bot.storage.training_tables import saved_conversations
from bot.training.example_text import accepted
from bot.training.review.decide import KEPT_FOR, LIVE_BASIS

MOST_TURNS = 30


class NotSaved(ValueError):
    """The conversation cannot become a test; the message is for clerks."""


@dataclass(frozen=True, slots=True)
class SavedConversation:
    """A conversation with what the bot is to do in each turn."""

    id: int
    title: str
    turns: tuple[str, ...]
    expect: tuple[dict[str, Any], ...]
    who: str
    created_at: datetime

    def stored(self) -> dict[str, Any]:
        """Return what the audit trail shows."""
        return {"title": self.title, "turns": list(self.turns), "expect": list(self.expect)}


async def save_conversation(
    database: Database, conversation_id: ConversationId, up_to: int, title: str, who: str
) -> SavedConversation:
    """Save what was said up to a message, with the bot's behaviour as the expectation.

    Raises:
        NotSaved: It is empty, too long, or an officer took part.
        TextRefused: A text says who somebody is.
    """
    turns: list[str] = []
    expect: list[dict[str, Any]] = []
    for line in await read_lines(database, conversation_id):
        if line.author == "officer":
            raise NotSaved("Hội thoại có cán bộ trả lời nên không dùng làm bài kiểm tra được.")
        if line.author == "citizen" and line.seq <= up_to:
            turns.append(accepted(mask(line.text)))
            expect.append({"outcome": "error"})
        elif line.body is not None and len(turns) == len(expect) and turns and expect[-1] == {"outcome": "error"}:
            expect[-1] = behaviour(line.body)
    if not turns:
        raise NotSaved("Hội thoại này không còn câu nào.")
    if len(turns) > MOST_TURNS:
        raise NotSaved(f"Hội thoại dài quá {MOST_TURNS} lượt.")
    async with database.write() as connection:
        row = (
            await connection.execute(
                insert(saved_conversations)
                .values(
                    title=mask(title.strip() or turns[0])[:200],
                    turns=turns,
                    expect=expect,
                    who=who,
                    basis=LIVE_BASIS,
                    expires_on=(now().astimezone(VIETNAM).date() + KEPT_FOR),
                    created_at=now(),
                )
                .returning(saved_conversations)
            )
        ).one()
    return _saved(row)


def behaviour(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the expectation that a stored reply meets."""
    expect: dict[str, Any] = {"outcome": body["outcome"]}
    expect |= {key: body[key] for key in ("procedure", "aspect") if body.get(key)}
    if body.get("offers"):
        expect["offers_any"] = list(body["offers"])
    return expect


async def all_saved(database: Database) -> list[SavedConversation]:
    """Return all saved conversations, newest first."""
    async with database.read() as connection:
        query = select(saved_conversations).order_by(saved_conversations.c.id.desc())
        return [_saved(row) for row in await connection.execute(query)]


async def accept_behaviour(
    connection: AsyncConnection, saved_id: int, turn: int, got: str, offers: list[str]
) -> tuple[SavedConversation, SavedConversation] | None:
    """Make what a candidate did in a turn the expectation; return the test before and after.

    Args:
        connection: A transaction.
        saved_id: Which test.
        turn: Number of the turn, from 0.
        got: `outcome procedure aspect` as the gate writes them, `-` for nothing.
        offers: Codes that were offered.
    """
    query = select(saved_conversations).where(saved_conversations.c.id == saved_id)
    row = (await connection.execute(query)).first()
    if row is None or not 0 <= turn < len(row.expect):
        return None
    outcome, procedure, aspect = (*got.split(" "), "-", "-")[:3]
    body = {
        "outcome": outcome,
        "procedure": None if procedure == "-" else procedure,
        "aspect": None if aspect == "-" else aspect,
        "offers": offers,
    }
    expect = [*row.expect[:turn], behaviour(body), *row.expect[turn + 1 :]]
    after = (
        await connection.execute(
            update(saved_conversations)
            .where(saved_conversations.c.id == saved_id)
            .values(expect=expect)
            .returning(saved_conversations)
        )
    ).one()
    return _saved(row), _saved(after)


async def delete_saved(connection: AsyncConnection, saved_id: int) -> SavedConversation | None:
    """Delete a test and return it."""
    row = (
        await connection.execute(
            delete(saved_conversations).where(saved_conversations.c.id == saved_id).returning(saved_conversations)
        )
    ).first()
    return _saved(row) if row else None


async def delete_expired_saved(connection: AsyncConnection, today: date) -> int:
    """Delete tests whose time is over; return how many."""
    gone = await connection.execute(delete(saved_conversations).where(saved_conversations.c.expires_on < today))
    return gone.rowcount


def _saved(row: Any) -> SavedConversation:
    return SavedConversation(
        row.id, row.title, tuple(row.turns), tuple(row.expect), row.who, aware(row.created_at)
    )
