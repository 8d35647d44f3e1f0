"""Nearest name: cosine between a message and all names of procedures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse

FREQUENT = 0.08
"""Share of the names from which a term is kept as a whole row."""

Floats = npt.NDArray[np.float32]


class NameRetriever:
    """Finds the procedure whose name, alias or title is nearest."""

    def __init__(self, names: scipy.sparse.csr_matrix, owners: Sequence[int], count: int) -> None:
        """Take one row of length 1 for each name, the number of its procedure, and how many there are."""
        order = np.argsort(np.array(owners, dtype=np.int64), kind="stable")
        self._owners = np.array(owners, dtype=np.int32)[order]
        self._names = names[order].T.tocsr().astype(np.float32)
        self._count = count
        # Names of one procedure stand side by side: where each run of them begins.
        self._named, self._borders = np.unique(self._owners, return_index=True)
        # A message has a third of its terms in common with thousands of names: those are summed as whole rows.
        often = np.flatnonzero(np.diff(self._names.indptr) > FREQUENT * max(1, len(self._owners)))
        self._common = self._names[often].toarray()
        self._place = np.full(self._names.shape[0], -1, dtype=np.int32)
        self._place[often] = np.arange(len(often))

    def scores(self, row: scipy.sparse.csr_matrix) -> Floats:
        """Return for every procedure the cosine of its nearest name, 0 to 1."""
        best = np.zeros(self._count, dtype=np.float32)
        if not len(self._named):
            return best
        places = self._place[row.indices]
        is_common = places >= 0
        found = row.data[is_common] @ self._common[places[is_common]]
        found = found + self._rare(row.indices[~is_common], row.data[~is_common])
        norm = float(np.sqrt(row.data @ row.data)) or 1.0
        best[self._named] = np.maximum.reduceat(found, self._borders) / norm
        return best

    def _rare(self, terms: npt.NDArray[np.int32], values: Floats) -> npt.NDArray[np.float64]:
        """Return what some terms add to the likeness of each name.

        By hand: a sparse product of one row spends nine tenths of its time on checks.
        """
        table = self._names
        starts = table.indptr[terms]
        counts = table.indptr[terms + 1] - starts
        ends = np.cumsum(counts)
        places = np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)
        parts = table.data[places] * np.repeat(values, counts)
        return np.asarray(np.bincount(table.indices[places], parts, minlength=table.shape[1]), dtype=np.float64)

    def save(self, directory: Path) -> None:
        """Write `names.npz`."""
        scipy.sparse.save_npz(directory / "names.npz", self._names.T.tocsr().astype(np.float32))
        np.save(directory / "owners.npy", self._owners)

    @classmethod
    def load(cls, directory: Path, count: int) -> NameRetriever:
        """Read what `save` wrote; `count` is the number of procedures."""
        owners = np.load(directory / "owners.npy", allow_pickle=False)
        names = scipy.sparse.load_npz(directory / "names.npz")
        if names.shape[0] != len(owners) or (len(owners) and owners.max() >= count):
            raise ValueError("name files do not belong together")
        return cls(names, owners.tolist(), count)


def unit_rows(rows: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """Return the rows scaled to length 1."""
    norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return scipy.sparse.diags(1.0 / np.maximum(norms, 1e-9)).dot(rows).tocsr().astype(np.float32)
