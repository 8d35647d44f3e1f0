"""Wake-ups: who waits for a message or a reply hears of it at once, in any process.

Nothing depends on a wake-up arriving: every waiter also looks by itself now and then.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import func, select

from bot.conversations.messages import ConversationId
from bot.storage.database import DEAD_PEER, Database
from bot.storage.together import Writing

logger = logging.getLogger(__name__)

MESSAGE, REPLY, OUTGOING = "motcua_message", "motcua_reply", "motcua_outgoing"
DESK = ConversationId("@desk")
"""Under this name is told that something at the officers' desk changed: queue, claims, lines, notes."""
RECONNECT_SECONDS = 2.0


class Wakeups:
    """In-process signals, joined to those of other processes by LISTEN/NOTIFY on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._senders: dict[str, asyncio.Event] = {}
        self._on_message: Callable[[ConversationId], None] | None = None
        self._is_busy: Callable[[], bool] = lambda: False
        self._name = secrets.token_hex(4)

    def serve_messages(
        self, callback: Callable[[ConversationId], None] | None, is_busy: Callable[[], bool]
    ) -> None:
        """Set who is told of new messages, the dispatcher of this process, or nobody."""
        self._on_message, self._is_busy = callback, is_busy

    def message(self, conversation_id: ConversationId) -> None:
        """Tell this process's dispatcher that a message waits."""
        if self._on_message is not None:
            self._on_message(conversation_id)

    def reply(self, conversation_id: ConversationId) -> None:
        """Wake this process's readers of a conversation."""
        for event in self._waiting.get(conversation_id, ()):
            event.set()

    def outgoing(self, channel: str) -> None:
        """Wake this process's sender of a channel, if it has one."""
        if sender := self._senders.get(channel):
            sender.set()

    def message_notice(self, conversation_id: str) -> str | None:
        """Return what to notify on `MESSAGE`, or None when this process can serve at once.

        Telling other processes always would make every process look for every message.
        """
        if self._on_message is None or self._is_busy():
            return self._notice(conversation_id)
        return None

    def reply_notice(self, conversation_id: str) -> str | None:
        """Return what to notify on `REPLY`."""
        return self._notice(conversation_id)

    def outgoing_notice(self, channel: str) -> str | None:
        """Return what to notify on `OUTGOING`, or None when this process sends for the channel."""
        return None if channel in self._senders else self._notice(channel)

    async def announce_reply(self, connection: Writing, conversation_id: str) -> None:
        """Tell other processes, when the transaction commits."""
        await self._notify(connection, REPLY, self.reply_notice(conversation_id))

    async def announce_outgoing(self, connection: Writing, channel: str) -> None:
        """Tell other processes, when the transaction commits, if this one has no sender for it."""
        await self._notify(connection, OUTGOING, self.outgoing_notice(channel))

    async def wait_for_reply(self, conversation_id: ConversationId, seconds: float) -> None:
        """Return when a reply was announced, at the latest after `seconds`."""
        with self.subscribe(conversation_id) as event:
            try:
                async with asyncio.timeout(seconds):
                    await event.wait()
            except TimeoutError:
                pass

    @contextmanager
    def subscribe(self, conversation_id: ConversationId) -> Iterator[asyncio.Event]:
        """Yield an event that every announced reply sets.

        Clear it, read, then wait for it: a reply between reading and waiting is not missed.
        """
        event = asyncio.Event()
        self._waiting[conversation_id].add(event)
        try:
            yield event
        finally:
            self._waiting[conversation_id].discard(event)
            if not self._waiting[conversation_id]:
                del self._waiting[conversation_id]

    @contextmanager
    def serve_outgoing(self, channel: str) -> Iterator[asyncio.Event]:
        """Yield an event that is set when messages of a channel are to be sent; one sender a channel."""
        event = self._senders[channel] = asyncio.Event()
        try:
            yield event
        finally:
            del self._senders[channel]

    async def listen(self) -> None:
        """Pass on the signals of other processes until cancelled; a no-op on SQLite."""
        if not self._database.is_postgresql:
            return
        address = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                await self._listen_once(address)
            except (psycopg.Error, OSError) as error:
                logger.warning("listening for wake-ups stopped: %s", type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self, address: str) -> None:
        connection = await psycopg.AsyncConnection.connect(
            address, autocommit=True, connect_timeout=5, **DEAD_PEER
        )
        async with connection:
            for channel in (MESSAGE, REPLY, OUTGOING):
                await connection.execute(f"LISTEN {channel}")
            async for notice in connection.notifies():
                sender, _, about = notice.payload.partition(":")
                if sender == self._name:
                    continue
                if notice.channel == MESSAGE:
                    self.message(ConversationId(about))
                elif notice.channel == REPLY:
                    self.reply(ConversationId(about))
                else:
                    self.outgoing(about)

    def _notice(self, about: str) -> str | None:
        return f"{self._name}:{about}" if self._database.is_postgresql else None

    async def _notify(self, connection: Writing, channel: str, notice: str | None) -> None:
        if notice is not None:
            await connection.execute(select(func.pg_notify(channel, notice)))
