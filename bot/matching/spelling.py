"""Spelling repair against the words a model was trained on.

Three kinds of slip, each only where the word typed is unknown or does not fit its neighbours: one key
too many, too few, wrong or swapped ("giáy", "hồ sow"); blanks forgotten ("khaisinh"); and letters that
sound alike in a region ("bao nâu" for "bao lâu", "xổ đỏ" for "sổ đỏ").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from bot.vietnamese.folding import strip_marks
from bot.vietnamese.normaliser import Normalised
from bot.vietnamese.syllables import is_syllable

LETTERS = "abcdeghiklmnopqrstuvxy"
SHORTEST, LONGEST = 3, 14
LONGEST_GLUED = 24
"""Letters of words written together that are still taken apart."""
_ALIKE = (("l", "n"), ("s", "x"), ("ch", "tr"), ("d", "gi"), ("r", "d"), ("gi", "r"))
_USUAL = 1.1
"""How much less rare than the rarest a pair of words must be before a sound-alike is trusted for it."""


class Speller:
    """Repairs the words of a message by what is known from training."""

    def __init__(self, stripped: Mapping[str, float], accented: Mapping[str, float]) -> None:
        """Take word and word-pair terms with their weight (inverse document frequency), both forms."""
        self._rarity = {term: weight for term, weight in stripped.items() if " " not in term}
        self._pairs = {term: weight for term, weight in stripped.items() if " " in term}
        # Training holds each text without marks too, so the bare form says nothing about how it is spelled.
        spelled = sorted(
            (term for term in accented if " " not in term),
            key=lambda term: (term == strip_marks(term), accented[term], term),
            reverse=True,
        )
        self._spelled = {strip_marks(term): term for term in spelled}
        self._usual = max(self._pairs.values(), default=0.0) - _USUAL
        self._edits = lru_cache(maxsize=2048)(self._candidates)

    def repair(self, message: Normalised) -> Normalised:
        """Return the message with its slips mended; the pieces keep their places in the text."""
        bare = message.stripped.split()
        spelled = message.accented.split()
        mended = dict(self._mended(bare))
        if not mended:
            return message
        has_marks = message.accented != message.stripped
        for place, words in mended.items():
            bare[place] = words
            spelled[place] = " ".join(map(self._spell, words.split())) if has_marks else words
        return replace(message, accented=" ".join(spelled), stripped=" ".join(bare))

    def _mended(self, words: list[str]) -> Iterator[tuple[int, str]]:
        for place, word in enumerate(words):
            before = words[place - 1] if place else ""
            after = words[place + 1] if place + 1 < len(words) else ""
            if word in self._rarity or is_syllable(word):
                found = self._alike(word, before, after)
            elif word.isalpha() and len(word) >= SHORTEST:
                found = self._best(word, before, after)
            else:
                continue
            if found and found != word:
                yield place, found

    def _best(self, word: str, before: str, after: str) -> str | None:
        candidates = self._edits(word)
        if not candidates:
            return None
        # Neighbours first, then how common the word is by itself.
        return max(candidates, key=lambda c: (self._fit(c, before, after), -self._weight(c)))

    def _fit(self, words: str, before: str, after: str) -> float:
        """Return how well words stand between their neighbours: known pairs, the more common the better."""
        return sum(1.0 + 1.0 / self._pairs[pair] for pair in _pairs(words, before, after) if pair in self._pairs)

    def _weight(self, words: str) -> float:
        return sum(self._rarity[word] for word in words.split())

    def _candidates(self, word: str) -> tuple[str, ...]:
        found: set[str] = set()
        if len(word) <= LONGEST:
            found = {edit for edit in _edits(word) if edit in self._rarity}
        if len(word) <= LONGEST_GLUED and (parts := self._taken_apart(word)):
            found.add(parts)
        return tuple(sorted(found))

    def _taken_apart(self, word: str) -> str | None:
        """Return the fewest known words that make up `word`, or None."""
        best: list[tuple[int, float, str] | None] = [(0, 0.0, "")] + [None] * len(word)
        for end in range(2, len(word) + 1):
            for start in range(max(0, end - 7), end - 1):
                part, before = word[start:end], best[start]
                if before is None or part not in self._rarity or not is_syllable(part):
                    continue
                option = (before[0] + 1, before[1] + self._rarity[part], f"{before[2]} {part}".strip())
                current = best[end]
                if current is None or option[:2] < current[:2]:
                    best[end] = option
        whole = best[-1]
        return whole[2] if whole and whole[0] > 1 else None

    def _alike(self, word: str, before: str, after: str) -> str | None:
        """Return the word that sounds alike, when only that one fits the neighbours on a known side."""
        if self._fit(word, before, after) > 0:
            return None
        options = [other for other in _sounding_alike(word) if other in self._rarity]
        fitting = [
            other
            for other in options
            if any(self._pairs.get(pair, self._usual) < self._usual for pair in _pairs(other, before, after))
        ]
        return max(fitting, key=lambda other: self._fit(other, before, after), default=None)

    def _spell(self, bare: str) -> str:
        return self._spelled.get(bare, bare)


def _pairs(words: str, before: str, after: str) -> tuple[str, str]:
    first, last = words.split()[0], words.split()[-1]
    return f"{before} {first}", f"{last} {after}"


def _edits(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in LETTERS)


def _sounding_alike(word: str) -> Iterator[str]:
    for one, other in _ALIKE:
        if word.startswith(one):
            yield other + word[len(one) :]
        if word.startswith(other):
            yield one + word[len(other) :]
