"""Finding procedures by words, with or without diacritics, for the search box of the site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.model import Procedure
from bot.vietnamese.folding import words

LONGEST_QUERY = 200
MOST_RESULTS = 30
_STOP_WORDS = """
a ai anh ban bi can cai cac cho chi co cua de di duoc em gi giay hay ho khi khong la lam len mat may
minh muon nao nay nhe nhu nhung o phai sao so ta the thi thu toi tu tuc va ve voi xin
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Folded words that stand in nearly every question."""
_POPULAR = (
    *("1.001193", "1.000894", "2.000815", "1.004873", "1.014063", "1.004222", "1.004194", "2.000635"),
    *("1.001612", "1.000656", "1.013831", "3.000228"),
)


@dataclass(frozen=True, slots=True)
class _Indexed:
    procedure: Procedure
    name: str
    text: str


class ProcedureSearch:
    """An index over one catalogue; built again when the catalogue is replaced."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._rows = [_indexed(procedure) for procedure in catalogue]

    def find(self, query: str) -> list[Procedure]:
        """Return procedures that fit, the best first; an empty query finds nothing."""
        query = query.strip()[:LONGEST_QUERY]
        exact = self.catalogue.find(query)
        if exact:
            return [exact]
        phrase = words(query)
        said = [word for word in phrase.split() if word not in STOP_WORDS] or phrase.split()
        if not said:
            return []
        scored = [(_score(row, phrase, said), row) for row in self._rows]
        best = max((score for score, _ in scored), default=0)
        # Half as good as the best is still worth a look; less is noise. Among equals, the shorter
        # name is the usual case.
        found = [(-score, len(row.name), row.procedure.code, row) for score, row in scored if score]
        return [row.procedure for score, *_, row in sorted(found)[:MOST_RESULTS] if -score * 2 >= best]

    def popular(self, count: int = 8) -> list[Procedure]:
        """Return the procedures people ask for most, as far as the catalogue has them."""
        chosen = {p.code: p for code in _POPULAR if (p := self.catalogue.find(code))}
        for procedure in self.catalogue:
            if len(chosen) >= count:
                break
            chosen.setdefault(procedure.code, procedure)
        return list(chosen.values())[:count]

    def by_field(self) -> dict[str, list[Procedure]]:
        """Return all procedures under their field of work, the fields in alphabetical order."""
        fields: dict[str, list[Procedure]] = {}
        for entry in sorted(self.catalogue.entries(), key=lambda entry: words(entry.field)):
            fields.setdefault(entry.field, []).append(entry.procedure)
        return fields


def _indexed(procedure: Procedure) -> _Indexed:
    return _Indexed(
        procedure,
        _joined((procedure.short_name, procedure.official_name)),
        _joined(
            (
                procedure.summary,
                *procedure.aliases,
                *(q for asked in procedure.questions.values() for q in asked),
            )
        ),
    )


def _joined(texts: Iterable[str]) -> str:
    return f" {' | '.join(map(words, texts))} "


def _score(row: _Indexed, phrase: str, said: list[str]) -> float:
    score = 0.0
    for word in said:
        if f" {word} " in row.name:
            score += 3
        elif f" {word} " in row.text:
            score += 1
    # All words in one place, and better in their order.
    if score and all(f" {word} " in row.name + row.text for word in said):
        score += 2
    if len(said) > 1:
        joined = " ".join(said)
        score += 4 * (f" {joined} " in row.name or f" {phrase} " in row.name)
        score += 2 * (f" {joined} " in row.text or f" {phrase} " in row.text)
    return score
