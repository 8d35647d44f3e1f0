"""One-vs-rest linear models on sparse rows, saved as JSON and NumPy arrays without pickle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse

FORMAT = 1
Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.str_]


class LinearModel:
    """Independent logistic regressions, one for each label."""

    def __init__(self, weights: Floats, bias: Floats, labels: Sequence[str]) -> None:
        if weights.shape[1] != len(labels) or bias.shape != (len(labels),):
            raise ValueError("weights, bias and labels do not belong together")
        self._weights, self._bias = weights, bias
        self.labels = list(labels)

    @classmethod
    def fit(
        cls,
        rows: scipy.sparse.csr_matrix,
        labels: Sequence[str],
        *,
        strength: float = 10.0,
        sample_weight: npt.NDArray[np.float64] | None = None,
        workers: int = 2,
    ) -> LinearModel:
        """Train; classes are balanced.

        Args:
            rows: One row per example.
            labels: Its label.
            strength: C of scikit-learn's `LogisticRegression`.
            sample_weight: Weight of each example, 1 when left out.
            workers: Threads; the solver releases the interpreter lock. With more than one, its shared
                random numbers make weights differ within its tolerance from one training to the next.
        """
        names = sorted(set(labels))
        given = np.array(labels)
        doubles = rows.astype(np.float64)
        weight = np.ones(len(given)) if sample_weight is None else sample_weight

        def one(name: str) -> tuple[Floats, float]:
            return _fit_binary(doubles, given == name, len(names), strength, weight)

        with ThreadPoolExecutor(workers) as pool:
            fitted = list(pool.map(one, names))
        weights = np.stack([vector for vector, _ in fitted], axis=1)
        return cls(weights, np.array([bias for _, bias in fitted], dtype=np.float32), names)

    def scores(self, rows: scipy.sparse.csr_matrix) -> Floats:
        """Return the probability of each label by itself, one row per example (no sum of 1)."""
        if rows.shape[0] == 1:
            # One message: a handful of rows of the weights instead of a sparse product.
            logits = rows.data @ self._weights[rows.indices] + self._bias
            logits = logits[np.newaxis, :]
        else:
            logits = np.asarray(rows @ self._weights) + self._bias
        chances: Floats = (1.0 / (1.0 + np.exp(-logits.astype(np.float32)))).astype(np.float32)
        return chances

    def save(self, directory: Path, name: str) -> None:
        """Write `<name>.json` and `<name>.npz`; half precision changes no decision."""
        document = {"format": FORMAT, "labels": self.labels}
        (directory / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        np.savez_compressed(directory / f"{name}.npz", weights=self._weights.astype(np.float16), bias=self._bias)

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
        return cls(arrays["weights"].astype(np.float32), arrays["bias"], document["labels"])


def _fit_binary(
    rows: scipy.sparse.csr_matrix,
    positive: npt.NDArray[np.bool_],
    classes: int,
    strength: float,
    weight: npt.NDArray[np.float64],
) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    balanced = np.where(positive, len(positive) / (classes * max(1, positive.sum())), 1.0)
    # The dual solver at this tolerance ranks as well as the primal one at 0.01 in a tenth of the time:
    # there are more terms than examples.
    model = LogisticRegression(C=strength, solver="liblinear", dual=True, tol=0.3, random_state=0)
    model.fit(rows, positive, sample_weight=balanced * weight)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])
