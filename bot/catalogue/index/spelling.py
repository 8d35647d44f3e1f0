"""Repair of slips: only a word that is no Vietnamese syllable, and only into a word of the index."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_SYLLABLE = re.compile(
    r"(?!.*([aeiouy])\1)(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|nh|ng|[cmnpt])?"
)
_LETTERS = "abcdeghiklmnopqrstuvxy"
SHORTEST, LONGEST = 3, 14


def repaired(word: str, known: Mapping[str, int]) -> list[str]:
    """Return what a word most likely is: itself, a word one slip away, or two words run together.

    Args:
        word: One syllable as typed, without marks.
        known: Words of the index, the older ones with the smaller numbers.
    """
    if word in known or not word.isalpha() or not SHORTEST <= len(word) <= LONGEST or _SYLLABLE.fullmatch(word):
        return [word]
    for cut in range(2, len(word) - 1):
        if word[:cut] in known and word[cut:] in known:
            return [word[:cut], word[cut:]]
    near = [other for other in _one_slip_away(word) if other in known]
    return [min(near, key=lambda other: known[other])] if near else [word]


def _one_slip_away(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in _LETTERS)
