"""Logistic regressions of several labels at once, fitted without random numbers.

One sparse product serves all labels of a call, where a solver for one label at a time converts and walks
the rows anew for each. Conjugate gradients, each label with a step length of its own: the same data give
the same weights to the bit, and nearly the same data nearly the same weights.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse

STEPS = 18
"""Steps from zero; more fit the training examples better and held-out ones no better."""
DAMPING = 0.4
"""Power of the curvature by which a column is slowed: 1 is Jacobi's, which follows rare terms too far."""
SHORTEST, LONGEST = 0.1, 3.0
"""Bounds of the correction of a step length."""
_TINY = np.float32(1e-30)

Floats = npt.NDArray[np.float32]


def descend(
    rows: scipy.sparse.csr_matrix,
    truth: npt.NDArray[np.bool_],
    weight: Floats,
    *,
    start: Floats,
    steps: int = STEPS,
) -> Floats:
    """Return weights that lessen the weighted log loss plus half their squares, one column per label.

    Args:
        rows: One row per example, in single precision.
        truth: Whether an example has a label, one column per label.
        weight: What an example counts for a label, of the shape of `truth`.
        start: Weights to begin with, zeros for nothing known; left as they are.
        steps: Number of steps; each costs two products with the rows.
    """
    wanted = truth.astype(np.float32)
    weights = start.copy()
    logits = _product(rows, weights)
    pace = _pace(rows, weight)
    direction = np.zeros_like(weights)
    before, slope = np.zeros_like(weights), np.full(weights.shape[1], -1.0, dtype=np.float32)
    for _ in range(steps):
        chances = _chances(logits)
        gradient = weights + rows.T @ (weight * (chances - wanted))
        paced = pace * gradient
        # Hestenes and Stiefel's choice bears a step length that is only nearly the best.
        change = _dots(paced, gradient) - _dots(before, gradient)
        bend = np.maximum(_dots(direction, gradient) - slope, _TINY)
        direction *= np.maximum(0, change / bend)
        direction -= paced
        before, slope = paced, np.minimum(_dots(gradient, direction), -_TINY)
        along = _product(rows, direction)
        length = _length(logits, along, weight, wanted, chances, slope, weights, direction)
        weights += length * direction
        logits += length * along
    return weights


def _pace(rows: scipy.sparse.csr_matrix, weight: Floats) -> Floats:
    """Return how fast each weight may move: the more its column bends the loss, the slower."""
    squares = rows.copy()
    squares.data = squares.data**2
    paces: Floats = (1 + squares.T @ (weight / 4)) ** np.float32(-DAMPING)
    return paces


def _length(
    logits: Floats,
    along: Floats,
    weight: Floats,
    wanted: Floats,
    chances: Floats,
    slope: Floats,
    weights: Floats,
    direction: Floats,
) -> Floats:
    """Return the length of a step for each label: Newton's, corrected by the slope found there."""
    square = _dots(direction, direction)
    length = -slope / (_dots(weight * chances * (1 - chances), along * along) + square + _TINY)
    there = _dots(weight * (_chances(logits + length * along) - wanted), along)
    there += _dots(weights, direction) + length * square
    corrected: Floats = length * np.clip(slope / np.minimum(slope - there, -_TINY), SHORTEST, LONGEST)
    return corrected


def _product(rows: scipy.sparse.csr_matrix, weights: Floats) -> Floats:
    return np.asarray(rows @ weights)


def _chances(logits: Floats) -> Floats:
    found: Floats = np.negative(logits)
    np.minimum(found, 80, out=found)
    np.exp(found, out=found)
    found += 1
    return np.reciprocal(found, out=found)


def _dots(one: Floats, other: Floats) -> Floats:
    """Return the product of each pair of columns."""
    found: Floats = np.einsum("ij,ij->j", one, other)
    return found
