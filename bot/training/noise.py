"""Noise as people type it: one documented set of variants of a clean message, the same for a seed.

`stripped` no diacritics · `half` each syllable loses its marks by chance · `typo` one slip in about ten
letters (insert, delete, swap, neighbouring key) · `teencode` chat spelling · `telex`, `vni` keystrokes
that the keyboard did not turn into letters.
"""

from __future__ import annotations

import random
import re
import unicodedata
import zlib
from collections.abc import Callable
from functools import partial

from bot.vietnamese.abbreviations import SAFE
from bot.vietnamese.folding import strip_marks

_NEIGHBOURS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl",
    "p": "o", "a": "qsz", "s": "adw", "d": "sfe", "f": "dgr", "g": "fht", "h": "gjy", "j": "hku", "k": "jli",
    "l": "ko", "z": "ax", "x": "zcs", "c": "xvd", "v": "cbf", "b": "vng", "n": "bmh", "m": "n",
}  # fmt: skip
_LETTERS = "abcdeghiklmnopqrstuvxy"
_ONE_SLIP_IN = 10
_CHAT_SHARE = 0.6
_TELEX = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j", "\u031b": "w", "\u0306": "w"}
_VNI = {
    "\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5", "\u0302": "6", "\u031b": "7",
    "\u0306": "8",
}  # fmt: skip
_TONES = frozenset("\u0301\u0300\u0309\u0303\u0323")
_WORD = re.compile(r"[^\W\d_]+")


def _half(text: str, chance: random.Random) -> str:
    return _WORD.sub(lambda m: strip_marks(m[0]) if chance.random() < 0.5 else m[0], text)


def _typo(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(text) // _ONE_SLIP_IN)):
        places = [place for place, letter in enumerate(letters) if letter.isalpha()]
        if not places:
            return text
        place = chance.choice(places)
        slip = chance.choice(("insert", "delete", "swap", "neighbour"))
        if slip == "insert":
            letters.insert(place, chance.choice(_LETTERS))
        elif slip == "delete":
            del letters[place]
        elif slip == "swap" and place + 1 < len(letters):
            letters[place : place + 2] = letters[place + 1], letters[place]
        else:
            letters[place] = chance.choice(_NEIGHBOURS.get(strip_marks(letters[place]).lower(), _LETTERS))
    return "".join(letters)


def _teencode(text: str, chance: random.Random) -> str:
    by_full: dict[str, list[str]] = {}
    for short, full in SAFE.items():
        by_full.setdefault(full, []).append(short)
    # Longest first: "đăng ký kết hôn" before "đăng ký".
    for full in sorted(by_full, key=len, reverse=True):
        pattern = re.compile(rf"\b{re.escape(full)}\b", re.IGNORECASE)
        shorts = by_full[full]
        text = pattern.sub(partial(_shortened, shorts=shorts, chance=chance), text)
    return text


def _shortened(match: re.Match[str], shorts: list[str], chance: random.Random) -> str:
    return chance.choice(shorts) if chance.random() < _CHAT_SHARE else match[0]


def _keystrokes(text: str, keys: dict[str, str], bar: str) -> str:
    return _WORD.sub(lambda match: _typed(match[0], keys, bar), text)


def _typed(word: str, keys: dict[str, str], bar: str) -> str:
    typed, tone = "", ""
    for sign in unicodedata.normalize("NFD", word):
        if sign in "đĐ":
            typed += ("D" if sign == "Đ" else "d") + bar
        elif sign in _TONES:
            tone = keys[sign]
        elif sign in keys:
            typed += keys[sign]
        elif sign == "\u0302":
            typed += typed[-1].lower()
        else:
            typed += sign
    return typed + tone


VARIANTS: dict[str, Callable[[str, random.Random], str]] = {
    "clean": lambda text, chance: text,
    "stripped": lambda text, chance: strip_marks(text),
    "half": _half,
    "teencode": _teencode,
    "typo": _typo,
    "telex": lambda text, chance: _keystrokes(text, _TELEX, "d"),
    "vni": lambda text, chance: _keystrokes(text, _VNI, "9"),
}
"""Name → function of text and random numbers."""


def noisy(text: str, variant: str, seed: int = 0) -> str:
    """Return a text as that variant of typing gives it; the same for the same seed.

    Raises:
        KeyError: There is no such variant.
    """
    chance = random.Random(zlib.crc32(f"{seed}{variant}{text}".encode()))  # noqa: S311
    return VARIANTS[variant](unicodedata.normalize("NFC", text), chance)
