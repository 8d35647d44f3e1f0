"""What is asked for at the same time is done together, and one fault is nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.storage.gathering import MOST, Gathering


class Work:
    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = asyncio.Event()

    async def double(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.begun.set()
        await asyncio.sleep(0)
        if 13 in items:
            raise ValueError("13")
        return [2 * item for item in items]


async def test_each_gets_its_own_result_from_a_common_batch() -> None:
    work = Work()
    gathering = Gathering(work.double)
    assert await asyncio.gather(*map(gathering.run, range(10))) == [2 * n for n in range(10)]
    assert work.batches == [list(range(10))]


async def test_what_comes_meanwhile_waits_for_the_next_batch_of_bounded_size() -> None:
    work = Work()
    gathering = Gathering(work.double)
    first = asyncio.create_task(gathering.run(1))
    await work.begun.wait()
    later = [asyncio.create_task(gathering.run(n)) for n in range(100, 101 + MOST)]
    await asyncio.gather(first, *later)
    assert [len(batch) for batch in work.batches] == [1, MOST, 1]


async def test_a_fault_reaches_only_the_item_that_caused_it() -> None:
    gathering = Gathering(Work().double)
    results = await asyncio.gather(*map(gathering.run, (12, 13, 14)), return_exceptions=True)
    assert [results[0], results[2]] == [24, 28]
    assert isinstance(results[1], ValueError)


async def test_who_no_longer_waits_stops_nobody() -> None:
    gathering = Gathering(Work().double)
    left, stays = asyncio.create_task(gathering.run(1)), asyncio.create_task(gathering.run(2))
    await asyncio.sleep(0)
    left.cancel()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await left
