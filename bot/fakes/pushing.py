"""A platform's calls to a webhook: repeated until taken, sometimes doubled, sometimes out of order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.fakes.recording import Recorder

Sign = Callable[[bytes], Mapping[str, str]]


@dataclass(slots=True)
class PushHabits:
    """How a platform calls; chances from 0 to 1."""

    doubled: float = 0.0
    reordered: float = 0.0
    longest_delay: float = 0.3
    """Seconds by which a call out of order comes late."""
    pauses: tuple[float, ...] = (0.3, 1.0, 3.0, 5.0)
    """Seconds before the first, second… repetition; the last one goes on for ever."""
    timeout: float = 10.0


class Pusher:
    """Calls one webhook."""

    def __init__(self, platform: str, recorder: Recorder, seed: int = 0) -> None:
        self.habits = PushHabits()
        self.pending = 0
        self.last_error = ""
        self._platform = platform
        self._recorder = recorder
        self._dice = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self._http = httpx.AsyncClient(trust_env=False)

    def push(self, url: str, raw: bytes, headers: Mapping[str, str], shown: Any) -> None:
        """Deliver a call in the background, until it is answered by 2xx."""
        self._start(self._until_taken(url, raw, headers, shown, self._delay()))
        if self._dice.random() < self.habits.doubled:
            self._start(self._until_taken(url, raw, headers, shown, self._delay()))

    async def once(self, url: str, raw: bytes, headers: Mapping[str, str]) -> int:
        """Deliver a call once and return the status."""
        response = await self._http.post(url, content=raw, headers=_json(headers), timeout=self.habits.timeout)
        return response.status_code

    async def settled(self) -> None:
        """Wait until every call was taken."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Stop calling."""
        for task in self._tasks:
            task.cancel()
        await self._http.aclose()

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _delay(self) -> float:
        is_late = self._dice.random() < self.habits.reordered
        return self._dice.uniform(0, self.habits.longest_delay) if is_late else 0.0

    async def _until_taken(
        self, url: str, raw: bytes, headers: Mapping[str, str], shown: Any, delay: float
    ) -> None:
        self.pending += 1
        try:
            await asyncio.sleep(delay)
            for number in range(1_000_000):
                more = {"num_retry": str(number)} if number else {}
                try:
                    status = await self.once(url, raw, {**headers, **more})
                except httpx.HTTPError as error:
                    status, self.last_error = 0, type(error).__name__
                self._recorder.note(self._platform, "push", "webhook", shown, status)
                if 200 <= status < 300:
                    return
                self.last_error = self.last_error if status == 0 else f"Wrong response from the webhook: {status}"
                pauses = self.habits.pauses
                await asyncio.sleep(pauses[min(number, len(pauses) - 1)])
        finally:
            self.pending -= 1


def _json(headers: Mapping[str, str]) -> dict[str, str]:
    return {"Content-Type": "application/json", **headers}
