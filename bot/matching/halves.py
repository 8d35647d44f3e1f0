"""Doing one half of a long list here and the other half in a forked process: training has two processors."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

LEAST = 2_000
"""Items from which a fork pays; below, and wherever forking is not safe, everything is done here."""

_inherited: list[tuple[Callable[[Any], Any], Any]] = []
"""What a forked process finds: functions and messages of Rasa cannot be sent to it."""


def in_halves(work: Callable[[Sequence[Item]], Result], items: Sequence[Item]) -> list[Result]:
    """Return what `work` makes of the first and of the second half, or of all items at once.

    The results are the same either way, and must be small enough to be sent back.

    Raises:
        concurrent.futures.process.BrokenProcessPool: The forked process died.
    """
    if len(items) < LEAST or sys.platform != "linux" or (os.cpu_count() or 1) < 2:
        return [work(items)]
    middle = len(items) // 2
    _inherited.append((work, items[middle:]))
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
            second = pool.submit(_work_on_inherited)
            return [work(items[:middle]), second.result()]
    finally:
        _inherited.pop()


def _work_on_inherited() -> Any:
    work, items = _inherited[-1]
    return work(items)
