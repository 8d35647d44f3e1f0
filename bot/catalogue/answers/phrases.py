"""Small pieces of sentences that several answers share."""

from __future__ import annotations

from collections.abc import Iterable

from bot.catalogue.facts import Channel
from bot.catalogue.model import Case

CHANNELS = {
    Channel.DIRECT: "trực tiếp",
    Channel.ONLINE: "trực tuyến",
    Channel.POST: "qua bưu chính",
}
CONDITION_WORDS = (
    "nếu ",
    "khi ",
    "sau khi ",
    "trường hợp ",
    "trừ ",
    "kể từ ",
    "đối với ",
    "với ",
    "cho ",
)
UNSURE = "(cần hỏi lại nơi nộp)"
"""Behind a fact of low certainty."""
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
    """Return `nộp trực tuyến hoặc qua bưu chính`."""
    return "nộp " + joined((CHANNELS[channel] for channel in channels), " hoặc ")


def condition(text: str) -> str:
    """Return a condition that can follow a statement: `nếu phải xác minh`."""
    text = lower_first(text)
    return text if text.startswith(CONDITION_WORDS) else f"nếu {text}"


def case_title(case: Case) -> str:
    """Return the name of a case with its condition."""
    return f"{case.name} ({case.when})" if case.when and case.when.lower() not in case.name.lower() else case.name


def joined(items: Iterable[str], last: str = " và ") -> str:
    """Return `a, b và c`."""
    listed = list(items)
    return last.join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else "".join(listed)
