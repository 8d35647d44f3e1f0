"""A message as syllables: what was typed, its key without marks, and whether marks agree."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.vietnamese.folding import strip_marks

_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[,;()\n/|–-]")
LONGEST_TEXT = 2_000
"""Characters looked at; nobody names a place after that."""


@dataclass(frozen=True, slots=True)
class Form:
    """The spelling of one syllable."""

    folded: str
    marks: str
    """The letters and marks, sorted: equal for `hoà` and `hòa`, different for `hóa`."""
    is_bare: bool
    """Typed without any mark."""

    def may_be(self, other: Form) -> bool:
        """Say whether this, as typed, can stand for `other`: same letters, marks equal or left out."""
        return self.folded == other.folded and (self.is_bare or self.marks == other.marks)


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable of a message."""

    form: Form
    is_capital: bool
    after_break: bool
    """A comma, dash or bracket stands before it."""
    text: str
    """As typed."""


@lru_cache(maxsize=8192)
def form_of(word: str) -> Form:
    """Return the form of one lower-case syllable."""
    folded = strip_marks(word)
    return Form(folded, "".join(sorted(unicodedata.normalize("NFD", word))), folded == word)


def forms_of(name: str) -> tuple[Form, ...]:
    """Return the forms of a name's syllables."""
    words = _WORD.findall(unicodedata.normalize("NFC", name).lower())
    return tuple(form_of(word) for word in words)


def syllables_of(text: str) -> tuple[Syllable, ...]:
    """Return the syllables of a message."""
    text = unicodedata.normalize("NFC", text[:LONGEST_TEXT])
    found: list[Syllable] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match.group()
        broken = _BREAK.search(text, end, match.start()) is not None
        found.append(Syllable(form_of(word.lower()), word[0].isupper(), broken, word))
        end = match.end()
    return tuple(found)
