"""How a reply looks in Telegram: HTML with everything escaped, short parts, one button a row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from bot.channels.splitting import shorten, split_text
from bot.channels.telegram.parse import CALLBACK_MARK
from bot.channels.texts import utf16_length

MOST_UNITS = 4_000
"""Telegram takes 4,096 UTF-16 units after entity parsing; a margin for what it counts otherwise."""
MOST_CAPTION_UNITS = 1_000
"""Telegram takes 1,024."""
MOST_ROWS = 8
TITLE_UNITS = 40
MOST_BYTES = 64
"""Telegram's limit for the data of a button."""
_TITLE_LINE_UNITS = 120
_SOURCE = re.compile(r"Nguồn: ([^\n]{1,200})\n(https://[^\s<>\"]{1,500})")


@dataclass(frozen=True, slots=True)
class TelegramPart:
    """One message of the Bot API."""

    html: str
    plain: str
    buttons: tuple[tuple[str, str], ...] = ()
    """Title and data of each button, one a row."""
    file: OutgoingFile | None = None
    """Goes with it; the text is its caption then."""


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file of an officer."""

    name: str
    content: bytes
    is_picture: bool


def render(body: Mapping[str, Any], author: str = "bot") -> list[TelegramPart]:
    """Return the messages for a stored reply; the buttons hang on the last one.

    Args:
        body: The reply as `Reply.stored` made it.
        author: `bot`, `officer` or `system`; officers are named, so that nobody takes them for a machine.
    """
    text = str(body["text"]).strip() or "…"
    texts = split_text(text, MOST_UNITS)
    has_title = body.get("outcome") == "answer" and author == "bot"
    keyboard = tuple(
        (shorten(button["title"], TITLE_UNITS), _data(button["id"])) for button in body["buttons"][:MOST_ROWS]
    )
    parts = []
    for number, part in enumerate(texts):
        html = _html(part, has_title=has_title and number == 0)
        if author == "officer" and number == 0:
            html, part = f"<b>Cán bộ:</b> {html}", f"Cán bộ: {part}"
        parts.append(TelegramPart(html, part, keyboard if number + 1 == len(texts) else ()))
    return parts


def with_file(parts: list[TelegramPart], file: OutgoingFile) -> list[TelegramPart]:
    """Return the parts of a reply with a file: as caption of its text, or before it when that is long."""
    if len(parts) == 1 and utf16_length(parts[0].plain) <= MOST_CAPTION_UNITS:
        return [replace(parts[0], file=file)]
    return [TelegramPart("", "", file=file), *parts]


def _data(choice_id: str) -> str:
    data = f"{CALLBACK_MARK}{choice_id}"
    if len(data.encode()) > MOST_BYTES:
        raise ValueError("the id of a button is too long for Telegram")
    return data


def _html(text: str, *, has_title: bool) -> str:
    first, newline, rest = text.partition("\n")
    if has_title and rest and len(first) <= _TITLE_LINE_UNITS and not first.endswith((".", "?", "!", ":")):
        return f"<b>{escape(first, quote=False)}</b>{newline}{_linked(rest)}"
    return _linked(text)


def _linked(text: str) -> str:
    """Escape a text, with the address of a source put behind its name."""
    pieces, position = [], 0
    for found in _SOURCE.finditer(text):
        name, comma, date = found[1].partition(",")
        pieces.append(escape(text[position : found.start()], quote=False))
        link = f'<a href="{escape(found[2])}">{escape(name, quote=False)}</a>'
        pieces.append(f"Nguồn: {link}{comma}{escape(date, quote=False)}")
        position = found.end()
    return "".join((*pieces, escape(text[position:], quote=False)))
