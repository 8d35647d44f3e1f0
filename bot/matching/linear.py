"""One-vs-rest linear models on sparse rows, saved as JSON and NumPy arrays without pickle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.matching.descent import STEPS, descend
from bot.matching.opponents import Lesson, Opponents

FORMAT = 1
Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.str_]


class LinearModel:
    """Independent logistic regressions, one for each label."""

    def __init__(self, weights: Floats, bias: Floats, labels: Sequence[str]) -> None:
        if weights.shape[1] != len(labels) or bias.shape != (len(labels),):
            raise ValueError("weights, bias and labels do not belong together")
        # Half precision changes no decision, and a serving process holds half as much.
        self._weights, self._bias = weights.astype(np.float16), bias
        self.labels = list(labels)

    @classmethod
    def fit(
        cls,
        rows: scipy.sparse.csr_matrix,
        labels: Sequence[str],
        *,
        strength: float = 10.0,
        sample_weight: npt.NDArray[np.float64] | None = None,
        keys: npt.NDArray[np.int64] | None = None,
        start: LinearModel | None = None,
        workers: int = 2,
    ) -> LinearModel:
        """Train; classes are balanced. The same data give the same weights, with any number of threads.

        Args:
            rows: One row per example.
            labels: Its label.
            strength: How much the examples count against small weights, as C of scikit-learn.
            sample_weight: Weight of each example, 1 when left out.
            keys: Stable number of each example's text, by which samples are drawn; its place when left out.
            start: A model of nearly the same data and labels, from which a third of the steps is enough.
            workers: Threads; sparse products release the interpreter lock.
        """
        names = sorted(set(labels))
        given = np.searchsorted(np.array(names), np.array(labels))
        weight = np.ones(len(given), dtype=np.float32)
        if sample_weight is not None:
            weight = sample_weight.astype(np.float32)
        places = np.arange(len(given)) if keys is None else keys
        # The bias is the weight of a column of ones.
        ones = np.ones((len(given), 1), dtype=np.float32)
        columns = scipy.sparse.hstack([rows, ones], format="csr", dtype=np.float32)
        known = np.zeros((columns.shape[1], len(names)), dtype=np.float32) if start is None else start.known(names)
        even = len(given) / len(names)

        def learn(lesson: Lesson) -> Floats:
            truth = given[lesson.rows, np.newaxis] == lesson.labels
            own = (even / np.bincount(given)[lesson.labels]).astype(np.float32)
            scale = (np.float32(strength) * weight[lesson.rows] * lesson.share)[:, np.newaxis]
            return descend(
                columns[lesson.rows],
                truth,
                scale * np.where(truth, own, np.float32(1.0)),
                start=known[:, lesson.labels],
                steps=STEPS if start is None else STEPS // 3,
            )

        with ThreadPoolExecutor(workers) as pool:
            learned = list(pool.map(learn, Opponents(rows, given, places, len(names)).lessons()))
        weights = np.concatenate(learned, axis=1)
        return cls(weights[:-1], weights[-1], names)

    def known(self, labels: Sequence[str]) -> Floats:
        """Return weights and, as last row, bias of these labels, one column for each; zero for unknown ones."""
        found = np.zeros((self._weights.shape[0] + 1, len(labels)), dtype=np.float32)
        places = {label: place for place, label in enumerate(self.labels)}
        for column, label in enumerate(labels):
            if label in places:
                found[:-1, column] = self._weights[:, places[label]]
                found[-1, column] = self._bias[places[label]]
        return found

    def scores(self, rows: scipy.sparse.csr_matrix) -> Floats:
        """Return the probability of each label by itself, one row per example (no sum of 1)."""
        if rows.shape[0] == 1:
            # One message: a handful of rows of the weights instead of a sparse product.
            logits = rows.data @ self._weights[rows.indices].astype(np.float32) + self._bias
            logits = logits[np.newaxis, :]
        else:
            logits = np.asarray(rows @ self._weights.astype(np.float32)) + self._bias
        chances: Floats = (1.0 / (1.0 + np.exp(-logits.astype(np.float32)))).astype(np.float32)
        return chances

    def save(self, directory: Path, name: str) -> None:
        """Write `<name>.json` and `<name>.npz`."""
        document = {"format": FORMAT, "labels": self.labels}
        (directory / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        np.savez_compressed(directory / f"{name}.npz", weights=self._weights, bias=self._bias)

    @classmethod
    def load(cls, directory: Path, name: str) -> LinearModel:
        """Read what `save` wrote.

        Raises:
            ValueError: The files have another format or do not belong together.
        """
        document = json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
        if document.get("format") != FORMAT:
            raise ValueError(f"model format {document.get('format')!r} is not {FORMAT}")
        arrays = np.load(directory / f"{name}.npz", allow_pickle=False)
        return cls(arrays["weights"], arrays["bias"], document["labels"])
