"""A circuit breaker: a system that fails is left alone for a while, then tried once."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from bot.dossiers.metrics import BREAKER_OPEN


class Breaker:
    """Counts faults of one system in this process."""

    def __init__(
        self,
        system: str,
        *,
        faults: int = 5,
        within_seconds: float = 60.0,
        open_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._system = system
        self._limit = faults
        self._within = within_seconds
        self._open_seconds = open_seconds
        self._clock = clock
        self._faults: deque[float] = deque(maxlen=faults)
        self._open_until: float | None = None
        self._is_trying = False
        BREAKER_OPEN.labels(system).set(0)

    @property
    def is_open(self) -> bool:
        """Whether no request may be sent now."""
        return self._open_until is not None and (self._is_trying or self._clock() < self._open_until)

    def admit(self) -> bool:
        """Say whether a request may be sent; after the pause one is let through as a trial."""
        if self._open_until is None:
            return True
        if self._is_trying or self._clock() < self._open_until:
            return False
        self._is_trying = True
        return True

    def succeeded(self) -> None:
        """Note an answer, also "not found": the system works."""
        self._is_trying = False
        self._open_until = None
        self._faults.clear()
        BREAKER_OPEN.labels(self._system).set(0)

    def failed(self, pause_seconds: float | None = None) -> None:
        """Note a fault; `pause_seconds` opens at once, as when the system asks to wait."""
        moment = self._clock()
        self._faults.append(moment)
        many = len(self._faults) == self._limit and moment - self._faults[0] <= self._within
        if many or self._is_trying or pause_seconds is not None:
            self._open_until = moment + (pause_seconds if pause_seconds is not None else self._open_seconds)
            BREAKER_OPEN.labels(self._system).set(1)
        self._is_trying = False

    def abandoned(self) -> None:
        """Note that a request was cancelled: it says nothing about the system."""
        self._is_trying = False
