"""The durable inbox: a message is stored, masked, before its platform is acknowledged."""

from __future__ import annotations

from collections import OrderedDict

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.ids import new_conversation_id
from bot.conversations.messages import Accepted, ConversationId, Incoming
from bot.conversations.wakeups import Wakeups
from bot.metrics import MESSAGES
from bot.privacy.masking import mask
from bot.storage.database import Database
from bot.storage.tables import conversations, inbox

TEXT_LIMIT = 2_000
"""Characters of a message that are read; channels say so before, this is the last guard."""


class UnknownConversation(LookupError):
    """The conversation does not exist, or its data was erased."""


class OriginalTexts:
    """Unmasked texts of messages this process accepted and has not answered yet.

    Only memory: after a crash the turn is redone on the masked text.
    """

    def __init__(self, limit: int = 5_000) -> None:
        self._limit = limit
        self._texts: OrderedDict[int, str] = OrderedDict()

    def keep(self, inbox_id: int, text: str) -> None:
        """Remember a text; the oldest go first when too many wait."""
        self._texts[inbox_id] = text
        while len(self._texts) > self._limit:
            self._texts.popitem(last=False)

    def peek(self, inbox_id: int) -> str | None:
        """Return a text, if this process still has it."""
        return self._texts.get(inbox_id)

    def forget(self, inbox_id: int) -> None:
        """Drop a text whose turn has ended."""
        self._texts.pop(inbox_id, None)


class Inbox:
    """Accepts messages from channels."""

    def __init__(self, database: Database, wakeups: Wakeups, originals: OriginalTexts) -> None:
        self._database = database
        self._wakeups = wakeups
        self._originals = originals

    async def open(self, channel: str, address: str) -> ConversationId:
        """Return the conversation of this address, created when it is new."""
        async with self._database.write() as connection:
            return await self._open(connection, channel, address)

    async def accept(self, message: Incoming, conversation_id: ConversationId | None = None) -> Accepted:
        """Store a message and return its receipt; a repeated delivery gets the first receipt.

        Args:
            message: The parsed message; its text is cut at `TEXT_LIMIT` characters.
            conversation_id: Given when the channel knows it, otherwise found by the address.

        Raises:
            UnknownConversation: `conversation_id` is given and does not exist.
        """
        text = message.text[:TEXT_LIMIT]
        stored = mask(text)
        try:
            async with self._database.write() as connection:
                if conversation_id is None:
                    conversation_id = await self._open(connection, message.channel, message.address)
                seq = await _next_seq(connection, conversation_id)
                inbox_id = await self._insert(connection, conversation_id, seq, message, stored)
                # Any process may take it; the one that accepted it is quickest.
                await self._wakeups.announce_message(connection, conversation_id)
        except IntegrityError:
            return await self._first_receipt(message)
        if stored != text:
            self._originals.keep(inbox_id, text)
        MESSAGES.labels(message.channel).inc()
        self._wakeups.message(conversation_id)
        return Accepted(conversation_id, inbox_id, seq, duplicate=False)

    async def _open(self, connection: AsyncConnection, channel: str, address: str) -> ConversationId:
        found = await connection.scalar(_conversation_of(channel, address))
        if found is None:
            values = {
                "id": new_conversation_id(),
                "channel": channel,
                "address": address,
                "created_at": now(),
                "last_message_at": now(),
            }
            dialect = postgresql if self._database.is_postgresql else sqlite
            await connection.execute(
                dialect.insert(conversations).values(values).on_conflict_do_nothing(index_elements=["channel", "address"])
            )
            found = await connection.scalar(_conversation_of(channel, address))
        return ConversationId(str(found))

    @staticmethod
    async def _insert(
        connection: AsyncConnection,
        conversation_id: ConversationId,
        seq: int,
        message: Incoming,
        stored: str,
    ) -> int:
        statement = insert(inbox).values(
            conversation_id=conversation_id,
            seq=seq,
            channel=message.channel,
            platform_message_id=message.platform_message_id,
            kind=message.kind.value,
            text=stored,
            choice_id=message.choice_id,
            received_at=now(),
        )
        return int((await connection.execute(statement.returning(inbox.c.id))).scalar_one())

    async def _first_receipt(self, message: Incoming) -> Accepted:
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(inbox.c.conversation_id, inbox.c.id, inbox.c.seq).where(
                        inbox.c.channel == message.channel,
                        inbox.c.platform_message_id == message.platform_message_id,
                    )
                )
            ).one()
        return Accepted(ConversationId(row.conversation_id), row.id, row.seq, duplicate=True)


async def _next_seq(connection: AsyncConnection, conversation_id: ConversationId) -> int:
    """Return the next number; the row lock makes numbers commit in their order."""
    seq = await connection.scalar(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(next_seq=conversations.c.next_seq + 1, last_message_at=now())
        .returning(conversations.c.next_seq)
    )
    if seq is None:
        raise UnknownConversation(conversation_id)
    return int(seq) - 1


def _conversation_of(channel: str, address: str):  # type: ignore[no-untyped-def]
    return select(conversations.c.id).where(
        conversations.c.channel == channel, conversations.c.address == address
    )
