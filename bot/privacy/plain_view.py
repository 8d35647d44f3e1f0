"""A view of a text in which digits, blanks and dashes have one form, with the way back to the text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u20e3\ufe00-\ufe0f\ufeff"
)
"""For use inside a character class. Holds the key-cap marks too: 0️⃣9️⃣ is typed for fun."""

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_PLAIN = {
    **dict.fromkeys(map(ord, "\t\u00a0\u1680\u202f\u205f\u3000"), " "),
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u00b7\u2022\u2219\u2024\u22c5\u30fb\uff0e\uff61"), "."),
    **dict(zip(map(ord, "\uff08\uff09\uff0b\uff0c\uff3f\uff0f\uff1a"), "()+,_/:", strict=True)),
    **{code: str(unicodedata.digit(chr(code))) for code in (*range(0xFF10, 0xFF1A), *range(0x1D7CE, 0x1D800))},
}
_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")
_PERHAPS_UNUSUAL = re.compile("[\t\u00a0\u00ad\u00b7\u034f\u061c\u115f-\u18ff\u2000-\U0001ffff]")
"""Wider than needed, because few ranges are searched several times faster."""


@dataclass(frozen=True, slots=True)
class PlainView:
    """The text to search in, and where each of its characters stands in the original."""

    text: str
    positions: list[int] | None
    """None while both texts have the same length."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original of a non-empty span of the view."""
        if self.positions is None:
            return start, end
        return self.positions[start], self.positions[end - 1] + 1


def plain_view(text: str) -> PlainView:
    """Return the view of a text: ASCII digits and separators, invisible characters left out.

    Escapes of JSON, as log lines hold them, become letters: their digits belong to no number.
    """
    if "\\u" in text:
        text = _ESCAPE.sub("\\\\uxxxx", text)
    if not _PERHAPS_UNUSUAL.search(text):
        return PlainView(text, None)
    positions = None
    if _INVISIBLE.search(text):
        hidden = {found.start() for found in _INVISIBLE.finditer(text)}
        positions = [index for index in range(len(text)) if index not in hidden]
        text = _INVISIBLE.sub("", text)
    return PlainView(text.translate(_PLAIN), positions)
