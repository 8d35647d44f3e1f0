"""Normalising a message once: tokens with offsets, and the two forms models compare.

The original text is never changed: every token keeps its start and end in it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.vietnamese.abbreviations import AMBIGUOUS_WHEN_BARE, expand
from bot.vietnamese.folding import strip_marks
from bot.vietnamese.keystrokes import decode
from bot.vietnamese.syllables import is_syllable
from bot.vietnamese.underthesea_rules import normalize_token

VERSION = 2
"""Raise when the rules change, so that no model trained under old rules is served."""

TOKEN = re.compile(
    r"""
    \d+(?:[.,/:-]\d+)+(?:/[\w-]+)*     # codes, amounts, dates, law numbers
    | \w+(?:-\w*\d[\w-]*)+             # A-12, xe 14A-123
    | \w+
    """,
    re.VERBOSE,
)
_SOUNDS = {"f": ("ph",), "w": ("qu",), "j": ("gi", "g"), "z": ("d", "gi", "v")}
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One token: where it stands in the text, and its normal form."""

    start: int
    end: int
    form: str
    """Lower case, one tone style, abbreviation expanded; may hold several syllables."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """A message in the forms that tokenizer, features and linker share."""

    text: str
    pieces: tuple[Piece, ...]
    accented: str
    stripped: str


def clean(text: str) -> str:
    """Return `text` in NFC without invisible and control characters; line breaks become blanks.

    This is the form that is stored, and to which offsets refer.
    """
    # First out with the invisible: one between a letter and its mark would keep them apart.
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return _CONTROL.sub(" ", text.replace("\u00a0", " ").replace("\n", " ").replace("\t", " "))


def normalise(text: str) -> Normalised:
    """Return the normal forms of a cleaned text.

    Args:
        text: NFC, as `clean` gives it.
    """
    return _remembered(text)


def remember(messages: int) -> None:
    """Remember so many messages from now on: training meets each of its texts again at every step."""
    global _remembered
    _remembered = lru_cache(maxsize=messages)(normalise_once)


def normalise_once(text: str) -> Normalised:
    """Return the normal forms of a cleaned text that will not come again."""
    found = list(TOKEN.finditer(text))
    tokens = [match.group().lower() for match in found]
    # Abbreviations come first: "bjo" is no Telex.
    typed = decode([token if expand(token) is None else "" for token in tokens])
    pieces = tuple(
        Piece(match.start(), match.end(), _form(word or token, text, match))
        for match, token, word in zip(found, tokens, typed, strict=True)
    )
    accented = " ".join(piece.form for piece in pieces)
    return Normalised(text, pieces, accented, strip_marks(accented))


_remembered = lru_cache(maxsize=512)(normalise_once)


def _form(token: str, text: str, found: re.Match[str]) -> str:
    form, abbreviation = _known_form(token)
    return abbreviation if abbreviation in AMBIGUOUS_WHEN_BARE and _beside_number(text, found) else form


@lru_cache(maxsize=4096)
def _known_form(token: str) -> tuple[str, str]:
    """Return the normal form of a token, and the abbreviation that was written or ""."""
    if token.isalpha():
        token = normalize_token(token).lower().replace("ð", "đ")
    full = expand(token)
    return (_by_sound(token), "") if full is None else (full, token)


def _by_sound(token: str) -> str:
    """Return the syllable for chat spelling by sound ("fải", "wá", "jờ"), where the token itself is none."""
    for sign, spellings in _SOUNDS.items():
        if token.startswith(sign) and not is_syllable(token):
            for spelling in spellings:
                if is_syllable(word := spelling + token[len(sign) :]):
                    return word
    return token


def _beside_number(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - 2) : found.start()].strip()
    after = text[found.end() : found.end() + 2].strip()
    return bool(before and (before[-1].isdigit() or before[-1] == "-")) or bool(
        after and (after[0].isdigit() or after[0] == "-")
    )
