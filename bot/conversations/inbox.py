"""The durable inbox: a message is stored, masked, before its platform is acknowledged."""

from __future__ import annotations

import re
import time
from collections import OrderedDict

from sqlalchemy import Select, insert, select, update
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
_LOOK_AHEAD = 100
"""Characters read beyond the limit, so that a number is masked even where the text is cut through it."""
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
"""What no database takes: NUL and halves of surrogate pairs, as broken clients send them."""
ATTEMPTS = 3


class UnknownConversation(LookupError):
    """The conversation does not exist, or its data was erased."""


class OriginalTexts:
    """Unmasked texts of messages this process accepted and has not answered yet.

    Only memory: after a crash the turn is redone on the masked text. Another process may answer a
    message accepted here, so texts are also dropped after a while.
    """

    def __init__(self, limit: int = 5_000, seconds: float = 120.0) -> None:
        self._limit = limit
        self._seconds = seconds
        self._texts: OrderedDict[int, tuple[float, str]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many texts are kept."""
        return len(self._texts)

    def keep(self, inbox_id: int, text: str) -> None:
        """Remember a text; the oldest go first when too many wait."""
        self._texts[inbox_id] = time.monotonic(), text
        while len(self._texts) > self._limit:
            self._texts.popitem(last=False)

    def peek(self, inbox_id: int) -> str | None:
        """Return a text, if this process still has it."""
        kept = self._texts.get(inbox_id)
        return kept[1] if kept else None

    def forget(self, inbox_id: int) -> None:
        """Drop a text whose turn has ended."""
        self._texts.pop(inbox_id, None)

    def drop_old(self) -> None:
        """Drop texts that were kept long enough; called now and then."""
        until = time.monotonic() - self._seconds
        while self._texts and next(iter(self._texts.values()))[0] <= until:
            self._texts.popitem(last=False)


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
        for _ in range(ATTEMPTS):
            try:
                return await self._accept(message, conversation_id)
            except IntegrityError:
                if first := await self._first_receipt(message):
                    return first
            except UnknownConversation:
                if conversation_id is not None:
                    raise
            # Erased between two statements: what stood in the way is gone.
        raise UnknownConversation(conversation_id or message.channel)

    async def _accept(self, message: Incoming, known: ConversationId | None) -> Accepted:
        readable = _UNSTORABLE.sub("", message.text[: TEXT_LIMIT + _LOOK_AHEAD])
        text, stored = readable[:TEXT_LIMIT], mask(readable)[:TEXT_LIMIT]
        inbox_id: int | None = None
        try:
            async with self._database.write() as connection:
                conversation_id = known or await self._open(connection, message.channel, message.address)
                seq = await _next_seq(connection, conversation_id)
                inbox_id = await self._insert(connection, conversation_id, seq, message, stored)
                # Before others can see the message: its turn may begin at once.
                if stored != text:
                    self._originals.keep(inbox_id, text)
                # Any process may take it; the one that accepted it is quickest.
                await self._wakeups.announce_message(connection, conversation_id)
        except BaseException:
            if inbox_id is not None:
                self._originals.forget(inbox_id)
            raise
        MESSAGES.labels(message.channel).inc()
        self._wakeups.message(conversation_id)
        return Accepted(conversation_id, inbox_id, seq, duplicate=False)

    async def _open(self, connection: AsyncConnection, channel: str, address: str) -> ConversationId:
        found = await connection.scalar(_conversation_of(channel, address))
        for _ in range(ATTEMPTS):
            if found is not None:
                return ConversationId(str(found))
            values = {
                "id": new_conversation_id(),
                "channel": channel,
                "address": address,
                "created_at": now(),
                "last_message_at": now(),
            }
            dialect = postgresql if self._database.is_postgresql else sqlite
            inserted = dialect.insert(conversations).values(values)
            await connection.execute(inserted.on_conflict_do_nothing(index_elements=["channel", "address"]))
            found = await connection.scalar(_conversation_of(channel, address))
        raise UnknownConversation(channel)

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

    async def _first_receipt(self, message: Incoming) -> Accepted | None:
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(inbox.c.conversation_id, inbox.c.id, inbox.c.seq).where(
                        inbox.c.channel == message.channel,
                        inbox.c.platform_message_id == message.platform_message_id,
                    )
                )
            ).one_or_none()
        if row is None:
            return None
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


def _conversation_of(channel: str, address: str) -> Select[tuple[str]]:
    return select(conversations.c.id).where(conversations.c.channel == channel, conversations.c.address == address)
