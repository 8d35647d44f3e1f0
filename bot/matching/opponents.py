"""Which examples a group of labels is learned from: its own, its neighbours', a sample of the rest.

Against 180 labels nearly all examples are easy; leaving most of them out costs no accuracy and most of
the time. Where there are few labels, each is the neighbour of each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.matching.retriever import unit_rows

FEW = 64
"""Number of labels up to which all examples are used."""
GROUP = 16
"""Labels learned together."""
NEIGHBOURS = 6
"""Labels whose examples are used against a label."""
MOST = 600
"""Examples of one neighbour."""
SAMPLE = 3_000
"""Examples of all other labels."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A group of labels with the rows it is learned from."""

    labels: Integers
    rows: Integers
    share: npt.NDArray[np.float32]
    """How many rows each of them stands for."""


class Opponents:
    """Chooses the rows of each group."""

    def __init__(self, rows: scipy.sparse.csr_matrix, labels: Integers, keys: Integers, count: int) -> None:
        """Take the label of each row and its key.

        Args:
            rows: One row per example.
            labels: Number of the label of each row.
            keys: Stable number of each row's text: the smallest are drawn, so that a new example moves
                no more than itself into a sample and one other out.
            count: Number of labels.
        """
        self._labels, self._count = labels, count
        self._order = np.argsort(keys, kind="stable")
        member = scipy.sparse.csr_matrix(
            (np.ones(len(labels), dtype=np.float32), (labels, np.arange(len(labels)))), shape=(count, len(labels))
        )
        centres = unit_rows(member @ rows)
        likeness = (centres @ centres.T).toarray()
        self._nearest = np.argsort(-likeness, axis=1, kind="stable")[:, 1 : NEIGHBOURS + 1]

    def lessons(self) -> list[Lesson]:
        """Return the groups, which hold each label once."""
        return [
            self._lesson(np.arange(first, min(first + GROUP, self._count)))
            for first in range(0, self._count, GROUP)
        ]

    def _lesson(self, group: Integers) -> Lesson:
        if self._count <= FEW:
            return Lesson(group, np.arange(len(self._labels)), np.ones(len(self._labels), dtype=np.float32))
        near = np.setdiff1d(self._nearest[group], group)
        share = np.zeros(len(self._labels), dtype=np.float32)
        share[np.isin(self._labels, group)] = 1.0
        for label in near:
            self._draw(share, self._labels == label, MOST)
        self._draw(share, ~np.isin(self._labels, np.concatenate([group, near])), SAMPLE)
        rows = np.flatnonzero(share)
        return Lesson(group, rows, share[rows])

    def _draw(self, share: npt.NDArray[np.float32], among: npt.NDArray[np.bool_], most: int) -> None:
        found = self._order[among[self._order]]
        share[found[:most]] = len(found) / max(1, min(most, len(found)))
