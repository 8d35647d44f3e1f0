"""Worker: a stock Rasa agent with Rasa's own tracker store, asked turn by turn.

Usage: python -m benchmarks.stock_worker '{"archive": …, "store": "memory" | a SQLite file}'
"""

from __future__ import annotations

import json
import sys
import time
from itertools import count, cycle
from typing import Any
from uuid import uuid4

import uvloop
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain

from benchmarks.worker_loop import serve, take_stdout

TURNS_OF_A_CONVERSATION = 10


class Stock:
    """Commands with the names of `ours_worker`; times are milliseconds."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._turn_numbers = count()
        self._conversation = ""

    async def turns(self, number: int, questions: list[str]) -> dict[str, Any]:
        """Measure turns."""
        times: list[float] = []
        cpu = time.process_time()
        for turn, text in zip(self._turn_numbers, cycle(questions), strict=False):
            if turn % TURNS_OF_A_CONVERSATION == 0 or not self._conversation:
                self._conversation = uuid4().hex
            times.append(await self._turn(self._conversation, text))
            if len(times) == number:
                break
        return {"ms": times, "cpu_ms": (time.process_time() - cpu) * 1000 / number}

    async def parse(self, number: int, questions: list[str]) -> list[float]:
        """Measure understanding alone."""
        times = []
        for _, text in zip(range(number), cycle(questions), strict=False):
            started = time.perf_counter()
            await self._agent.parse_message(text)
            times.append((time.perf_counter() - started) * 1000)
        return times

    async def long(self, number: int, questions: list[str], way: str) -> list[float]:
        """Measure each turn of one conversation; `way` is the same for a stock agent."""
        conversation = uuid4().hex
        texts = [text for _, text in zip(range(number), cycle(questions), strict=False)]
        return [await self._turn(conversation, text) for text in texts]

    async def intents(self, texts: list[str]) -> list[str | None]:
        """Return the intent of each text."""
        return [(await self._agent.parse_message(text))["intent"]["name"] for text in texts]

    async def _turn(self, conversation: str, text: str) -> float:
        output = CollectingOutputChannel()
        started = time.perf_counter()
        await self._agent.handle_message(UserMessage(text, output, conversation))
        elapsed = (time.perf_counter() - started) * 1000
        if not output.messages:
            raise RuntimeError("the stock agent stayed silent")
        return elapsed


def _store(place: str) -> TrackerStore:
    if place == "memory":
        return InMemoryTrackerStore(Domain.empty())
    # `query`: without it Rasa builds the address in a way SQLAlchemy 2 refuses.
    return SQLTrackerStore(Domain.empty(), dialect="sqlite", db=place, query={})


async def _main() -> None:
    pipe = take_stdout()
    arguments = json.loads(sys.argv[1])
    agent = Agent.load(arguments["archive"], tracker_store=_store(arguments["store"]))
    stock = Stock(agent)
    names = ("turns", "parse", "long", "intents")
    await serve(pipe, {name: getattr(stock, name) for name in names})


if __name__ == "__main__":
    uvloop.run(_main())
