"""Cutting a long text for a platform: at paragraphs, then sentences, then words."""

from __future__ import annotations

import re

from bot.channels.texts import utf16_length

ENDS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…;])\s+(?=\S)"),
    re.compile(r"\s+"),
)
"""Where a text may be cut, the best places first."""
FULL_ENOUGH = 0.4
"""A better place is only taken when the part before it is not much shorter than it could be."""


def split_text(text: str, limit: int) -> list[str]:
    """Return the parts of a text, none longer than `limit` UTF-16 units, none empty.

    A part ends with a paragraph, a line, a sentence or a word, in this order of preference; only a
    word longer than the limit is cut inside.

    Args:
        text: Any text.
        limit: UTF-16 units, at least 2; the unit in which Telegram and browsers count.
    """
    parts = []
    rest = text.strip()
    while utf16_length(rest) > limit:
        cut = _cut(rest, _fitting(rest, limit))
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        parts.append(rest)
    return parts


def shorten(text: str, limit: int) -> str:
    """Return a title of at most `limit` (3 or more) UTF-16 units, cut at a word, with an ellipsis when cut."""
    text = " ".join(text.split())
    if utf16_length(text) <= limit:
        return text
    fitting = text[: _fitting(text, limit - 1)]
    words, _, _ = fitting.rpartition(" ")
    kept = words if len(words) >= len(fitting) * FULL_ENOUGH else fitting
    return kept.rstrip(" ,;:.–-(") + "…"


def _fitting(text: str, limit: int) -> int:
    """Return how many characters fit into `limit` units."""
    if text.isascii():
        return limit
    units = 0
    for index, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > limit:
            return max(index, 1)
    return len(text)


def _cut(text: str, most: int) -> int:
    for ends in ENDS:
        # One character more may be the blank behind a part that fits exactly.
        places = [found.start() for found in ends.finditer(text, 0, most + 1) if found.start() > 0]
        if places and places[-1] >= most * FULL_ENOUGH:
            return places[-1]
    places = [found.start() for found in ENDS[-1].finditer(text, 0, most + 1) if found.start() > 0]
    return places[-1] if places else most
