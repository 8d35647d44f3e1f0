"""Likeness of texts: shared pieces of words, with and without marks."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.matching.retriever import unit_rows
from bot.vietnamese.folding import strip_marks

T = TypeVar("T")

SHORTEST, LONGEST = 2, 4
"""Characters of a piece; a blank before and after each word counts."""
WIDTH = 2**18
_EMPTY = np.zeros(0, dtype=np.int32)
ALIKE = 0.65
"""Cosine from which two utterances are one decision for a clerk."""
NEAR_DUPLICATE = 0.9
"""Cosine from which a new example teaches next to nothing."""


@lru_cache(maxsize=8192)
def _columns_of(word: str) -> npt.NDArray[np.int32]:
    """Return the columns of the pieces of a word; there are few syllables, and each comes again and again."""
    padded = f" {word} "
    pieces = (
        padded[start : start + size]
        for size in range(SHORTEST, min(LONGEST, len(padded)) + 1)
        for start in range(len(padded) - size + 1)
    )
    return np.array([zlib.crc32(piece.encode()) % WIDTH for piece in pieces], dtype=np.int32)


def rows_of(texts: Sequence[str]) -> scipy.sparse.csr_matrix:
    """Return one row of unit length for each text.

    The columns are hashes, so nothing is fitted. A serving process groups utterances with it: a library for
    vectors would cost it 80 MB and a second in which citizens wait.
    """
    lines = [
        np.concatenate([_EMPTY, *map(_columns_of, strip_marks(text).lower().split())], dtype=np.int32)
        for text in texts
    ]
    ends = np.cumsum([0, *map(len, lines)])
    columns = np.concatenate([_EMPTY, *lines], dtype=np.int32)
    shape = (len(texts), WIDTH)
    rows = scipy.sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), columns, ends), shape=shape)
    rows.sum_duplicates()
    return unit_rows(rows)


class LikenessIndex(Generic[T]):
    """Finds the nearest of many texts."""

    def __init__(self, texts: Sequence[str], owners: Sequence[T], before: LikenessIndex[T] | None = None) -> None:
        """Index texts.

        Args:
            texts: What is searched.
            owners: What is found, one for each text.
            before: An earlier index, whose texts need not be cut into pieces again.
        """
        self._owners = list(owners)
        self._rows: scipy.sparse.csr_matrix
        self._places: dict[str, int]
        stack = scipy.sparse.csr_matrix((0, WIDTH), dtype=np.float32) if before is None else before._rows
        places = {} if before is None else dict(before._places)
        fresh = list(dict.fromkeys(text for text in texts if text not in places))
        if fresh:
            places |= {text: stack.shape[0] + number for number, text in enumerate(fresh)}
            stack = scipy.sparse.vstack([stack, rows_of(fresh)], format="csr")
        self._rows = stack[[places[text] for text in texts]] if texts else stack[:0]
        self._places = {text: number for number, text in enumerate(texts)}

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._owners)

    def nearest(self, text: str, count: int = 5, least: float = 0.0) -> list[tuple[float, T]]:
        """Return the most alike texts' owners with their cosine, best first."""
        if not self._owners:
            return []
        scores = (self._rows @ rows_of([text]).T).toarray().ravel()
        best = np.argsort(-scores, kind="stable")[:count]
        return [(float(scores[i]), self._owners[i]) for i in best if scores[i] > least]

    def nearest_of_each(self, rows: scipy.sparse.csr_matrix) -> list[tuple[float, T] | None]:
        """Return for each row of `rows_of` the most alike text's owner with its cosine."""
        if not self._owners:
            return [None] * rows.shape[0]
        scores = (rows @ self._rows.T).tocsr()
        found: list[tuple[float, T] | None] = []
        for place in range(rows.shape[0]):
            row = scores.getrow(place)
            best = int(row.data.argmax()) if row.nnz else -1
            found.append((float(row.data[best]), self._owners[row.indices[best]]) if row.nnz else None)
        return found


def grouped(texts: Sequence[str], known: LikenessIndex[int], ids: Sequence[int]) -> list[int]:
    """Return for each text the id of its group: a known one, an earlier text's, or its own id.

    Args:
        texts: New texts, in order.
        known: First texts of the open groups, owned by the group's id.
        ids: Id of each new text, used for the groups that it founds.
    """
    if not texts:
        return []
    rows = rows_of(texts)
    nearest = known.nearest_of_each(rows)
    founders: list[int] = []
    groups: list[int] = []
    for place in range(len(texts)):
        score, owner = nearest[place] or (0.0, 0)
        if score >= ALIKE:
            groups.append(owner)
            continue
        if founders:
            scores = (rows[founders] @ rows[place].T).toarray().ravel()
            best = int(scores.argmax())
            if scores[best] >= ALIKE:
                groups.append(groups[founders[best]])
                continue
        founders.append(place)
        groups.append(ids[place])
    return groups
