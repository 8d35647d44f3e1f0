"""Filling the review inbox from answered messages, in batches, beside the service."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.messages import Kind
from bot.storage.database import Database
from bot.storage.tables import inbox, outbox
from bot.storage.training_tables import review_items, review_progress
from bot.training.likeness import LikenessIndex, grouped
from bot.training.review.ratings import RatedDown, no_ratings
from bot.training.review.worth import Reason, reason_of_next, reasons_for, worth_of

BATCH = 400
SETTLED = timedelta(seconds=2)
"""Ids become visible out of order; what is younger is looked at next time."""
SAMPLED = 20
"""Of the utterances that nothing speaks against, one in so many is shown all the same."""
OPEN_GROUPS = 4000
RATED_WITHIN = timedelta(days=14)


class Collector:
    """Moves answered messages into the review inbox."""

    def __init__(self, database: Database, rated_down: RatedDown = no_ratings) -> None:
        self._database = database
        self._rated_down = rated_down
        self._index: LikenessIndex[int] = LikenessIndex([], [])

    async def collect(self) -> int:
        """Look at one batch of new messages; return how many were looked at."""
        rows = await self._new_messages()
        if rows:
            await self._take(rows)
        return len(rows)

    async def collect_ratings(self) -> int:
        """Raise what citizens have rated down since; return how many utterances that touched."""
        async with self._database.read() as connection:
            recent = await connection.execute(
                select(inbox.c.id)
                .where(inbox.c.status == "done", inbox.c.received_at > now() - RATED_WITHIN)
                .order_by(inbox.c.id.desc())
                .limit(5000)
            )
            ids = [row.id for row in recent]
        rated = await self._rated_down(self._database, ids)
        if not rated:
            return 0
        async with self._database.write() as connection:
            known = await connection.execute(
                select(review_items.c.inbox_id, review_items.c.reasons).where(review_items.c.inbox_id.in_(rated))
            )
            reasons = {row.inbox_id: row.reasons for row in known}
            fresh = [i for i in rated if Reason.RATED_DOWN.value not in reasons.get(i, [])]
            await add_reason(connection, [i for i in fresh if i in reasons], Reason.RATED_DOWN)
            missing = [i for i in fresh if i not in reasons]
            rows = (await connection.execute(_messages().where(inbox.c.id.in_(missing)))).all() if missing else ()
        values = await self._items(rows, {row.id: [Reason.RATED_DOWN] for row in rows})
        async with self._database.write() as connection:
            await _insert(connection, values)
        return len(fresh)

    async def _new_messages(self) -> Sequence[Row[Any]]:
        async with self._database.read() as connection:
            seen = await connection.scalar(select(review_progress.c.inbox_id)) or 0
            waiting = await connection.scalar(
                select(func.min(inbox.c.id)).where(inbox.c.status == "pending", inbox.c.id > seen)
            )
            query = _messages().where(inbox.c.id > seen, inbox.c.received_at < now() - SETTLED)
            if waiting is not None:
                query = query.where(inbox.c.id < waiting)
            return (await connection.execute(query.order_by(inbox.c.id).limit(BATCH))).all()

    async def _take(self, rows: Sequence[Row[Any]]) -> None:
        by_place = {(row.conversation_id, row.seq): row for row in rows}
        reasons: dict[int, list[Reason]] = {}
        for row in rows:
            if row.kind == Kind.TEXT and _is_said(row.text):
                reasons[row.id] = reasons_for(row.outcome, row.understanding)
        raised: list[tuple[int, Reason]] = []
        async with self._database.read() as connection:
            for row in rows:
                about = reason_of_next((row.understanding or {}).get("intent"))
                before = await self._before(connection, row, by_place) if about else None
                if about and before in reasons:
                    reasons[before].append(about)
                elif about and before is not None:
                    raised.append((before, about))
        worthwhile = {
            inbox_id: found or [Reason.SAMPLE]
            for inbox_id, found in reasons.items()
            if found or inbox_id % SAMPLED == 0
        }
        values = await self._items([row for row in rows if row.id in worthwhile], worthwhile)
        progress = {"id": 1, "inbox_id": rows[-1].id}
        # All thinking is done before: whoever holds the pen of SQLite keeps every turn waiting.
        async with self._database.write() as connection:
            for before, about in raised:
                await add_reason(connection, [before], about)
            await _insert(connection, values)
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            await connection.execute(
                dialect.insert(review_progress)
                .values(progress)
                .on_conflict_do_update(index_elements=["id"], set_={"inbox_id": rows[-1].id})
            )

    @staticmethod
    async def _before(
        connection: AsyncConnection, row: Row[Any], batch: dict[tuple[str, int], Row[Any]]
    ) -> int | None:
        """Return the id of the citizen's message before this one in the conversation."""
        earlier = [seq for conversation, seq in batch if conversation == row.conversation_id and seq < row.seq]
        if earlier:
            found = batch[row.conversation_id, max(earlier)]
            return int(found.id)
        return await connection.scalar(
            select(inbox.c.id)
            .where(inbox.c.conversation_id == row.conversation_id, inbox.c.seq < row.seq)
            .order_by(inbox.c.seq.desc())
            .limit(1)
        )

    async def _items(self, rows: Sequence[Row[Any]], reasons: dict[int, list[Reason]]) -> list[dict[str, Any]]:
        """Return the entries of the inbox for messages, each with the group it belongs to."""
        if not rows:
            return []
        async with self._database.read() as connection:
            open_groups = await connection.execute(
                select(func.min(review_items.c.text).label("text"), review_items.c.group_id)
                .where(review_items.c.state == "open", review_items.c.inbox_id == review_items.c.group_id)
                .group_by(review_items.c.group_id)
                .order_by(review_items.c.group_id.desc())
                .limit(OPEN_GROUPS)
            )
            known = open_groups.all()
        # Beside the loop: turns must not wait for it.
        groups = await asyncio.to_thread(
            self._grouped, known, [row.text for row in rows], [row.id for row in rows]
        )
        return [
            {
                "inbox_id": row.id,
                "conversation_id": row.conversation_id,
                "seq": row.seq,
                "text": row.text,
                "group_id": group,
                "worth": worth_of(reasons[row.id]),
                "reasons": [reason.value for reason in reasons[row.id]],
                "outcome": row.outcome,
                "understanding": {**(row.understanding or {}), "answered": _answered(row.body)},
                "release": row.release,
                "said_at": row.received_at,
                "state": "open",
            }
            for row, group in zip(rows, groups, strict=True)
        ]

    def _grouped(self, known: Sequence[Any], texts: list[str], ids: list[int]) -> list[int]:
        owners = [int(row.group_id) for row in known]
        self._index = LikenessIndex([row.text for row in known], owners, self._index)
        return grouped(texts, self._index, ids)


async def _insert(connection: AsyncConnection, values: list[dict[str, Any]]) -> None:
    if values:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        # Another process may have collected the same batch.
        await connection.execute(dialect.insert(review_items).on_conflict_do_nothing(), values)


async def add_reason(connection: AsyncConnection, inbox_ids: Sequence[int], reason: Reason) -> None:
    """Raise utterances that are already in the inbox."""
    if not inbox_ids:
        return
    rows = await connection.execute(
        select(review_items.c.inbox_id, review_items.c.reasons).where(review_items.c.inbox_id.in_(list(inbox_ids)))
    )
    for row in rows.all():
        if reason.value in row.reasons:
            continue
        reasons = [Reason(name) for name in row.reasons if name != Reason.SAMPLE.value] + [reason]
        await connection.execute(
            update(review_items)
            .where(review_items.c.inbox_id == row.inbox_id)
            .values(reasons=[r.value for r in reasons], worth=worth_of(reasons))
        )


def _messages() -> Any:
    return select(
        inbox.c.id,
        inbox.c.conversation_id,
        inbox.c.seq,
        inbox.c.kind,
        inbox.c.text,
        inbox.c.received_at,
        inbox.c.outcome,
        inbox.c.understanding,
        inbox.c.release,
        outbox.c.body,
    ).select_from(inbox.outerjoin(outbox, (outbox.c.inbox_id == inbox.c.id) & (outbox.c.part == 0)))


def _answered(body: dict[str, Any] | None) -> dict[str, Any]:
    return {name: body.get(name) for name in ("procedure", "aspect", "offers")} if body else {}


def _is_said(text: str) -> bool:
    return not text.startswith("/") and any(character.isalnum() for character in text)
