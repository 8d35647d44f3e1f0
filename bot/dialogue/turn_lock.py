"""One turn at a time for each conversation of this process, without Rasa's polling once a second.

Between processes the dispatcher's claim does the same; this lock serves `rasa shell` and tests, and
guards against a caller that forgets to claim.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from rasa.core.lock_store import LockError, LockStore


class TurnLock(LockStore):
    """First come, first served."""

    def __init__(self, patience_seconds: float = 20.0) -> None:
        super().__init__()
        self._patience = patience_seconds
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncGenerator[asyncio.Lock, None]:
        """Wait for the turn.

        Raises:
            LockError: The turn before did not end within the patience of this lock.
        """
        lock = self._locks.get(conversation_id)
        if lock is None:
            lock = self._locks[conversation_id] = asyncio.Lock()
        try:
            async with asyncio.timeout(self._patience):
                await lock.acquire()
        except TimeoutError:
            raise LockError("the previous message is still being answered") from None
        try:
            yield lock
        finally:
            lock.release()
