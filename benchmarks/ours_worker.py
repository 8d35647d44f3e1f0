"""Worker: our service below the channels, asked turn by turn.

Usage: python -m benchmarks.ours_worker '{"release": …}', settings from MOTCUA_… variables.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from itertools import count, cycle
from typing import Any
from uuid import uuid4

import uvloop
from sqlalchemy import func, select

from benchmarks.worker_loop import serve, take_stdout
from bot.clock import now
from bot.conversations.messages import ConversationId, Incoming, Kind, Turn
from bot.service import Service, build, running
from bot.settings import Settings
from bot.storage.tables import inbox
from bot.training.releases import Release

TURNS_OF_A_CONVERSATION = 10
"""After so many turns a measured citizen leaves and another one comes."""


class Ours:
    """Commands; times are milliseconds, one for each repetition."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._turn_numbers = count()
        self._conversation = ConversationId("")
        self._dialogue: str | None = None

    async def turns(self, number: int, questions: list[str]) -> dict[str, Any]:
        """Measure durable turns, from accepting a message to its committed replies."""
        times = []
        cpu = time.process_time()
        for turn, text in zip(self._turn_numbers, cycle(questions), strict=False):
            if turn % TURNS_OF_A_CONVERSATION == 0 or not self._conversation:
                self._conversation = await self._service.inbox.open("web", uuid4().hex)
            times.append(await self._durable(self._conversation, text))
            if len(times) == number:
                break
        return {"ms": times, "cpu_ms": (time.process_time() - cpu) * 1000 / number}

    async def turns_beside_lookups(self, number: int, questions: list[str]) -> dict[str, Any]:
        """Measure durable turns while ten citizens at a time ask where a dossier stands."""
        asking = [asyncio.create_task(self._ask_for_dossiers()) for _ in range(10)]
        try:
            return await self.turns(number, questions)
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)

    async def _ask_for_dossiers(self) -> None:
        while True:
            conversation = await self._service.inbox.open("web", uuid4().hex)
            code = f"H49.22-261103-{random.randint(1, 9999):04}"
            try:
                async with asyncio.timeout(2.0):
                    await self._durable(conversation, f"hồ sơ {code} đến đâu rồi")
            except TimeoutError:
                # Whoever gets no answer soon asks no more; the turn goes on without him.
                continue
            await asyncio.sleep(0.05)

    async def engine(self, number: int, questions: list[str]) -> list[float]:
        """Measure the dialogue engine alone, without a database."""
        times: list[float] = []
        for turn, text in zip(self._turn_numbers, cycle(questions), strict=False):
            if turn % TURNS_OF_A_CONVERSATION == 0 or not self._conversation:
                self._conversation, self._dialogue = ConversationId(uuid4().hex), None
            times.append(await self._undurable(self._conversation, text))
            if len(times) == number:
                break
        return times

    async def parse(self, number: int, questions: list[str]) -> list[float]:
        """Measure understanding alone."""
        times = []
        for _, text in zip(range(number), cycle(questions), strict=False):
            started = time.perf_counter()
            await self._service.engine.parse(text)
            times.append((time.perf_counter() - started) * 1000)
        return times

    async def long(self, number: int, questions: list[str], way: str) -> list[float]:
        """Measure each turn of one conversation with `number` turns.

        Args:
            number: How many turns.
            questions: Asked one after the other, again and again.
            way: `durable` or `engine`.
        """
        texts = [text for _, text in zip(range(number), cycle(questions), strict=False)]
        if way == "durable":
            conversation = await self._service.inbox.open("web", uuid4().hex)
            return [await self._durable(conversation, text) for text in texts]
        conversation, self._dialogue = ConversationId(uuid4().hex), None
        return [await self._undurable(conversation, text) for text in texts]

    async def outcomes(self) -> dict[str, int]:
        """Count the durable turns by outcome, as stored."""
        statement = select(inbox.c.outcome, func.count()).group_by(inbox.c.outcome)
        async with self._service.database.read() as connection:
            return {str(outcome): number for outcome, number in await connection.execute(statement)}

    async def intents(self, texts: list[str]) -> list[str | None]:
        """Return the intent of each text."""
        return [(await self._service.engine.parse(text))["intent"]["name"] for text in texts]

    async def _durable(self, conversation: ConversationId, text: str) -> float:
        message = Incoming("web", conversation, uuid4().hex, Kind.TEXT, text)
        with self._service.wakeups.subscribe(conversation) as replied:
            started = time.perf_counter()
            await self._service.inbox.accept(message, conversation)
            # Set by the dispatcher after the commit.
            await replied.wait()
            return (time.perf_counter() - started) * 1000

    async def _undurable(self, conversation: ConversationId, text: str) -> float:
        turn = Turn(conversation, "web", text, dialogue=self._dialogue)
        started = time.perf_counter()
        result = await self._service.engine.respond(turn)
        elapsed = (time.perf_counter() - started) * 1000
        self._dialogue = result.dialogue
        return elapsed


async def _main() -> None:
    pipe = take_stdout()
    made = json.loads(sys.argv[1])["release"]
    release = Release("bench", made["archive"], made["sha256"], made["fingerprint"], "active", now(), None)
    async with running(build(Settings()), release) as service:
        ours = Ours(service)
        names = ("turns", "turns_beside_lookups", "engine", "parse", "long", "outcomes", "intents")
        await serve(pipe, {name: getattr(ours, name) for name in names})


if __name__ == "__main__":
    # The loop that `motcua up` serves on.
    uvloop.run(_main())
