"""Sending what the outbox holds for channels that are pushed to, such as Telegram and Zalo.

A message is claimed by a committed transaction that counts an attempt and leases it to this process,
delivered without any transaction, and noted as sent by another one. Messages of a conversation go out
one by one, in order; conversations do not wait for each other.

Delivery is at least once. The platform gets a message a second time only if the process dies, or if
the database stays away for longer than the lease while another process serves the same channel,
between the platform's acceptance and our note of it: usually a few milliseconds.

DeliveryError
├── Undeliverable          never, for example a blocked bot: noted as failed at once
└── RetryLater             the platform names the pause; no attempt is counted
Any other exception is a failed attempt, repeated after growing pauses and given up after the last.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Update, and_, exists, literal_column, or_, select, update

from bot.clock import aware, now
from bot.conversations.messages import Author, ConversationId
from bot.conversations.wakeups import Wakeups
from bot.metrics import DELIVERIES
from bot.storage.database import Database
from bot.storage.tables import conversations, outbox

logger = logging.getLogger(__name__)

SLOTS = 8
"""Messages of one channel that a process delivers side by side."""

_IS_PENDING = outbox.c.status == literal_column("'pending'")
_earlier = outbox.alias("earlier")
_IS_FIRST = ~exists().where(
    and_(
        _earlier.c.conversation_id == outbox.c.conversation_id,
        _earlier.c.status == literal_column("'pending'"),
        _earlier.c.seq < outbox.c.seq,
    )
)


class DeliveryError(RuntimeError):
    """A platform did not take a message."""


class Undeliverable(DeliveryError):
    """The platform will never take this message."""


class RetryLater(DeliveryError):
    """The platform asks to wait."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"retry in {seconds} s")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way to a platform."""

    outbox_id: int
    conversation_id: ConversationId
    address: str
    """The platform's name for the conversation."""
    seq: int
    author: Author
    body: dict[str, Any]
    """The reply as `Reply.stored` made it."""
    attempts: int
    """Attempts, this one included."""
    created_at: datetime


class Delivery(Protocol):
    """The side of a channel that talks to its platform."""

    async def deliver(self, message: Outgoing) -> str | None:
        """Return the platform's id of the message, once the platform has it.

        Raises:
            Undeliverable: It never will.
            RetryLater: Not now.
        """


@dataclass(frozen=True, slots=True)
class SendTimes:
    """The rhythm of a sender, in seconds."""

    poll: float = 1.0
    """How often a sender looks by itself: for retries, and should a wake-up be lost."""
    delivery_limit: float = 20.0
    lease: float = 30.0
    """After this another process may send what a dead one had claimed; more than the limit above."""
    retry: tuple[float, ...] = (2.0, 10.0, 60.0, 300.0, 900.0, 1800.0, 3600.0)
    """Pauses after the first, second… failed attempt; one more failure is the last."""
    jitter: float = 0.2
    longest: float = 24 * 3600.0
    """How old a message may get while the platform asks to wait."""


class OutboxSender:
    """Sends the messages of one channel; one for each process and channel."""

    def __init__(
        self,
        database: Database,
        wakeups: Wakeups,
        channel: str,
        delivery: Delivery,
        times: SendTimes | None = None,
    ) -> None:
        self._database = database
        self._wakeups = wakeups
        self._channel = channel
        self._delivery = delivery
        self._times = times or SendTimes()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._is_stopping = False
        self._notes = _SharedCommits(database)

    async def run(self) -> None:
        """Send until cancelled; deliveries that have begun are allowed to end."""
        with self._wakeups.serve_outgoing(self._channel) as woken:
            try:
                while True:
                    woken.clear()
                    for message in await self._claim_some():
                        task = asyncio.create_task(self._send(message), name=f"send-{message.outbox_id}")
                        self._running[message.outbox_id] = task
                        task.add_done_callback(lambda _: woken.set())
                    try:
                        async with asyncio.timeout(self._times.poll):
                            await woken.wait()
                    except TimeoutError:
                        pass
            finally:
                self._is_stopping = True
                await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _claim_some(self) -> Sequence[Outgoing]:
        free = SLOTS - len(self._running)
        if free <= 0:
            return ()
        try:
            return await self._claim(free)
        except Exception as error:
            # This loop must outlive whatever happens to the database.
            logger.warning("looking for messages to send failed: %s", type(error).__name__)
            return ()

    async def _claim(self, limit: int) -> Sequence[Outgoing]:
        moment = now()
        due = or_(outbox.c.retry_at.is_(None), outbox.c.retry_at <= moment)
        first = (
            select(outbox, conversations.c.address)
            .join(conversations, conversations.c.id == outbox.c.conversation_id)
            .where(conversations.c.channel == self._channel, _IS_PENDING, due, _IS_FIRST)
            # A lease that ran out while we wait for the database is still ours.
            .where(outbox.c.id.not_in(self._running))
            .order_by(outbox.c.id)
            .limit(limit)
        )
        if self._database.is_postgresql:
            first = first.with_for_update(of=outbox, skip_locked=True)
        async with self._database.write() as connection:
            rows = (await connection.execute(first)).all()
            if rows:
                await connection.execute(
                    update(outbox)
                    .where(outbox.c.id.in_([row.id for row in rows]))
                    .values(
                        attempts=outbox.c.attempts + 1,
                        retry_at=moment + timedelta(seconds=self._times.lease),
                    )
                )
        return [
            Outgoing(
                row.id,
                ConversationId(row.conversation_id),
                row.address,
                row.seq,
                Author(row.author),
                row.body,
                row.attempts + 1,
                aware(row.created_at),
            )
            for row in rows
        ]

    async def _send(self, message: Outgoing) -> None:
        try:
            await self._note(message, **await self._try(message))
        finally:
            del self._running[message.outbox_id]

    async def _try(self, message: Outgoing) -> dict[str, Any]:
        """Deliver a message; return the columns that say how it went."""
        try:
            async with asyncio.timeout(self._times.delivery_limit):
                platform_id = await self._delivery.deliver(message)
        except Undeliverable as error:
            logger.warning("message %s is undeliverable: %s", message.outbox_id, error)
            return self._given_up()
        except RetryLater as error:
            if (now() - message.created_at).total_seconds() >= self._times.longest:
                return self._given_up()
            DELIVERIES.labels(self._channel, "later").inc()
            return {"attempts": message.attempts - 1, "retry_at": _in(error.seconds)}
        except Exception as error:
            logger.warning("sending message %s failed: %s", message.outbox_id, type(error).__name__)
            if message.attempts > len(self._times.retry):
                return self._given_up()
            DELIVERIES.labels(self._channel, "retry").inc()
            pause = self._times.retry[message.attempts - 1]
            return {"retry_at": _in(pause * random.uniform(1, 1 + self._times.jitter))}  # noqa: S311
        DELIVERIES.labels(self._channel, "sent").inc()
        return {"status": "sent", "sent_at": now(), "platform_message_id": platform_id, "retry_at": None}

    def _given_up(self) -> dict[str, Any]:
        DELIVERIES.labels(self._channel, "failed").inc()
        return {"status": "failed", "retry_at": None}

    async def _note(self, message: Outgoing, **columns: Any) -> None:
        """Write how a delivery went, as soon as the database takes it."""
        noted = update(outbox).where(outbox.c.id == message.outbox_id, _IS_PENDING).values(columns)
        while True:
            try:
                await self._notes.write(noted)
            except Exception as error:
                logger.warning("noting a delivery failed: %s", type(error).__name__)
                if self._is_stopping:
                    return
                await asyncio.sleep(self._times.poll)
            else:
                return


class _SharedCommits:
    """Writes statements in one transaction that come while another is being committed.

    Waiting for the disk is most of the price of a note, and deliveries end in swarms.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Update, asyncio.Future[None]]] = []
        self._is_writing = False

    async def write(self, statement: Update) -> None:
        """Return once the statement is committed; a failure is raised to all that shared it."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((statement, mine))
        if not self._is_writing:
            self._is_writing = True
            try:
                while self._waiting:
                    batch, self._waiting = self._waiting, []
                    await self._commit(batch)
            finally:
                self._is_writing = False
        await mine

    async def _commit(self, batch: list[tuple[Update, asyncio.Future[None]]]) -> None:
        try:
            async with self._database.write() as connection:
                for statement, _ in batch:
                    await connection.execute(statement)
        except Exception as error:
            for _, done in batch:
                done.set_exception(error)
        else:
            for _, done in batch:
                done.set_result(None)


def _in(seconds: float) -> datetime:
    return now() + timedelta(seconds=seconds)
