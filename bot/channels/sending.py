"""Sending a reply to a platform in one or several parts, none of them twice.

The outbox counts an attempt only when nobody knows whether the platform took the message: a process
died, or a connection broke after the request had left. So the first attempt may send without looking,
and a further one must look first:

- the platform can tell what it has (Zalo): what is there is noted, what is missing is sent;
- it cannot (Telegram): the reply is not repeated. The citizen is asked, with a button that sends it
  again, and decides. Only that question is repeated when nobody knows of it either: to be asked twice
  is a nuisance, never to be asked is a loss.

Parts that certainly arrived are noted in `delivery_parts`, so that a reply cut off in the middle goes
on where it stopped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import insert, select, update

from bot.channels.contacts import set_unreachable
from bot.channels.wording import RESEND, asks_whether_seen
from bot.clock import now
from bot.conversations.messages import ConversationId
from bot.conversations.outbox import DeliveryError, Outgoing, RetryLater, Undeliverable
from bot.conversations.saying import announce, give_up_waiting, say
from bot.conversations.wakeups import Wakeups
from bot.storage.channel_tables import delivery_parts
from bot.storage.database import Database
from bot.storage.tables import outbox

logger = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
SETTLE_SECONDS = 20.0
Part = TypeVar("Part")


class NotTaken(DeliveryError):
    """The platform certainly has not got the message, and may take it later.

    NotTaken             retried after a pause that grows with the age of the message
    Unreachable          the citizen blocked us: all that waits for them is given up
    UnknownOutcome       nobody knows whether it arrived
    """


class Unreachable(Undeliverable):
    """This person cannot be written to; neither can the other messages that wait."""


class UnknownOutcome(DeliveryError):
    """The request left, and no answer came."""


class Platform(Protocol[Part]):
    """What sending in parts needs of a platform."""

    async def render(self, message: Outgoing) -> Sequence[Part]:
        """Return the parts of a reply, in order."""

    async def send(self, message: Outgoing, part: Part) -> str:
        """Return the platform's id of a part, once the platform has it.

        Raises:
            NotTaken: It certainly has not.
            RetryLater: It has not, and says when.
            Undeliverable: It never will.
            UnknownOutcome: Nobody knows.
        """

    async def find_sent(self, message: Outgoing, part: Part) -> str | None:
        """Return the platform's id of a part that may have arrived, or None when it has not.

        Raises:
            UnknownOutcome: The platform cannot tell.
            NotTaken: It cannot tell now.
        """


class PartedDelivery(Generic[Part]):
    """The `Delivery` of a channel, over its platform."""

    def __init__(self, channel: str, database: Database, wakeups: Wakeups, platform: Platform[Part]) -> None:
        self._channel = channel
        self._database = database
        self._wakeups = wakeups
        self._platform = platform
        self._under_way = 0
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    async def deliver(self, message: Outgoing) -> str | None:
        """Send what is missing of a reply; return the id of its last part."""
        self._under_way += 1
        self._is_idle.clear()
        try:
            return await self._deliver(message)
        except NotTaken as error:
            raise RetryLater(_pause(message)) from error
        except Unreachable:
            await self._close(message.conversation_id)
            raise
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._is_idle.set()

    async def settle(self) -> None:
        """Let deliveries end before connections are closed, or nobody would know of them; bounded in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._is_idle.wait()

    async def _deliver(self, message: Outgoing) -> str | None:
        parts = await self._platform.render(message)
        is_repeated = message.attempts > 1
        known = await self._sent_parts(message) if is_repeated or len(parts) > 1 else {}
        platform_id: str | None = None
        for number, part in enumerate(parts):
            if number in known:
                platform_id = known[number]
                continue
            platform_id = await self._looked_up(message, part) if is_repeated else None
            is_repeated = False
            if platform_id is None:
                platform_id = await self._platform.send(message, part)
            if number + 1 < len(parts):
                await self._note(message, number, platform_id)
        return platform_id

    async def _looked_up(self, message: Outgoing, part: Part) -> str | None:
        try:
            return await self._platform.find_sent(message, part)
        except UnknownOutcome as error:
            if _is_question(message):
                return None
            await self._ask_citizen(message)
            raise Undeliverable("nobody knows whether it arrived, the citizen is asked") from error

    async def _ask_citizen(self, message: Outgoing) -> None:
        """End the reply and put the question in its place, in one transaction."""
        async with self._database.write() as connection:
            ended = await connection.execute(
                update(outbox)
                .where(outbox.c.id == message.outbox_id, outbox.c.status == "pending")
                .values(status="failed", retry_at=None)
            )
            if ended.rowcount != 1:
                return
            await say(connection, message.conversation_id, asks_whether_seen(message.outbox_id))
            await announce(connection, self._wakeups, self._channel, message.conversation_id)
        self._wakeups.outgoing(self._channel)

    async def _close(self, conversation_id: ConversationId) -> None:
        async with self._database.write() as connection:
            await set_unreachable(connection, conversation_id)
            await give_up_waiting(connection, conversation_id)
            await announce(connection, self._wakeups, self._channel, conversation_id)

    async def _sent_parts(self, message: Outgoing) -> dict[int, str | None]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(delivery_parts.c.part, delivery_parts.c.platform_message_id).where(
                    delivery_parts.c.outbox_id == message.outbox_id
                )
            )
            return {row.part: row.platform_message_id for row in rows}

    async def _note(self, message: Outgoing, number: int, platform_id: str | None) -> None:
        row: dict[str, Any] = {
            "outbox_id": message.outbox_id,
            "part": number,
            "platform_message_id": platform_id,
            "sent_at": now(),
        }
        async with self._database.write() as connection:
            await connection.execute(insert(delivery_parts).values(row))


def _is_question(message: Outgoing) -> bool:
    return any(str(button["payload"]).startswith(RESEND) for button in message.body["buttons"])


def _pause(message: Outgoing) -> float:
    """Return the seconds to wait: half the age of the message, so that pauses grow without being counted."""
    age = (now() - message.created_at).total_seconds()
    return min(max(age / 2, SHORTEST_PAUSE), LONGEST_PAUSE)
