"""Figures: medians with their spread, percentiles, and the shape in which parts report them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Cell = str | int | float | dict[str, float] | None
"""A number, a text, or a spread with `median`, `min`, `max`."""


@dataclass(slots=True)
class Table:
    """Rows with the same keys; a key says what is measured and in which unit."""

    title: str
    rows: list[dict[str, Cell]] = field(default_factory=list)
    note: str = ""


@dataclass(slots=True)
class Part:
    """What one part of a run found, or why it was skipped."""

    tables: list[Table] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        """Return the form written to the JSON file."""
        tables = [{"title": t.title, "rows": t.rows, "note": t.note} for t in self.tables]
        return {"tables": tables, "skipped": self.skipped}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000 * len(ordered)) // 1000) - 1)]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median, smallest and largest."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def typical(blocks: Sequence[Sequence[float]]) -> dict[str, float]:
    """Return the median of all values, with the smallest and largest median of a block.

    The blocks alternate with blocks of what they are compared to, so the spread shows how quiet the
    machine was.
    """
    medians = [statistics.median(block) for block in blocks]
    everything = [value for block in blocks for value in block]
    return {"median": statistics.median(everything), "min": min(medians), "max": max(medians)}


def ratios(ones: Sequence[float], others: Sequence[float]) -> dict[str, float]:
    """Return the spread of one / other, taken pair by pair in the order measured."""
    return spread([one / other for one, other in zip(ones, others, strict=True)])


def medians(blocks: Sequence[Sequence[float]]) -> list[float]:
    """Return the median of each block."""
    return [statistics.median(block) for block in blocks]
