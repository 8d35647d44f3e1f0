"""Recording what went over the wire, one JSON line each, and reading it for a replay."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call, by the platform (`push`) or by the bot (`call`)."""

    at: float
    """Seconds since 1970."""
    platform: str
    direction: str
    method: str
    content: Any
    status: int
    answer: Any = None


class Recorder:
    """Keeps exchanges in memory, and in a file when there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self.exchanges: list[Exchange] = []
        self._path = path

    def note(
        self, platform: str, direction: str, method: str, content: Any, status: int, answer: Any = None
    ) -> None:
        """Record an exchange."""
        exchange = Exchange(time.time(), platform, direction, method, content, status, answer)
        self.exchanges.append(exchange)
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(orjson.dumps(exchange) + b"\n")

    def calls(self, method: str) -> list[Exchange]:
        """Return the bot's calls of a method."""
        return [item for item in self.exchanges if item.direction == "call" and item.method == method]


def read_recording(path: Path) -> Iterator[Exchange]:
    """Yield the exchanges of a file in order.

    Raises:
        ValueError: A line is not an exchange.
    """
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            yield Exchange(**orjson.loads(line))
        except (orjson.JSONDecodeError, TypeError) as error:
            raise ValueError(f"{path.name}:{number} is not a recorded exchange") from error
