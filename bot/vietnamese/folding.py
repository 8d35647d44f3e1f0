"""Folding: the same key for a text with and without diacritics."""

from __future__ import annotations

import re
import unicodedata
import zlib

_MARKS = dict.fromkeys(range(0x0300, 0x0370))
_D = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})
_LETTERS = (*range(0x00C0, 0x0250), *range(0x0300, 0x0370), *range(0x1E00, 0x1F00))
"""Code points of Latin letters with marks, and of marks by themselves."""
_NOT_WORD = re.compile(r"[\W_]+")


def strip_marks(text: str) -> str:
    """Return `text` without tone and vowel marks and with đ as d; same case, same blanks."""
    if text.isascii():
        return text
    bare = text.translate(_BARE)
    return bare if bare.isascii() else _strip(bare)


def _strip(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_MARKS)).translate(_D)


# Nearly all messages are done with after one look-up a letter.
_BARE = {code: _strip(chr(code)) for code in _LETTERS}


def fold(text: str) -> str:
    """Return `text` lower-cased, without marks, blanks collapsed."""
    return " ".join(strip_marks(text.lower()).split())


def words(text: str) -> str:
    """Return the folded text with everything that is not a letter or digit as one blank."""
    return _NOT_WORD.sub(" ", strip_marks(text.lower())).strip()


def number_of(text: str) -> int:
    """Return a number that all spellings of a text share, the same on every machine."""
    return zlib.crc32(words(text).encode())
