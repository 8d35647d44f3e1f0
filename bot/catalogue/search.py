"""Finding procedures by name, alias or life event; the same with and without diacritics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bot.catalogue.model import Procedure
from bot.matching.retriever import NameRetriever, unit_rows
from bot.matching.tfidf import DualTfidf
from bot.vietnamese.folding import strip_marks
from bot.vietnamese.normaliser import Normalised, clean, normalise

LEAST_LIKE = 0.12
"""Cosine below which nothing is returned."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure found, with the likeness of its nearest name (0 to 1)."""

    procedure: Procedure
    score: float


class SearchIndex:
    """An index over names; build it again when the catalogue changes (a few milliseconds per 100)."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        self._procedures = list(procedures)
        names = [
            (number, _key(name))
            for number, procedure in enumerate(self._procedures)
            for name in (procedure.short_name, procedure.official_name, *procedure.aliases)
        ]
        keys = [key for _, key in names]
        self._tfidf = DualTfidf.fit(keys)
        self._names = NameRetriever(
            unit_rows(self._tfidf.transform(keys)),
            [number for number, _ in names],
            len(self._procedures),
        )

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """Return the nearest procedures, best first; a procedure code finds exactly its own."""
        wanted = query.strip()
        exact = [Hit(p, 1.0) for p in self._procedures if wanted in (p.code, *p.codes_old)]
        if exact:
            return exact
        scores = self._names.scores(self._tfidf.transform([_key(query)]))
        best = np.argsort(-scores, kind="stable")[:limit]
        return [Hit(self._procedures[i], float(scores[i])) for i in best if scores[i] >= LEAST_LIKE]


def _key(text: str) -> Normalised:
    """Return the normal form without diacritics on both sides: one index serves all spellings."""
    return normalise(strip_marks(normalise(clean(text)).accented))
