"""How a reply looks in Zalo: plain text, at most five buttons, or a numbered list instead of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.splitting import shorten, split_text
from bot.channels.zalo.parse import BUTTON_MARK

MOST_UNITS = 1_900
"""Zalo takes 2,000 characters and does not say how it counts; UTF-16 units are the strictest way."""
MOST_BUTTONS, TITLE_UNITS = 5, 100


MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file of an officer that is uploaded before it is sent."""

    name: str
    content: bytes
    media_type: str
    is_picture: bool


def upload_kind(kind: str, size: int) -> str | None:
    """Return how Zalo takes a file, `image` or `file`, or None when it does not."""
    if kind in {"jpeg", "png"} and size <= MEGABYTE:
        return "image"
    return "file" if kind == "pdf" and size <= 5 * MEGABYTE else None


@dataclass(frozen=True, slots=True)
class ZaloPart:
    """One message of `message/cs`."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    """Title and payload."""
    file: OutgoingFile | None = None
    """Is uploaded first; a message with a file has no text."""

    def message(self) -> dict[str, Any]:
        """Return the JSON of the message; buttons go without a `template_type`, or Zalo refuses them."""
        message: dict[str, Any] = {"text": self.text}
        if self.buttons:
            shown = [
                {"title": title, "type": "oa.query.hide", "payload": payload} for title, payload in self.buttons
            ]
            message["attachment"] = {"type": "template", "payload": {"buttons": shown}}
        return message


def render(body: Mapping[str, Any], author: str = "bot", *, has_buttons: bool = True) -> list[ZaloPart]:
    """Return the messages for a stored reply; the buttons hang on the last one.

    Args:
        body: The reply as `Reply.stored` made it.
        author: `bot`, `officer` or `system`; officers are named.
        has_buttons: False where the package of the OA forbids them: they become a numbered list,
            and the number typed chooses.
    """
    text = unicodedata.normalize("NFC", str(body["text"]).strip()) or "…"
    if author == "officer":
        text = f"Cán bộ: {text}"
    titles = [str(button["title"]) for button in body["buttons"]]
    if titles and (not has_buttons or len(titles) > MOST_BUTTONS):
        text = numbered(text, titles)
    texts = split_text(text, MOST_UNITS)
    buttons: tuple[tuple[str, str], ...] = ()
    if has_buttons:
        buttons = tuple(
            (shorten(button["title"], TITLE_UNITS), f"{BUTTON_MARK}{button['id']}")
            for button in body["buttons"][:MOST_BUTTONS]
        )
    return [ZaloPart(part, buttons if number + 1 == len(texts) else ()) for number, part in enumerate(texts)]


def numbered(text: str, titles: Sequence[str]) -> str:
    """Return a text that lists the choices by number, unless it does so already."""
    lines = [f"{number}. {title}" for number, title in enumerate(titles, 1)]
    if all(line in text for line in lines):
        return text
    return "\n".join((text, *lines, "Anh/chị nhắn số để chọn."))
