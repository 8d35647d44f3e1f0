"""Gathering: what is asked for at the same time is done in one go, for a commit waits for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")
MOST = 200


class Gathering(Generic[Item, Found]):
    """Hands items to `work`, those that have come while it was busy together."""

    def __init__(self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Found]]]) -> None:
        """Take what does the work.

        Args:
            work: Returns one result for each item, in their order, once they are committed; when it fails,
                it is called again with each item alone.
        """
        self._work = work
        self._waiting: list[tuple[Item, asyncio.Future[Found]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def run(self, item: Item) -> Found:
        """Return the result for one item."""
        done: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._run(), name="gathering")
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                results = await self._work([item for item, _ in batch])
            except Exception:
                for item, done in batch:
                    await self._alone(item, done)
                continue
            for (_, done), result in zip(batch, results, strict=True):
                if not done.done():
                    done.set_result(result)

    async def _alone(self, item: Item, done: asyncio.Future[Found]) -> None:
        try:
            result = (await self._work([item]))[0]
        except Exception as error:
            if not done.done():
                done.set_exception(error)
        else:
            if not done.done():
                done.set_result(result)
