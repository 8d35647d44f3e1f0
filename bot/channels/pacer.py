"""Keeping below a platform's rate limits: who may send now, and who must wait how long."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_ADDRESSES = 20_000
SPREAD_SECONDS = 10.0
"""Two refusals of different addresses within this time mean that all of them must wait."""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `burst` messages at once, and one more every `seconds`."""

    seconds: float
    burst: int


class Pacer:
    """Reserves moments for sending, for each address and for all together; each process for itself."""

    def __init__(self, everybody: Pace, each: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._everybody, self._each = everybody, each
        self._clock = clock
        # The moment at which a bucket is full again; the older one of two is forgotten.
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._all_full_at = 0.0
        self._refused: tuple[str, float] = ("", float("-inf"))

    def take(self, address: str) -> float:
        """Reserve a message and return 0, or reserve nothing and return the seconds to wait."""
        moment = self._clock()
        mine = self._full_at.get(address, 0.0)
        wait = max(
            _wait(mine, moment, self._each),
            _wait(self._all_full_at, moment, self._everybody),
        )
        if wait > 0:
            return wait
        self._all_full_at = max(self._all_full_at, moment) + self._everybody.seconds
        self._set(address, max(mine, moment) + self._each.seconds)
        return 0.0

    def refused(self, address: str, seconds: float) -> None:
        """Note that the platform asked to wait; refusals of two addresses close all of them."""
        moment = self._clock()
        self._set(address, moment + seconds + self._each.seconds * self._each.burst)
        other, when = self._refused
        if other != address and moment - when < SPREAD_SECONDS:
            closed = moment + seconds + self._everybody.seconds * self._everybody.burst
            self._all_full_at = max(self._all_full_at, closed)
        self._refused = address, moment

    def _set(self, address: str, full_at: float) -> None:
        self._full_at[address] = full_at
        self._full_at.move_to_end(address)
        if len(self._full_at) > MOST_ADDRESSES:
            self._full_at.popitem(last=False)


def _wait(full_at: float, moment: float, pace: Pace) -> float:
    """Return how long until the bucket holds one message."""
    return max(0.0, full_at + pace.seconds - moment - pace.seconds * pace.burst)
