"""Long polling, for offices without a public address: fetched, stored, and only then confirmed.

Telegram forgets an update when a later call carries a higher number. That number is stored after the
updates themselves, so a crash in between repeats the batch, and the inbox knows its messages already.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.channels.base import Health, HealthState
from bot.channels.keeping import Keeping
from bot.channels.telegram.client import RejectedToken, TelegramClient, seconds_of
from bot.channels.telegram.parse import BadUpdate, Update, read_update
from bot.metrics import CHANNEL_REFUSED

logger = logging.getLogger(__name__)

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
LEASE_SECONDS = 90.0
CONFLICT_SECONDS = 30.0
PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)


class Poller:
    """Fetches updates; of several processes only the one with the lease does."""

    def __init__(
        self,
        client: TelegramClient,
        keeping: Keeping,
        take: Callable[[Update], Awaitable[None]],
        report: Callable[[Health], None],
        wait_seconds: int = 50,
    ) -> None:
        self._client = client
        self._keeping = keeping
        self._take = take
        self._report = report
        self._wait_seconds = wait_seconds
        self._lease = f"telegram:poller:{client.bot_id}"
        self._offset = f"telegram:offset:{client.bot_id}"

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            RejectedToken: Telegram no longer knows the token.
        """
        failures = 0
        try:
            while True:
                try:
                    await self._poll()
                    failures = 0
                except InvalidToken:
                    raise RejectedToken from None
                except TimedOut:
                    continue
                except Conflict:
                    self._report(Health(HealthState.TROUBLE, "một chương trình khác đang nhận tin của bot này"))
                    await asyncio.sleep(CONFLICT_SECONDS)
                except RetryAfter as error:
                    await asyncio.sleep(seconds_of(error) + 1)
                except TelegramError:
                    self._report(Health(HealthState.CONNECTING, "chưa nối được Telegram, đang thử lại"))
                    failures = await _pause(failures)
                except Exception as error:
                    # The database is away: nothing is confirmed, so nothing is lost.
                    logger.warning("storing updates failed: %s", type(error).__name__)
                    failures = await _pause(failures)
        finally:
            await self._let_go()

    async def _poll(self) -> None:
        if not await self._keeping.lease(self._lease, LEASE_SECONDS):
            await asyncio.sleep(5.0)
            return
        offset = await self._keeping.get(self._offset)
        found = await self._client.get_updates(offset, self._wait_seconds, ALLOWED)
        self._report(Health(HealthState.OK, "đang nhận tin"))
        newest: int | None = None
        for content in found:
            try:
                update = read_update(content)
            except BadUpdate:
                CHANNEL_REFUSED.labels("telegram", "not_an_update").inc()
                number = content.get("update_id") if isinstance(content, dict) else None
                newest = max(newest or 0, number) if isinstance(number, int) else newest
                continue
            await self._take(update)
            newest = max(newest or 0, update.update_id)
        if newest is not None:
            await self._keeping.put(self._offset, newest + 1)

    async def _let_go(self) -> None:
        try:
            await self._keeping.release(self._lease)
        except Exception as error:
            # It ends by itself.
            logger.warning("a lease was not given back: %s", type(error).__name__)


async def _pause(failures: int) -> int:
    await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
    return failures + 1
