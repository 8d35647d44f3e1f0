"""Telegram's HTML, as strictly as the server reads it."""

from __future__ import annotations

import re
from html import unescape

_TAG = re.compile(r"<(/?)([a-zA-Z-]+)((?:\s[^<>]*)?)>|<|&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);)")
ALLOWED = {
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "a",
    "code",
    "pre",
    "blockquote",
    "tg-spoiler",
}


class BadMarkup(ValueError):
    """The server cannot parse the entities."""


def visible_text(html: str) -> str:
    """Return the text that remains after parsing.

    Raises:
        BadMarkup: A tag is unknown, unbalanced, or a `<` or `&` is not escaped.
    """
    pieces: list[str] = []
    open_tags: list[str] = []
    position = 0
    for found in _TAG.finditer(html):
        pieces.append(html[position : found.start()])
        position = found.end()
        closing, tag = found[1], (found[2] or "").lower()
        if found[0].startswith("&"):
            # A lone ampersand is left as it is.
            pieces.append(found[0])
        elif not tag or tag not in ALLOWED:
            raise BadMarkup(f'unsupported start tag "{tag}" at byte offset {len(html[: found.start()].encode())}')
        elif not closing:
            open_tags.append(tag)
        elif not open_tags or open_tags.pop() != tag:
            raise BadMarkup("unmatched end tag")
    if open_tags:
        raise BadMarkup(f'can\'t find end tag corresponding to start tag "{open_tags[-1]}"')
    return unescape("".join((*pieces, html[position:])))
