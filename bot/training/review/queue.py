"""The review inbox as clerks see it: groups of look-alikes, the most worthwhile first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.clock import aware
from bot.storage.database import Database
from bot.storage.training_tables import review_decisions, review_items
from bot.training.review.worth import Reason

GROUP_BONUS = 0.02
"""Worth that each further look-alike adds: what many ask comes before what one asks."""


@dataclass(frozen=True, slots=True)
class Item:
    """One utterance that waits for a decision."""

    inbox_id: int
    conversation_id: str
    seq: int
    text: str
    reasons: tuple[Reason, ...]
    outcome: str | None
    understanding: dict[str, Any]
    release: str | None
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Look-alike utterances: one decision."""

    id: int
    text: str
    size: int
    worth: float
    reasons: tuple[Reason, ...]
    last_said_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision made earlier, for undoing."""

    id: int
    kind: str
    who: str
    at: datetime
    size: int
    label: dict[str, Any]
    is_undone: bool


async def open_groups(
    database: Database, *, reason: Reason | None = None, limit: int = 30, offset: int = 0
) -> tuple[list[Group], int]:
    """Return a page of groups and how many there are in all."""
    is_open = review_items.c.state == "open"
    score = func.max(review_items.c.worth) + GROUP_BONUS * func.count()
    query = (
        select(
            review_items.c.group_id,
            func.count().label("size"),
            score.label("worth"),
            func.max(review_items.c.said_at).label("said"),
            func.max(review_items.c.inbox_id).label("newest"),
        )
        .where(is_open)
        .group_by(review_items.c.group_id)
        .order_by(score.desc(), review_items.c.group_id)
    )
    async with database.read() as connection:
        if reason is not None:
            # Lists in JSON are searched here, for the two databases write such questions differently.
            rows = await connection.execute(
                select(review_items.c.group_id, review_items.c.reasons).where(is_open).limit(20_000)
            )
            wanted = {row.group_id for row in rows if reason.value in row.reasons}
            query = query.where(review_items.c.group_id.in_(wanted))
        count = await connection.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
        found = (await connection.execute(query.limit(limit).offset(offset))).all()
        items = await _items(connection, [row.group_id for row in found])
    return [_group(row, items[row.group_id]) for row in found], int(count or 0)


async def open_group(database: Database, group_id: int) -> tuple[Group, list[Item]] | None:
    """Return a group and its open utterances, or None when nothing in it waits any more."""
    async with database.read() as connection:
        items = (await _items(connection, [group_id])).get(group_id)
    if not items:
        return None
    reasons = tuple(dict.fromkeys(reason for item in items for reason in item.reasons))
    last = max(item.said_at for item in items)
    return Group(group_id, items[0].text, len(items), 0.0, reasons, last), items


async def last_decisions(database: Database, limit: int = 20) -> list[Decided]:
    """Return the newest decisions."""
    query = select(review_decisions).order_by(review_decisions.c.id.desc()).limit(limit)
    async with database.read() as connection:
        return [
            Decided(row.id, row.kind, row.who, aware(row.at), len(row.items), row.label, row.undone_at is not None)
            for row in await connection.execute(query)
        ]


async def open_count(database: Database) -> int:
    """Return how many groups wait."""
    query = select(func.count(review_items.c.group_id.distinct())).where(review_items.c.state == "open")
    async with database.read() as connection:
        return int(await connection.scalar(query) or 0)


async def _items(connection: Any, groups: Sequence[int]) -> dict[int, list[Item]]:
    rows = await connection.execute(
        select(review_items)
        .where(review_items.c.group_id.in_(list(groups)), review_items.c.state == "open")
        .order_by(review_items.c.worth.desc(), review_items.c.inbox_id)
        .limit(5000)
    )
    found: dict[int, list[Item]] = {}
    for row in rows:
        found.setdefault(row.group_id, []).append(_item(row))
    return found


def _group(row: Any, items: list[Item]) -> Group:
    reasons = tuple(dict.fromkeys(reason for item in items for reason in item.reasons))
    return Group(
        row.group_id, items[0].text, row.size, float(row.worth), reasons, max(item.said_at for item in items)
    )


def _item(row: Any) -> Item:
    return Item(
        row.inbox_id,
        row.conversation_id,
        row.seq,
        row.text,
        tuple(Reason(name) for name in row.reasons),
        row.outcome,
        row.understanding or {},
        row.release,
        aware(row.said_at),
    )
