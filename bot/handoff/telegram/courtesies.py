"""What is said back to officers: soon, within the group's pace, and lost when the process dies."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from html import escape

from bot.conversations.outbox import RetryLater
from bot.handoff.telegram.api import Buttons, GroupApi
from bot.handoff.telegram.reading import Pressed, Written

logger = logging.getLogger(__name__)

TRIES = 6


class Courtesies:
    """Answers of which nothing depends on."""

    def __init__(self, api: GroupApi) -> None:
        self._api = api
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def are_pending(self) -> bool:
        """Whether something is still to be said."""
        return bool(self._tasks)

    def close(self) -> None:
        """Drop what waits."""
        for task in self._tasks:
            task.cancel()

    def say(self, to: Written, text: str, buttons: Buttons = ()) -> None:
        """Answer a message."""
        self.post(to.chat_id, to.thread, text, buttons, to.message_id)

    def post(
        self, chat_id: int, thread: int | None, text: str, buttons: Buttons = (), reply_to: int | None = None
    ) -> None:
        """Write a message."""

        async def post() -> None:
            await self._api.send(chat_id, thread, escape(text, quote=False), buttons, reply_to)

        self._start(post)

    def replace(self, pressed: Pressed, text: str) -> None:
        """Put a text in the place of a question and its buttons."""

        async def replace() -> None:
            await self._api.edit(pressed.chat_id, pressed.message_id, escape(text, quote=False))

        self._start(replace)

    def answer(self, pressed: Pressed, note: str) -> None:
        """Stop the spinner on a button, with a note for whoever pressed it."""

        async def answer() -> None:
            await self._api.client.bot.answer_callback_query(pressed.query_id, text=note[:200] or None)

        self._start(answer)

    def leave(self, chat_id: int) -> None:
        """Leave a group that is not ours."""

        async def leave() -> None:
            await self._api.client.bot.leave_chat(chat_id)

        self._start(leave)

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(_patiently(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _patiently(work: Callable[[], Awaitable[None]]) -> None:
    """Do something once the group's pace allows it; nothing depends on it."""
    for _ in range(TRIES):
        try:
            await work()
        except RetryLater as error:
            await asyncio.sleep(error.seconds)
        except Exception as error:
            logger.info("a courtesy failed: %s", type(error).__name__)
            return
        else:
            return
