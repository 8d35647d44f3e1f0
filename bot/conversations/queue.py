"""Claiming the next message: at most one turn at a time for a conversation, in order.

A message may be claimed when no earlier one of its conversation is pending. On PostgreSQL the claim
is a row lock held by the turn's transaction: a process that dies lets go of it by itself. On SQLite
one process serves, so a set in memory does the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.messages import ConversationId
from bot.conversations.states import Held, State
from bot.storage.database import Database
from bot.storage.tables import conversations, dialogue_states, inbox


@dataclass(frozen=True, slots=True)
class Claim:
    """The message to answer now, with all that the turn has to read."""

    inbox_id: int
    conversation_id: ConversationId
    channel: str
    kind: str
    text: str
    choice_id: str | None
    attempts: int
    held: Held
    open_choices: list[dict[str, str]]
    dialogue: str | None
    write: AbstractAsyncContextManager[AsyncConnection]
    """The transaction in which the turn ends; on PostgreSQL the one that holds the claim."""


class InboxQueue:
    """Hands out messages, one conversation at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claimed: set[str] = set()

    @asynccontextmanager
    async def claim(self, conversation_id: ConversationId) -> AsyncIterator[Claim | None]:
        """Yield the oldest waiting message of a conversation, or None when there is none to take."""
        if self._database.is_postgresql:
            async with self._database.write() as connection:
                row = await self._head(connection, conversation_id, lock=True)
                yield _claim(row, _already_open(connection)) if row else None
            return
        if conversation_id in self._claimed:
            yield None
            return
        self._claimed.add(conversation_id)
        try:
            async with self._database.read() as connection:
                row = await self._head(connection, conversation_id, lock=False)
            yield _claim(row, self._database.write()) if row else None
        finally:
            self._claimed.discard(conversation_id)

    async def waiting(self, older_than: timedelta, limit: int = 200) -> list[ConversationId]:
        """Return conversations with messages that wait longer than `older_than`."""
        until = now() - older_than
        async with self._database.read() as connection:
            found = await connection.scalars(
                select(inbox.c.conversation_id)
                .where(inbox.c.status == "pending", inbox.c.received_at <= until, _due(until + older_than))
                .distinct()
                .limit(limit)
            )
            return [ConversationId(value) for value in found]

    async def _head(
        self, connection: AsyncConnection, conversation_id: ConversationId, *, lock: bool
    ) -> Row[Any] | None:
        earlier = inbox.alias("earlier")
        statement = (
            select(
                inbox.c.id,
                inbox.c.conversation_id,
                inbox.c.channel,
                inbox.c.kind,
                inbox.c.text,
                inbox.c.choice_id,
                inbox.c.attempts,
                conversations.c.state,
                conversations.c.state_version,
                conversations.c.open_choices,
                dialogue_states.c.events,
            )
            .join(conversations, conversations.c.id == inbox.c.conversation_id)
            .outerjoin(dialogue_states, dialogue_states.c.conversation_id == inbox.c.conversation_id)
            .where(
                inbox.c.conversation_id == conversation_id,
                inbox.c.status == "pending",
                _due(now()),
                ~exists().where(
                    and_(
                        earlier.c.conversation_id == inbox.c.conversation_id,
                        earlier.c.status == "pending",
                        earlier.c.seq < inbox.c.seq,
                    )
                ),
            )
            .limit(1)
        )
        if lock:
            statement = statement.with_for_update(of=inbox, skip_locked=True)
        return (await connection.execute(statement)).one_or_none()


def _due(moment: datetime) -> Any:
    return or_(inbox.c.retry_at.is_(None), inbox.c.retry_at <= moment)


def _claim(row: Row[Any], write: AbstractAsyncContextManager[AsyncConnection]) -> Claim:
    return Claim(
        inbox_id=row.id,
        conversation_id=ConversationId(row.conversation_id),
        channel=row.channel,
        kind=row.kind,
        text=row.text,
        choice_id=row.choice_id,
        attempts=row.attempts,
        held=Held(State(row.state), row.state_version),
        open_choices=row.open_choices or [],
        dialogue=row.events,
        write=write,
    )


@asynccontextmanager
async def _already_open(connection: AsyncConnection) -> AsyncIterator[AsyncConnection]:
    yield connection
