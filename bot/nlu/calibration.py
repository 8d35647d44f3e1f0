"""Calibration: from raw scores to the chance of being right, learned anew at each training.

Scores of held-out folds (a text and its copy without diacritics stay together) teach two small
regressions: does the message name a procedure at all, and is the first candidate the right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.vietnamese.folding import number_of

FOLDS = 4
HELD_OUT = 0
"""Fold that is scored by a model trained on the rest; it holds thousands of examples already."""
WANTED_PRECISION = 0.87
"""Share of right ones among the answers given without asking back, on held-out examples.

Editors write examples to tell neighbours apart, so they are harder than what citizens ask: on the
golden questions the same threshold gives more."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights over the features of `features`, and the chance above which we answer."""

    mention: tuple[float, ...]
    right: tuple[float, ...]
    answer_from: float

    def chances(self, features: Floats) -> tuple[float, float]:
        """Return the chance that a procedure is named, and that the first candidate is right."""
        return _chance(self.mention, features), _chance(self.right, features)

    def stored(self) -> dict[str, Any]:
        """Return a form for JSON."""
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Calibration:
        """Return what `stored` described."""
        return cls(tuple(stored["mention"]), tuple(stored["right"]), float(stored["answer_from"]))


UNCALIBRATED = Calibration((-2.0, 4.0, 2.0, 2.0, -2.0), (-3.0, 3.0, 2.0, 4.0, -1.0), 0.6)
"""Used when there are too few examples to hold any out."""


def features(learned: Sequence[float], near: Sequence[float], none: float) -> Floats:
    """Return the features of one ranking: bias, best score, nearest name, lead, score of none.

    Args:
        learned: Scores of the first and second candidate by the classifier.
        near: Cosines of the names of the same two.
        none: Score of naming no procedure.
    """
    lead = (learned[0] - learned[1]) + 0.5 * (near[0] - near[1])
    return np.array([1.0, learned[0], near[0], lead, none])


def fold_of(text: str) -> int:
    """Return the fold of a text, the same for all its spellings and on every machine."""
    return number_of(text) % FOLDS


def calibrate(rows: Floats, names: npt.NDArray[np.bool_], right: npt.NDArray[np.bool_]) -> Calibration:
    """Learn from held-out rankings.

    Args:
        rows: One row of `features` for each example.
        names: Whether it names a procedure.
        right: Whether the first candidate is its procedure.
    """
    if len(rows) < 50 or len(set(names)) < 2 or len(set(right)) < 2:
        return UNCALIBRATED
    mention = _regress(rows, names)
    sure = _regress(rows, right)
    chances = np.array([_chance(sure, row) for row in rows])
    return Calibration(mention, sure, _threshold(chances, right))


def _threshold(chances: Floats, right: npt.NDArray[np.bool_]) -> float:
    """Return the lowest chance from which on the wanted share is right."""
    order = np.argsort(-chances)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    # Of equal chances all are answered or none.
    last_of_equals = np.append(np.diff(chances[order]) != 0, True)
    good = np.flatnonzero((precision >= WANTED_PRECISION) & last_of_equals)
    return float(chances[order[good[-1]]]) if len(good) else 1.0


def _regress(rows: Floats, truth: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0, fit_intercept=False, max_iter=500).fit(rows, truth)
    return tuple(float(value) for value in model.coef_[0])


def _chance(weights: Sequence[float], row: Floats) -> float:
    return float(1.0 / (1.0 + np.exp(-np.dot(weights, row))))
