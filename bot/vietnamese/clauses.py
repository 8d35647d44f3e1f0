"""Clauses of a message: what is denied ("không phải khai sinh, …"), and matters joined by "và"."""

from __future__ import annotations

import re

from bot.vietnamese.folding import strip_marks

MOST = 3
"""Matters of one message that are looked at."""
FEWEST_WORDS = 2
"""Words of the shortest matter."""

_NO = r"(?:khong|ko|k|hong|hem|kh|khg)"
_END = r"(?=\s*[,.;?!]|\s+(?:ma|chu|y toi|y em)\b|\s*$)"
_DENIALS = tuple(
    re.compile(pattern)
    for pattern in (
        # "tôi cần tách thửa chứ không phải tách hộ"
        rf"\bchu\s+{_NO}\s+(?:phai|hoi|can)\s+.+?{_END}",
        # "không phải khai sinh, tôi hỏi kết hôn"
        rf"^\W*(?:a|u|o|the)?\s*{_NO}\s+phai\s+.+?{_END}",
        # "tôi không hỏi khai sinh"
        rf"\b{_NO}\s+(?:he\s+)?hoi\s+.+?{_END}",
    )
)
_JOINT = re.compile(r"\s+(?:va|voi|cung voi|dong thoi|lan|kem)\s+|\s*[+&]\s*")


def affirmed(text: str) -> str:
    """Return the text without what it denies.

    Args:
        text: NFC, as `clean` gives it.
    """
    folded = strip_marks(text.lower())
    if len(folded) != len(text):
        return text
    for denial in _DENIALS:
        if found := denial.search(folded):
            text = text[: found.start()] + " " + text[found.end() :]
            folded = folded[: found.start()] + " " + folded[found.end() :]
    return text.strip(" ,.;?!") if folded.strip() else text


def matters(text: str) -> tuple[str, ...]:
    """Return the parts of a text that are joined by "và", "với" and the like; one part when there are none."""
    folded = strip_marks(text.lower())
    if len(folded) != len(text):
        return (text,)
    parts: list[str] = []
    start = 0
    for joint in _JOINT.finditer(folded):
        parts.append(text[start : joint.start()])
        start = joint.end()
    parts.append(text[start:])
    parts = [part.strip() for part in parts]
    if len(parts) > MOST or any(len(part.split()) < FEWEST_WORDS for part in parts):
        return (text,)
    return tuple(parts)
