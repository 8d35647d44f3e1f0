"""Nearest name: cosine between a message and all names of procedures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse

Floats = npt.NDArray[np.float32]


class NameRetriever:
    """Finds the procedure whose name, alias or title is nearest."""

    def __init__(self, names: scipy.sparse.csr_matrix, owners: Sequence[int], count: int) -> None:
        self._names = names.T.tocsr()
        self._rows = names
        self._owners = np.array(owners, dtype=np.int32)
        self._count = count

    def scores(self, row: scipy.sparse.csr_matrix) -> Floats:
        """Return for every procedure the cosine of its nearest name, 0 to 1."""
        norm = float(np.sqrt(row.data @ row.data)) or 1.0
        found = (row @ self._names).tocoo()
        best = np.zeros(self._count, dtype=np.float32)
        np.maximum.at(best, self._owners[found.col], found.data / norm)
        return best

    def save(self, directory: Path) -> None:
        """Write `names.npz`."""
        scipy.sparse.save_npz(directory / "names.npz", self._rows.astype(np.float32))
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
