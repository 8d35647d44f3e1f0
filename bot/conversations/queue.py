"""Claiming the next message: at most one turn at a time for a conversation, in order.

A message may be claimed when no earlier one of its conversation is pending. A claim is counted and
committed before the turn begins, and leased: a process that lives renews its leases, the messages of one
that died are free a few seconds later. On SQLite one process serves, so a set in memory does the same.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, literal_column, or_, select, update

from bot.clock import now
from bot.conversations.choices import find_pressed
from bot.conversations.ledger.port import ClaimedRow, Ledger
from bot.conversations.messages import ConversationId, Kind
from bot.conversations.states import Held, State
from bot.storage.database import Database
from bot.storage.tables import inbox

# Written out, so that plans which the server keeps for any parameter use the small index, too.
_IS_PENDING = inbox.c.status == literal_column("'pending'")
_earlier = inbox.alias("earlier")
_IS_FIRST = ~exists().where(
    and_(
        _earlier.c.conversation_id == inbox.c.conversation_id,
        _earlier.c.status == literal_column("'pending'"),
        _earlier.c.seq < inbox.c.seq,
    )
)
_CLAIMED_SO = update(inbox).where(
    inbox.c.id == bindparam("inbox_id"), _IS_PENDING, inbox.c.attempts == bindparam("claimed")
)
_GIVEN_BACK = _CLAIMED_SO.values(attempts=inbox.c.attempts - 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """The message to answer now, with all that the turn has to read."""

    inbox_id: int
    seq: int
    conversation_id: ConversationId
    channel: str
    kind: str
    text: str
    payload: str | None
    """The command behind the button that was pressed; None for an old or a foreign button."""
    attempts: int
    """Attempts, this one included."""
    held: Held
    open_choices: list[dict[str, str]]
    awaits: str | None
    """What the conversation was asked for."""
    dialogue: str | None


class InboxQueue:
    """Hands out messages, one conversation at a time."""

    def __init__(self, database: Database, ledger: Ledger, lease: timedelta) -> None:
        self._database = database
        self._ledger = ledger
        self._lease = lease
        self._claimed: set[str] = set()
        self._running: dict[int, float] = {}
        self._owed: dict[int, int] = {}

    @asynccontextmanager
    async def claim(self, conversation_id: ConversationId) -> AsyncIterator[Claim | None]:
        """Yield the oldest waiting message of a conversation, or None when there is none to take."""
        if conversation_id in self._claimed:
            yield None
            return
        self._claimed.add(conversation_id)
        row = None
        try:
            row = await self._ledger.claim(conversation_id, self._lease)
            if row is None:
                yield None
                return
            self._running[row.id] = time.monotonic()
            try:
                claim = await self._claim(conversation_id, row)
            except Exception:
                self._owed[row.id] = row.attempts
                raise
            yield claim
        finally:
            self._claimed.discard(conversation_id)
            if row is not None:
                self._running.pop(row.id, None)

    async def postpone(self, claim: Claim, pause: timedelta | None) -> None:
        """Let a claim go whose attempt failed; the message is due after the pause."""
        retry_at = None if pause is None else self._moment() + pause
        async with self._database.write() as connection:
            await connection.execute(
                _CLAIMED_SO.values(retry_at=retry_at), {"inbox_id": claim.inbox_id, "claimed": claim.attempts}
            )

    async def give_back(self, claim: Claim) -> None:
        """Let a claim go that failed by no fault of the message, as if it had not been made.

        While the database is away this is remembered; see `keep_up`.
        """
        self._owed[claim.inbox_id] = claim.attempts
        await self._pay(claim.inbox_id)

    async def park(self, claim: Claim, pause: timedelta) -> None:
        """Let a claim go whose turn waits for somebody else, as if it had not been made.

        The message is due when `resume` is called, at the latest after the pause.
        """
        try:
            async with self._database.write() as connection:
                await connection.execute(
                    _GIVEN_BACK.values(retry_at=self._moment() + pause),
                    {"inbox_id": claim.inbox_id, "claimed": claim.attempts},
                )
        except Exception:
            self._owed[claim.inbox_id] = claim.attempts
            raise

    async def resume(self, claim: Claim) -> None:
        """Make the message of a parked claim due, unless somebody has claimed it since."""
        async with self._database.write() as connection:
            await connection.execute(
                _CLAIMED_SO.values(retry_at=None), {"inbox_id": claim.inbox_id, "claimed": claim.attempts - 1}
            )

    async def keep_up(self) -> None:
        """Renew the leases of running turns, and give back what could not be given back before."""
        for inbox_id in list(self._owed):
            await self._pay(inbox_id)
        until = time.monotonic() - self._lease.total_seconds() / 5
        lasting = [inbox_id for inbox_id, since in self._running.items() if since < until]
        if lasting and self._database.is_postgresql:
            renewed = update(inbox).where(inbox.c.id.in_(lasting), _IS_PENDING)
            async with self._database.write() as connection:
                await connection.execute(renewed.values(retry_at=self._moment() + self._lease))

    async def waiting(self, older_than: timedelta, limit: int = 200) -> list[ConversationId]:
        """Return conversations whose next message waits longer than `older_than`, the longest first."""
        moment = self._moment()
        is_due = or_(inbox.c.retry_at.is_(None), inbox.c.retry_at <= moment)
        async with self._database.read() as connection:
            found = await connection.scalars(
                select(inbox.c.conversation_id)
                .where(_IS_PENDING, inbox.c.received_at <= moment - older_than, is_due, _IS_FIRST)
                .order_by(inbox.c.id)
                .limit(limit)
            )
            return [ConversationId(value) for value in found]

    def _moment(self) -> Any:
        """Return the present moment by the clock that dates messages: on PostgreSQL that of the server.

        A process whose clock goes wrong would otherwise look for messages too late, or never.
        """
        return func.clock_timestamp() if self._database.is_postgresql else now()

    async def _pay(self, inbox_id: int) -> None:
        claimed = self._owed.get(inbox_id)
        if claimed is None:
            return
        async with self._database.write() as connection:
            await connection.execute(_GIVEN_BACK.values(retry_at=None), {"inbox_id": inbox_id, "claimed": claimed})
        self._owed.pop(inbox_id, None)

    async def _claim(self, conversation_id: ConversationId, row: ClaimedRow) -> Claim:
        open_choices = row.open_choices or []
        payload = None
        if row.kind == Kind.CHOICE:
            async with self._database.read() as connection:
                payload = await find_pressed(connection, conversation_id, row.choice_id, open_choices)
        return Claim(
            inbox_id=row.id,
            seq=row.seq,
            conversation_id=conversation_id,
            channel=row.channel,
            kind=row.kind,
            text=row.text,
            payload=payload,
            attempts=row.attempts,
            held=Held(State(row.state), row.state_version),
            open_choices=open_choices,
            awaits=row.awaits,
            dialogue=row.events,
        )
