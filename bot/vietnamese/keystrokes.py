"""Telex and VNI keystrokes that the keyboard did not turn into letters: "dduwowngf", "d9u7o7ng2".

A syllable is looked up by its plain letters, its marks and its tone, in whatever order the keys came
("dangd", "truongw"). Only what cannot be a word otherwise is touched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from bot.vietnamese.folding import strip_marks
from bot.vietnamese.syllables import ACCENTED, is_syllable

_FOREIGN = """
as is us if his car card cost reset box tax test gas bar moto oto momo down list bus sex les max how lost air
dad ans eps plus always visa taxi fax sim form file web app sms pos atm
"""
KEPT = frozenset(_FOREIGN.split())
"""English and words of the domain that would decode to something."""
FEWEST_VNI = 2
"""Tokens of a message that must decode before VNI is believed: "a1", "b2" are driving licences."""
SHORT = 2
"""Tokens of this length decode only beside as many longer ones."""

Key = tuple[str, frozenset[str], str]
"""Plain letters, marks and tone of a syllable; marks and tone as combining characters, đ as a bar."""

_CIRCUMFLEX, _HORN, _BREVE, _BAR = "\u0302", "\u031b", "\u0306", "\u0335"
_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VNI_MARKS = {"6": _CIRCUMFLEX, "7": _HORN, "8": _BREVE, "9": _BAR}
_TELEX = re.compile(r"[a-z]{2,10}")
_VNI = re.compile(r"(?=.*[1-9])[a-z][a-z1-9]{1,10}")
_VOWEL = re.compile(r"[aeiouyw]")


def decode(tokens: Sequence[str]) -> list[str]:
    """Return the tokens of a message with undecoded keystrokes as the letters meant.

    Args:
        tokens: Lower-case tokens of one message.
    """
    odd = [token for token in tokens if len(token) >= SHORT and token.isascii() and not is_syllable(token)]
    if not odd:
        return list(tokens)
    found = {token: word for token in odd if (word := telex_syllable(token))}
    if sum(len(token) > SHORT for token in found) < SHORT:
        found = {token: word for token, word in found.items() if len(token) > SHORT}
    vni = {token: word for token in odd if len(token) > SHORT and (word := vni_syllable(token))}
    if len(vni) >= FEWEST_VNI:
        found |= vni
    return [found.get(token, token) for token in tokens]


@lru_cache(maxsize=4096)
def telex_syllable(token: str) -> str | None:
    """Return the syllable that a Telex typist meant, or None when the token is or can be something else."""
    if not _TELEX.fullmatch(token) or token in KEPT or is_syllable(token):
        return None
    known = _syllables()
    return next((known[key] for key in _telex_readings(token) if key in known), None)


@lru_cache(maxsize=4096)
def vni_syllable(token: str) -> str | None:
    """Return the syllable that a VNI typist meant, or None."""
    if not _VNI.fullmatch(token):
        return None
    tones = [_VNI_TONES[key] for key in token if key in _VNI_TONES]
    marks = frozenset(_VNI_MARKS[key] for key in token if key in _VNI_MARKS)
    letters = "".join(key for key in token if key.isalpha())
    return _syllables().get((letters, marks, tones[0] if tones else "")) if len(tones) < 2 else None


def _telex_readings(token: str) -> Iterator[Key]:
    """Yield what the keys may mean, the last possible tone key first."""
    vowel = _VOWEL.search(token)
    for place in range(len(token) - 1, vowel.start() if vowel else 0, -1):
        if token[place] in _TELEX_TONES:
            yield from _marked(token[:place] + token[place + 1 :], _TELEX_TONES[token[place]])
    yield from _marked(token, "")


def _marked(keys: str, tone: str) -> Iterator[Key]:
    """Yield the readings of doubled letters and of w."""
    marks: set[str] = set()
    letters = keys
    if letters.startswith("d") and "d" in letters[1:]:
        letters = "d" + letters[1:].replace("d", "", 1)
        marks.add(_BAR)
    for vowel in "aeo":
        if letters.count(vowel) == 2:
            first = letters.index(vowel) + 1
            letters = letters[:first] + letters[first:].replace(vowel, "", 1)
            marks.add(_CIRCUMFLEX)
    if "w" not in letters:
        yield letters, frozenset(marks), tone
        return
    bare = letters.replace("w", "")
    for mark in (_HORN, _BREVE):
        yield bare, frozenset(marks | {mark}), tone
    yield letters.replace("w", "u", 1), frozenset(marks | {_HORN}), tone


@cache
def _syllables() -> dict[Key, str]:
    """Return all syllables by their keys; built when the first odd token comes."""
    return {_key(syllable): syllable for syllable in sorted(ACCENTED, reverse=True)}


def _key(syllable: str) -> Key:
    signs = {sign for sign in unicodedata.normalize("NFD", syllable) if unicodedata.combining(sign)}
    tone = signs & set(_TELEX_TONES.values())
    marks = (signs - tone) | ({_BAR} if "đ" in syllable else set())
    return strip_marks(syllable), frozenset(marks), "".join(tone)
