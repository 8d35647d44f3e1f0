"""The port through which "chưa đúng" ratings of citizens reach the review inbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.storage.database import Database

RatedDown = Callable[[Database, Sequence[int]], Awaitable[set[int]]]
"""Given inbox ids, returns those whose reply a citizen rated as not right."""


async def no_ratings(database: Database, inbox_ids: Sequence[int]) -> set[int]:
    """Return nothing: for installations without ratings."""
    return set()
