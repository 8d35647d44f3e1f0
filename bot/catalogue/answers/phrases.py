"""Small pieces of sentences that several answers share."""

from __future__ import annotations

from collections.abc import Iterable

from bot.catalogue.facts import Channel
from bot.catalogue.model import Case

CHANNELS = {
    Channel.DIRECT: "nộp trực tiếp",
    Channel.ONLINE: "nộp trực tuyến",
    Channel.POST: "nộp qua bưu chính",
}
LONGEST_LIST = 8
"""Items shown before “xem thêm”."""


def sentence(text: str) -> str:
    """Return text with a capital first letter and a full stop."""
    text = text.strip()
    ended = text if text.endswith((".", "!", "?", ":")) else f"{text}."
    return ended[:1].upper() + ended[1:]


def lower_first(text: str) -> str:
    """Return text with a small first letter, unless it begins with an abbreviation or a name."""
    if len(text) > 1 and (text[1].isupper() or text[1].isdigit()):
        return text
    first = text.split(maxsplit=1)[0]
    return text if first in {"Việt", "Quảng", "Nhà", "Bộ", "Công"} else text[:1].lower() + text[1:]


def bullets(items: Iterable[str]) -> str:
    """Return items as lines with bullets."""
    return "\n".join(f"• {item}" for item in items)


def by_channels(channels: Iterable[Channel]) -> str:
    """Return `nộp trực tuyến, nộp qua bưu chính`."""
    return ", ".join(CHANNELS[channel] for channel in channels)


def case_title(case: Case) -> str:
    """Return the name of a case with its condition."""
    return f"{case.name} ({case.when})" if case.when and case.when.lower() not in case.name.lower() else case.name


def joined(items: Iterable[str], last: str = " và ") -> str:
    """Return `a, b và c`."""
    listed = list(items)
    return last.join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else "".join(listed)
