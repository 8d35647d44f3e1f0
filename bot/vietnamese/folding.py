"""Folding: the same key for a text with and without diacritics."""

from __future__ import annotations

import re
import unicodedata
import zlib

_MARKS = dict.fromkeys(range(0x0300, 0x0370))
_D = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})
_NOT_WORD = re.compile(r"[\W_]+")


def strip_marks(text: str) -> str:
    """Return `text` without tone and vowel marks and with đ as d; same case, same blanks."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_MARKS)).translate(_D)


def fold(text: str) -> str:
    """Return `text` lower-cased, without marks, blanks collapsed."""
    return " ".join(strip_marks(text.lower()).split())


def words(text: str) -> str:
    """Return the folded text with everything that is not a letter or digit as one blank."""
    return _NOT_WORD.sub(" ", strip_marks(text.lower())).strip()


def number_of(text: str) -> int:
    """Return a number that all spellings of a text share, the same on every machine."""
    return zlib.crc32(words(text).encode())
