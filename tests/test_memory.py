"""Memory that was used once goes back to the system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.memory import give_memory_back

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
SMALL, MANY = 512, 200_000


def resident() -> int:
    """Return the pages of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])


def test_holes_left_by_small_objects_are_handed_back() -> None:
    kept = [bytes(SMALL + 1) for _ in range(MANY)]
    full = resident()
    # One of two hundred stays, so that the heap cannot simply shrink from its end.
    kept = kept[::200]
    give_memory_back()
    assert resident() < full - (MANY * SMALL // 4096) // 2
    assert len(kept) == MANY // 200


def test_it_may_be_asked_again_and_again() -> None:
    give_memory_back()
    give_memory_back()
