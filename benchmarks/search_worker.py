"""Worker: an index over the curated names and synthetic titles, searched on command.

Usage: python -m benchmarks.search_worker '{"procedures": 60000}'
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from itertools import cycle
from typing import Any

from benchmarks.processes import memory_mb
from benchmarks.worker_loop import serve, take_stdout
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.index.search import NamedProcedure, NameIndex, named
from bot.catalogue.live import project_catalogue

SEED = 20261124
FEWEST_PIECES, MOST_PIECES = 3, 7
PIECE = 3
"""Syllables of a piece; titles of 9 to 21 syllables, as those of the portal are long (median 16)."""
TITLES_ASKED = 200


class Search:
    """Commands; times are milliseconds."""

    def __init__(self, procedures: int) -> None:
        catalogue = project_catalogue().current
        curated = list(map(named, catalogue))
        titles = synthetic_titles(catalogue, max(0, procedures - len(curated)))
        rows = [NamedProcedure(f"9.{number:06}", (title,)) for number, title in enumerate(titles)]
        before = memory_mb(os.getpid())["rss"]
        started = time.perf_counter()
        self._index = NameIndex([*curated, *rows])
        self._seconds = time.perf_counter() - started
        self._rss = memory_mb(os.getpid())["rss"] - before
        self._titles = titles[:TITLES_ASKED]

    async def built(self) -> dict[str, Any]:
        """Return what building cost."""
        return {
            "names": self._index.names,
            "arrays_mb": self._index.bytes / 1e6,
            "rss_mb": self._rss,
            "seconds": self._seconds,
        }

    async def search(self, number: int, questions: list[str]) -> list[float]:
        """Measure searches for questions of citizens and for whole titles, in turns."""
        mixed = [text for pair in zip(cycle(questions), self._titles, strict=False) for text in pair]
        times = []
        for _, text in zip(range(number), cycle(mixed), strict=False):
            started = time.perf_counter()
            self._index.search(text, 8)
            times.append((time.perf_counter() - started) * 1000)
        return times


def synthetic_titles(catalogue: Catalogue, count: int) -> list[str]:
    """Return made-up titles of pieces of official names, so that words are as frequent as in real ones."""
    rng = random.Random(SEED)
    pieces = [
        " ".join(words[start : start + PIECE])
        for procedure in catalogue
        if (words := procedure.official_name.lower().split())
        for start in range(0, len(words), PIECE)
    ]
    return [" ".join(rng.choices(pieces, k=rng.randint(FEWEST_PIECES, MOST_PIECES))) for _ in range(count)]


if __name__ == "__main__":
    pipe = take_stdout()
    search = Search(**json.loads(sys.argv[1]))
    asyncio.run(serve(pipe, {"built": search.built, "search": search.search}))
