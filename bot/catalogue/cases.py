"""Which case of a procedure a message speaks of."""

from __future__ import annotations

from bot.catalogue.model import Case, Procedure
from bot.vietnamese.folding import words


def recognise_case(procedure: Procedure, text: str) -> Case | None:
    """Return the case whose name or alias stands in `text`; the longest match wins, a tie loses.

    A case is only recognised by whole words: "đúng hạn" never matches inside another word.
    """
    said = f" {words(text)} "
    best: tuple[int, Case] | None = None
    tie = False
    for case in procedure.cases:
        for alias in (case.name, *case.aliases):
            key = words(alias)
            if key and f" {key} " in said:
                if best and len(key) == best[0] and case is not best[1]:
                    tie = True
                if best is None or len(key) > best[0]:
                    best, tie = (len(key), case), False
    return best[1] if best and not tie else None
