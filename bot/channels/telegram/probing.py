"""Whether Telegram answers at all, asked with a call that does nothing, before something is risked.

A message whose answer does not come is in doubt for ever, because bots cannot read what they sent. So
after one such message the others wait until Telegram answers again: waiting is certain, and costs no
citizen a question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from telegram.error import TelegramError

from bot.channels.sending import NotTaken

PAUSE_SECONDS = 3.0
"""After a probe that failed, all messages are told no for so long without a further one."""


class Probe:
    """Shared by all messages of a channel."""

    def __init__(self, ask: Callable[[], Awaitable[object]], pause: float = PAUSE_SECONDS) -> None:
        """Take the call that does nothing; it raises `TelegramError` when there is no answer."""
        self._ask = ask
        self._pause = pause
        self._lock = asyncio.Lock()
        self._failed_at = float("-inf")
        self.is_needed = False
        """Set when an answer did not come; cleared by an answer."""

    async def check(self) -> None:
        """Return when Telegram answers.

        Raises:
            NotTaken: It does not.
        """
        clock = asyncio.get_running_loop().time
        async with self._lock:
            if clock() - self._failed_at < self._pause:
                raise NotTaken("no answer a moment ago")
            try:
                await self._ask()
            except TelegramError as error:
                self._failed_at = clock()
                self.is_needed = True
                raise NotTaken(f"no answer: {type(error).__name__}") from None
            self.is_needed = False
