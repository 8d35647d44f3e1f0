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

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.choices import find_pressed
from bot.conversations.messages import ConversationId, Kind
from bot.conversations.states import Held, State
from bot.storage.database import Database
from bot.storage.tables import Moment, conversations, dialogue_states, inbox

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
                yield await self._claim(connection, conversation_id, _already_open(connection))
            return
        if conversation_id in self._claimed:
            yield None
            return
        self._claimed.add(conversation_id)
        try:
            async with self._database.read() as connection:
                claim = await self._claim(connection, conversation_id, self._database.write())
            yield claim
        finally:
            self._claimed.discard(conversation_id)

    async def waiting(self, older_than: timedelta, limit: int = 200) -> list[ConversationId]:
        """Return conversations whose next message waits longer than `older_than`, the longest first."""
        moment = now()
        async with self._database.read() as connection:
            found = await connection.scalars(
                select(inbox.c.conversation_id)
                .where(_IS_PENDING, inbox.c.received_at <= moment - older_than, _due(moment), _IS_FIRST)
                .order_by(inbox.c.id)
                .limit(limit)
            )
            return [ConversationId(value) for value in found]

    async def _claim(
        self,
        connection: AsyncConnection,
        conversation_id: ConversationId,
        write: AbstractAsyncContextManager[AsyncConnection],
    ) -> Claim | None:
        statement = _NEXT_LOCKED if self._database.is_postgresql else _NEXT
        asked = {"conversation": conversation_id, "moment": now()}
        row = (await connection.execute(statement, asked)).one_or_none()
        if row is None:
            return None
        open_choices = row.open_choices or []
        pressed = row.choice_id if row.kind == Kind.CHOICE else None
        return Claim(
            inbox_id=row.id,
            seq=row.seq,
            conversation_id=conversation_id,
            channel=row.channel,
            kind=row.kind,
            text=row.text,
            payload=await find_pressed(connection, conversation_id, pressed, open_choices),
            attempts=row.attempts,
            held=Held(State(row.state), row.state_version),
            open_choices=open_choices,
            dialogue=row.events,
            write=write,
        )


def _due(moment: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(inbox.c.retry_at.is_(None), inbox.c.retry_at <= moment)


# Built once: putting the statement together costs more than running it.
_NEXT = (
    select(
        inbox.c.id,
        inbox.c.seq,
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
        inbox.c.conversation_id == bindparam("conversation"),
        _IS_PENDING,
        _due(bindparam("moment", type_=Moment)),
        _IS_FIRST,
    )
    .limit(1)
)
_NEXT_LOCKED = _NEXT.with_for_update(of=inbox, skip_locked=True)


@asynccontextmanager
async def _already_open(connection: AsyncConnection) -> AsyncIterator[AsyncConnection]:
    yield connection
