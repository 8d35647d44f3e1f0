"""The durable inbox: a message is stored, masked, before its platform is acknowledged."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from bot.clock import now
from bot.conversations.ids import new_conversation_id
from bot.conversations.ledger.choose import ledger_of
from bot.conversations.ledger.port import NewMessage, Stored
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


Storable = Callable[[str], Mapping[str | None, str]]
"""Returns the forms in which a text may be stored, by what the conversation was asked for.

The form under None serves where there is none for what was asked.
"""


def as_it_is(text: str) -> Mapping[str | None, str]:
    """Let every text be stored, whatever was asked for."""
    return {None: text}


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

    def __init__(
        self, database: Database, wakeups: Wakeups, originals: OriginalTexts, storable: Storable = as_it_is
    ) -> None:
        self._database = database
        self._wakeups = wakeups
        self._originals = originals
        self._storable = storable
        self._ledger = ledger_of(database)
        dialect = postgresql if database.is_postgresql else sqlite
        # Asked for its id, because drivers do not agree on the row count of an insertion.
        self._insert_if_new = (
            dialect.insert(conversations)
            .on_conflict_do_nothing(index_elements=["channel", "address"])
            .returning(conversations.c.id)
        )

    async def open(self, channel: str, address: str) -> ConversationId:
        """Return the conversation of this address, created when it is new."""
        asked = {"channel": channel, "address": address}
        for _ in range(ATTEMPTS):
            async with self._database.read() as connection:
                found = await connection.scalar(_CONVERSATION_OF, asked)
            if found is not None:
                return ConversationId(str(found))
            conversation_id = new_conversation_id()
            values = asked | {"id": conversation_id, "created_at": now(), "last_message_at": now()}
            async with self._database.write() as connection:
                created = await connection.scalar(self._insert_if_new, values)
            if created is not None:
                return conversation_id
        raise UnknownConversation(channel)

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
        forms = {asked: mask(form)[:TEXT_LIMIT] for asked, form in self._storable(readable).items()}
        stored = forms[None]
        conversation_id = known or await self.open(message.channel, message.address)
        row = NewMessage(
            conversation_id,
            message.channel,
            message.platform_message_id,
            message.kind.value,
            stored,
            message.choice_id,
            {asked: form for asked, form in forms.items() if asked is not None and form != stored},
        )
        # Any process may take it; the one that accepted it is quickest.
        notice = self._wakeups.message_notice(conversation_id)
        place = await self._store(row, notice, readable[:TEXT_LIMIT])
        if place is None:
            raise UnknownConversation(conversation_id)
        MESSAGES.labels(message.channel).inc()
        self._wakeups.message(conversation_id)
        return Accepted(conversation_id, place.inbox_id, place.seq, duplicate=False)

    async def _store(self, row: NewMessage, notice: str | None, original: str) -> Stored | None:
        if row.text == original and not row.text_when_asked:
            return await self._ledger.store(row, notice)
        kept: list[int] = []

        def keep(inbox_id: int) -> None:
            kept.append(inbox_id)
            self._originals.keep(inbox_id, original)

        try:
            # Kept before others can see the message: its turn may begin at once.
            return await self._ledger.store(row, notice, keep)
        except BaseException:
            for inbox_id in kept:
                self._originals.forget(inbox_id)
            raise

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


# Built once: putting a statement together costs more than running it.
_CONVERSATION_OF = select(conversations.c.id).where(
    conversations.c.channel == bindparam("channel"), conversations.c.address == bindparam("address")
)
