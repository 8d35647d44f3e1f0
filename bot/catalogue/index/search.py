"""Finding procedures, curated and imported, by name, alias or life event."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.catalogue.index.keys import FUNCTION, syllables
from bot.catalogue.index.postings import Postings
from bot.catalogue.index.spelling import repaired
from bot.catalogue.model import Procedure

LEAST_LIKE = 0.12
"""Cosine below which nothing is returned."""
EVENT_SCALE = 0.7
"""A life event belongs to many procedures, so a proper name of the same words comes first."""
NEAREST = 64
"""Names looked at to find the best procedures; one procedure may own many of them."""


@dataclass(frozen=True, slots=True)
class NamedProcedure:
    """What a procedure is called, for the index."""

    code: str
    names: tuple[str, ...]
    former_codes: tuple[str, ...] = ()
    life_events: tuple[str, ...] = ()
    is_curated: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A procedure found."""

    code: str
    score: float
    """Cosine with its nearest name, 0 to 1."""
    of_query: float
    """Share of the subject of the query that the name covers, weighed by rarity, 0 to 1."""
    of_name: float
    """Share of the name that the query covers, 0 to 1."""
    length: int
    """Syllables of the name."""
    is_curated: bool


def named(procedure: Procedure) -> NamedProcedure:
    """Return the names of a curated procedure; a life event such as `sinh_con` is a name of its own."""
    return NamedProcedure(
        procedure.code,
        (procedure.short_name, procedure.official_name, *procedure.aliases),
        procedure.codes_old,
        tuple(event.replace("_", " ") for event in procedure.life_events),
        is_curated=True,
    )


class NameIndex:
    """An immutable index; build a new one when names change."""

    def __init__(self, procedures: Iterable[NamedProcedure]) -> None:
        self._codes: list[str] = []
        self._former: dict[str, str] = {}
        self._owners, self._curated = array("i"), array("b")
        self._postings = Postings.build(self._rows(procedures))
        self._places = {code: number for number, code in enumerate(self._codes)}

    def _rows(self, procedures: Iterable[NamedProcedure]) -> Iterator[tuple[tuple[str, ...], float]]:
        """Yield syllables and weight of every name, and note whose it is."""
        for number, procedure in enumerate(procedures):
            self._codes.append(procedure.code)
            self._curated.append(procedure.is_curated)
            self._former.update(dict.fromkeys(procedure.former_codes, procedure.code))
            rows = [(words, 1.0) for words in dict.fromkeys(map(_words, procedure.names)) if words]
            rows += [(words, EVENT_SCALE) for words in map(_words, procedure.life_events) if words]
            for row in rows:
                self._owners.append(number)
                yield row

    def __len__(self) -> int:
        """Return the number of procedures."""
        return len(self._codes)

    @property
    def names(self) -> int:
        """Number of names."""
        return self._postings.names

    @property
    def bytes(self) -> int:
        """Memory of the arrays, without the codes and the syllables."""
        return self._postings.bytes + len(self._owners) * self._owners.itemsize + len(self._curated)

    def search(self, query: str, limit: int = 10) -> list[Match]:
        """Return the nearest procedures, best first; a procedure code finds exactly its own.

        Args:
            query: As typed, with or without diacritics.
            limit: Most procedures returned.
        """
        code = query.strip()
        if place := self._places.get(self._former.get(code, code), -1) + 1:
            return [Match(self._codes[place - 1], 1.0, 1.0, 1.0, 1, bool(self._curated[place - 1]))]
        words = [part for word in syllables(query) for part in repaired(word, self._postings.vocabulary)]
        scores = self._postings.scores(self._postings.terms(words))
        found: dict[int, int] = {}
        for row in _best(scores, NEAREST + 8 * limit):
            if scores[row] < LEAST_LIKE or len(found) == limit:
                break
            found.setdefault(self._owners[row], row)
        return [self._match(owner, row, float(scores[row]), words) for owner, row in found.items()]

    def _match(self, owner: int, row: int, score: float, words: Sequence[str]) -> Match:
        name = np.unique(self._postings.row(row))
        vocabulary, idf = self._postings.vocabulary, self._postings.idf
        said = {vocabulary.get(word, -1) for word in words}
        in_query = np.fromiter((number in said for number in name.tolist()), dtype=bool, count=len(name))
        rarity = idf[name]
        # A word that no name has is as much a subject as the rarest that one has.
        unknown = float(idf[: len(vocabulary)].max(initial=1.0))
        present = set(name.tolist())
        subject = covered = 0.0
        for word in dict.fromkeys(words):
            if word in FUNCTION:
                continue
            number = vocabulary.get(word, -1)
            weight = float(idf[number]) if number >= 0 else unknown
            subject += weight
            covered += weight if number in present else 0.0
        return Match(
            self._codes[owner],
            score,
            covered / subject if subject else 0.0,
            float(rarity[in_query].sum() / rarity.sum()),
            len(self._postings.row(row)),
            bool(self._curated[owner]),
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(syllables(text))


def _best(scores: np.typing.NDArray[np.float32], count: int) -> list[int]:
    """Return the places of the highest scores, best first, the earlier one among equals."""
    if count < len(scores):
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        places = np.flatnonzero(scores >= max(least, LEAST_LIKE))
    else:
        places = np.arange(len(scores))
    return [int(place) for place in places[np.argsort(-scores[places], kind="stable")]]
