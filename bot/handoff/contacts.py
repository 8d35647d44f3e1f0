"""Messages that were left out of hours, as officers see and answer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware
from bot.conversations.messages import Author, ConversationId, Outcome, Reply
from bot.conversations.states import StateConflict
from bot.handoff import sentences
from bot.handoff.copies import Copy
from bot.handoff.desk import ATTEMPTS, LONGEST_TEXT, Desk, Sent
from bot.handoff.edges import Edges
from bot.handoff.model import Officer, Refused, Why, request_number
from bot.handoff.reaching import check_reachable
from bot.handoff.rows import lock_conversation
from bot.storage.database import Database
from bot.storage.handoff_tables import contact_requests, officer_lines


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """A message left for officers."""

    id: int
    conversation_id: ConversationId
    state: str
    """`open`, `answered`, `unreachable` or `cancelled`."""
    department: str
    unit: str | None
    procedure: str | None
    question: str
    reply_by: str
    """`here` or `phone`."""
    phone: str | None
    """Only while it is open."""
    wish: str
    due_at: datetime | None
    created_at: datetime
    done_at: datetime | None
    officer_id: int | None
    handoff_id: int | None

    @property
    def number(self) -> str:
        """What people call it: LH-000045."""
        return request_number(self.id)


class Contacts:
    """Reads and closes contact requests."""

    def __init__(self, database: Database, desk: Desk, edges: Edges) -> None:
        self._database = database
        self._desk = desk
        self._edges = edges

    async def open(self, officer: Officer | None = None) -> Sequence[ContactRequest]:
        """Return what is still to be answered, the earliest due first; with an officer, only what is theirs."""
        statement = (
            select(contact_requests)
            .where(contact_requests.c.state == "open")
            .order_by(contact_requests.c.due_at, contact_requests.c.id)
        )
        async with self._database.read() as connection:
            found = [_request(row) for row in await connection.execute(statement)]
        return [one for one in found if officer is None or officer.is_responsible(one.department, one.unit)]

    async def find(self, request_id: int) -> ContactRequest:
        """Return a request.

        Raises:
            Refused: There is none.
        """
        async with self._database.read() as connection:
            return await self._read(connection, request_id)

    async def with_phone(self, conversation_id: ConversationId | None) -> ContactRequest | None:
        """Return the newest open request of a conversation that left a number to call, or None."""
        statement = (
            select(contact_requests)
            .where(
                contact_requests.c.conversation_id == conversation_id,
                contact_requests.c.state == "open",
                contact_requests.c.phone.is_not(None),
            )
            .order_by(contact_requests.c.id.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else _request(row)

    async def answer(self, request_id: int, officer: Officer, text: str, *, origin: str) -> Sent:
        """Answer in the conversation the request came from; the officer holds it from then on (T10).

        Raises:
            Refused: It is done, a colleague talks with the citizen, or the text is empty.
        """
        text = text.strip()[:LONGEST_TEXT]
        if not text:
            raise Refused(Why.EMPTY, "Tin trống nên chưa gửi.")
        for attempt in range(ATTEMPTS):
            try:
                async with self._database.write() as connection:
                    request = await self._read(connection, request_id)
                    handoff, conversation = await self._desk.begin_in(connection, request.conversation_id, officer)
                    # Read again under the lock of the conversation.
                    request = await self._read(connection, request_id)
                    known = await connection.scalar(
                        select(officer_lines.c.seq).where(officer_lines.c.origin == origin)
                    )
                    if known is not None:
                        return Sent(int(known), is_new=False)
                    self._check_open(request)
                    await check_reachable(connection, conversation, self._edges.windows)
                    await self._edges.tell(connection, conversation, sentences.answer_to(request.id))
                    reply = Reply(text, Outcome.HANDOFF, author=Author.OFFICER)
                    seq = await self._edges.tell(connection, conversation, reply)
                    await self._edges.officer_wrote(connection, handoff, conversation, officer, seq, origin, None)
                    await self._done(connection, request_id, "answered", officer, handoff.id)
            except StateConflict:
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            self._edges.wake(conversation)
            return Sent(seq, is_new=True)
        raise AssertionError("unreachable")

    async def close(self, request_id: int, officer: Officer, *, reached: bool) -> ContactRequest:
        """Note that the citizen was called, or could not be reached; the number is deleted.

        Raises:
            Refused: It is done already by other means.
        """
        state = "answered" if reached else "unreachable"
        async with self._database.write() as connection:
            before = await self._read(connection, request_id)
            await lock_conversation(connection, before.conversation_id)
            request = await self._read(connection, request_id)
            if request.state != state:
                self._check_open(request)
                await self._done(connection, request_id, state, officer, None)
            return await self._read(connection, request_id)

    async def _done(
        self, connection: AsyncConnection, request_id: int, state: str, officer: Officer, handoff_id: int | None
    ) -> None:
        await connection.execute(
            update(contact_requests)
            .where(contact_requests.c.id == request_id)
            .values(
                state=state,
                phone=None,
                officer_id=officer.id,
                handoff_id=handoff_id,
                done_at=self._edges.clock(),
            )
        )
        await self._edges.copy(connection, None, Copy.CONTACT, request_id=request_id)

    async def _read(self, connection: AsyncConnection, request_id: int) -> ContactRequest:
        row = (
            await connection.execute(select(contact_requests).where(contact_requests.c.id == request_id))
        ).one_or_none()
        if row is None or row.state == "draft":
            raise Refused(Why.UNKNOWN, "Không có lời nhắn này.")
        return _request(row)

    @staticmethod
    def _check_open(request: ContactRequest) -> None:
        if request.state != "open":
            raise Refused(Why.ENDED, f"{request.number} đã xử lý xong.")


def _request(row: Row[Any]) -> ContactRequest:
    return ContactRequest(
        row.id,
        ConversationId(row.conversation_id),
        row.state,
        row.department,
        row.unit,
        row.procedure,
        row.question or "",
        row.reply_by or "here",
        row.phone,
        row.wish or "",
        aware(row.due_at) if row.due_at else None,
        aware(row.created_at),
        aware(row.done_at) if row.done_at else None,
        row.officer_id,
        row.handoff_id,
    )
