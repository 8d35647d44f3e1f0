"""Cleaning what people type: one form for one text, nothing invisible, a known length."""

from __future__ import annotations

import unicodedata
from itertools import chain

_KEPT = {"\n", "\t"}
_BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
"""Characters that count as letters or marks but draw nothing."""

# Cc: control. Cf: zero-width, joiners, bidi controls, tags. Cs: halves of pairs.
_REMOVED: dict[int, str | None] = {
    code: None
    # The planes between hold Chinese letters and nothing else.
    for code in chain(range(0x20000), range(0xE0000, 0xE1000))
    if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs"} and chr(code) not in _KEPT
}
_REMOVED |= dict.fromkeys(map(ord, _BLANK_LETTERS))
_REMOVED |= {0x2028: "\n", 0x2029: "\n", ord("\t"): " "}


def clean_text(text: str) -> str:
    """Return `text` in NFC without control, zero-width and bidi characters, trimmed.

    Line breaks stay. A text of which nothing visible remains becomes empty.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Removing first: a zero-width character may stand between a letter and its mark.
    text = unicodedata.normalize("NFC", text.translate(_REMOVED)).strip()
    return text if any(unicodedata.category(char)[0] not in "ZCM" for char in text) else ""


def utf16_length(text: str) -> int:
    """Return the length as browsers and chat platforms count it; an emoji counts 2."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
