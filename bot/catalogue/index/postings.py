"""An inverted index in a few NumPy arrays: no term is kept as a Python object but the syllables."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

NOTHING: Longs = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Postings:
    """Rows by term. Terms are syllables, then pairs of neighbours; rows are names."""

    vocabulary: dict[str, int]
    pairs: Longs
    """Sorted keys `first * len(vocabulary) + second`."""
    idf: Floats
    """Rarity of each term, syllables first."""
    borders: Longs
    """Where the rows of each term begin in `rows`, and the end."""
    rows: Ints
    weights: Floats
    """Of a term in a row; each row has length 1 before its own scale."""
    starts: Longs
    """Where the syllables of each row begin in `syllables`, and the end."""
    syllables: Ints

    @classmethod
    def build(cls, names: Iterable[tuple[Sequence[str], float]]) -> Postings:
        """Return the index of names.

        Args:
            names: Syllables of each name, and its weight, 1 for a proper name; taken one by one, so that
                no more than numbers is held of them.
        """
        vocabulary: dict[str, int] = {}
        numbers, sizes, scales = array("i"), array("i"), array("f")
        for words, scale in names:
            numbers.extend(vocabulary.setdefault(word, len(vocabulary)) for word in words)
            sizes.append(len(words))
            scales.append(scale)
        count = len(sizes)
        flat = np.array(numbers, dtype=np.int32)
        lengths = np.array(sizes, dtype=np.int64)
        starts = np.concatenate(([0], np.cumsum(lengths)))
        owner = np.repeat(np.arange(count, dtype=np.int64), lengths)
        # A pair needs both syllables in one name.
        inside = owner[1:] == owner[:-1]
        keys = flat[:-1][inside].astype(np.int64) * max(1, len(vocabulary)) + flat[1:][inside]
        pairs, pair_of = np.unique(keys, return_inverse=True)
        terms = np.concatenate((flat.astype(np.int64), len(vocabulary) + pair_of.astype(np.int64)))
        rows = np.concatenate((owner, owner[1:][inside]))
        width = len(vocabulary) + len(pairs)
        cells, counts = np.unique(terms * max(1, count) + rows, return_counts=True)
        terms, rows = np.divmod(cells, max(1, count))
        frequency = np.bincount(terms, minlength=width)
        idf = (np.log((1 + count) / (1 + frequency)) + 1).astype(np.float32)
        weights = (1 + np.log(counts)) * idf[terms]
        norms = np.sqrt(np.bincount(rows, weights**2, minlength=count))
        weights *= (np.array(scales) / np.maximum(norms, 1e-9))[rows]
        return cls(
            vocabulary,
            pairs,
            idf,
            np.concatenate(([0], np.cumsum(frequency))),
            rows.astype(np.int32),
            weights.astype(np.float32),
            starts,
            flat,
        )

    @property
    def names(self) -> int:
        """Number of rows."""
        return len(self.starts) - 1

    def terms(self, words: Sequence[str]) -> Longs:
        """Return the numbers of the known terms of a text, each once."""
        known = [self.vocabulary.get(word, -1) for word in words]
        first, second = np.array(known[:-1], dtype=np.int64), np.array(known[1:], dtype=np.int64)
        keys = (first * len(self.vocabulary) + second)[(first >= 0) & (second >= 0)]
        places = np.searchsorted(self.pairs, keys)
        found = places < len(self.pairs)
        found[found] = self.pairs[places[found]] == keys[found]
        numbers = np.concatenate(([n for n in known if n >= 0], len(self.vocabulary) + places[found]))
        return np.unique(numbers.astype(np.int64))

    def scores(self, terms: Longs) -> Floats:
        """Return for each row the cosine with a text of these terms."""
        if not len(terms):
            return np.zeros(self.names, dtype=np.float32)
        wanted = self.idf[terms]
        wanted = wanted / np.sqrt(wanted @ wanted)
        spans = [slice(self.borders[term], self.borders[term + 1]) for term in terms]
        rows = np.concatenate([self.rows[span] for span in spans])
        values = np.concatenate([self.weights[span] * weight for span, weight in zip(spans, wanted, strict=True)])
        return np.bincount(rows, values, minlength=self.names).astype(np.float32)

    def row(self, number: int) -> Ints:
        """Return the syllables of a name, as numbers."""
        return self.syllables[self.starts[number] : self.starts[number + 1]]

    @property
    def bytes(self) -> int:
        """Memory of the arrays."""
        arrays = (self.pairs, self.idf, self.borders, self.rows, self.weights, self.starts, self.syllables)
        return sum(array.nbytes for array in arrays)
