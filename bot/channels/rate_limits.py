"""Rate limits in memory: token buckets, as many as memory is meant to hold."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MOST_KEYS = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """`amount` events at once, and the same again every `seconds`."""

    amount: int
    seconds: float


class RateLimiter:
    """Counts events by key under one or more rates; each process counts for itself."""

    def __init__(
        self, *rates: Rate, most_keys: int = MOST_KEYS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rates = rates
        self._most_keys = most_keys
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, list[float]]] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of keys remembered."""
        return len(self._buckets)

    def take(self, key: str) -> float:
        """Count one event and return 0, or count nothing and return the seconds to wait."""
        moment = self._clock()
        levels = self._refilled(key, moment)
        wait = max(
            (1 - level) * rate.seconds / rate.amount for level, rate in zip(levels, self._rates, strict=True)
        )
        if wait <= 0:
            levels = [level - 1 for level in levels]
        self._buckets[key] = (moment, levels)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most_keys:
            # Whoever was silent longest has most likely a full bucket anyway.
            self._buckets.popitem(last=False)
        return max(wait, 0.0)

    def _refilled(self, key: str, moment: float) -> list[float]:
        known = self._buckets.get(key)
        if known is None:
            return [float(rate.amount) for rate in self._rates]
        last, levels = known
        return [
            min(rate.amount, level + (moment - last) * rate.amount / rate.seconds)
            for level, rate in zip(levels, self._rates, strict=True)
        ]
