"""Putting texts of the portal into one form, and cutting them where a reader would."""

from __future__ import annotations

import html
import re
import unicodedata

NOTHING = frozenset({"", "không có thông tin", "không có", "không", "--", "----", "-", "null"})
"""What the portal writes into an empty field."""

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_BREAK = re.compile(r"(?i)<\s*(?:br|/p|/li|/div|/tr)\b[^<>]*>")
_BULLET = re.compile(r"^(?:[-+*•–—·▪●]+\s*)+")
_GOOD_CUT = re.compile(
    r"(?:[;:,(]|\s[-–]|\s(?:đối với|trong trường hợp|theo|do|của|cho|tại|thuộc|để|và|hoặc|quy định))\s*$"
)


def tidy(text: str) -> str:
    """Return text in NFC without markup and control characters; line breaks stay."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if "&" in text:
        text = html.unescape(text)
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text.replace("\u00a0", " ")))
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def flat(text: str) -> str:
    """Return a tidied text as one line, empty when the portal says that there is nothing."""
    line = " ".join(tidy(text).split())
    return "" if line.lower().rstrip(".") in NOTHING else line


def glued(text: str) -> str:
    """Return text without any blanks, for comparing what the export glued together."""
    return "".join(tidy(text).split())


def without_bullet(text: str) -> str:
    """Return a line without leading dashes, plus signs and dots."""
    return _BULLET.sub("", text).strip()


def cut(text: str, length: int) -> str:
    """Return text of at most `length` characters, cut between words and ended by `…`.

    A bracket that does not fit is left out as a whole; no dangling `của`, `theo` or comma stays.
    """
    if len(text) <= length:
        return text
    head = text[: length - 1].rsplit(" ", 1)[0] or text[: length - 1]
    if head.count("(") > head.count(")") and head.rfind("(") > length // 3:
        head = head[: head.rfind("(")]
    while found := _GOOD_CUT.search(head):
        head = head[: found.start()]
    return head.rstrip(" ,;:-–(") + "…"
