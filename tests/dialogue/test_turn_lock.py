"""One turn at a time for each conversation."""

from __future__ import annotations

import asyncio
import gc

import pytest
from rasa.core.lock_store import LockError

from bot.dialogue.turn_lock import TurnLock


async def test_turns_of_one_conversation_follow_each_other_in_order() -> None:
    lock, done = TurnLock(), []

    async def turn(number: int) -> None:
        async with lock.lock("a"):
            done.append(f"begin {number}")
            await asyncio.sleep(0)
            done.append(f"end {number}")

    await asyncio.gather(*(turn(number) for number in range(3)))
    assert done == ["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]


async def test_another_conversation_does_not_wait() -> None:
    lock = TurnLock()
    async with lock.lock("a"), asyncio.timeout(1), lock.lock("b"):
        pass


async def test_patience_ends_with_an_error() -> None:
    lock = TurnLock(patience_seconds=0.01)
    async with lock.lock("a"):
        with pytest.raises(LockError):
            async with lock.lock("a"):
                pass


async def test_a_failed_turn_gives_the_lock_back() -> None:
    lock = TurnLock(patience_seconds=0.5)
    with pytest.raises(ZeroDivisionError):
        async with lock.lock("a"):
            raise ZeroDivisionError
    async with lock.lock("a"):
        pass


async def test_a_waiter_that_gave_up_blocks_nobody() -> None:
    lock = TurnLock(patience_seconds=0.01)
    async with lock.lock("a"):
        with pytest.raises(LockError):
            await lock.lock("a").__aenter__()
    async with lock.lock("a"):
        pass


async def test_locks_of_ended_conversations_are_dropped() -> None:
    lock = TurnLock()
    for number in range(10):
        async with lock.lock(str(number)):
            pass
    gc.collect()
    assert len(lock._locks) == 0
