"""The words around a number that tell what it is: a cue before it, a currency behind it."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto

from bot.privacy.labels import Label
from bot.privacy.spans import Span
from bot.vietnamese.folding import strip_marks

WINDOW = 40
"""Characters before a number in which a cue counts."""


class Cue(Enum):
    """What the words before a number announce."""

    ACCOUNT = auto()
    LOGIN = auto()
    """`tài khoản`, `tk`: a bank account, or the citizen id people log in with."""
    CARD = auto()
    SOCIAL_INSURANCE = auto()
    HEALTH_INSURANCE = auto()
    PASSPORT = auto()
    IDENTITY = auto()
    PHONE = auto()


_WORDS = {
    Cue.ACCOUNT: r"stk|so\s?tk|so\s+tai\s+khoan|tai\s+khoan\s+(?:ngan\s+hang|nh)|tk\s+(?:ngan\s+hang|nh)"
    r"|bank\s+account|account\s+(?:number|no)",
    Cue.HEALTH_INSURANCE: r"bhyt|bao\s+hiem\s+y\s+te|the\s+bao\s+hiem",
    Cue.SOCIAL_INSURANCE: r"bhxh|bhtn|bao\s+hiem",
    Cue.PASSPORT: r"ho\s+chieu|passport",
    Cue.CARD: r"so\s+the|the\s+(?:atm|ngan\s+hang|tin\s+dung|ghi\s+no)|atm|visa|master\s?card|napas",
    Cue.IDENTITY: r"cccd|can\s+cuoc|cmnd|cmtnd|cmt|chung\s+minh(?:\s+(?:thu|nhan\s+dan))?|dinh\s+danh",
    Cue.PHONE: r"sdt|dt|dtdd|dien\s+thoai|di\s+dong|phone|tel|mobile|hotline|zalo|goi|lien\s+he",
    Cue.LOGIN: r"tai\s+khoan|tk|vcb|vietcombank|bidv|agribank|techcombank|vietinbank"
    r"|mb\s?bank|vpbank|acb",
}
_CUE = re.compile(
    "(?<![a-z0-9])(?:" + "|".join(f"(?P<{cue.name}>{words})" for cue, words in _WORDS.items()) + ")(?![a-z])"
)
# "hộ chiếu B1234567 và C1234567": the label of the first is the cue of the second. Only signs that end a
# cluster: a bare comma may stand inside a number.
_LIST = re.compile(r"(?P<label>\[(?:stk|bhxh|bhyt|hochieu)\])\s{0,2}(?:,\s|[;/&]|va|hoac)\s{0,2}(?:so\s{1,2})?$")
_OF_LABEL = {
    Label.ACCOUNT: Cue.ACCOUNT,
    Label.SOCIAL_INSURANCE: Cue.SOCIAL_INSURANCE,
    Label.HEALTH_INSURANCE: Cue.HEALTH_INSURANCE,
    Label.PASSPORT: Cue.PASSPORT,
}

_DIGIT = re.compile(r"\d")
_WORD = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*"
_NEXT_WORD = re.compile(rf"([ ]{{0,2}})({_WORD}|[₫$€])(/c(?![a-z]))?")
_FOLLOWING_SYLLABLE = re.compile(rf"[ ]+({_WORD})")
_CURRENCY_SIGN = re.compile(r"(?:vn[dđ]|usd|eur|[₫$€])[ ]{0,2}$", re.IGNORECASE)
# fmt: off
_CURRENCIES = frozenset({
    "đ", "đồng", "dong", "vnd", "vnđ", "nghìn", "nghin", "ngàn", "ngan", "triệu", "trieu", "tỷ", "tỉ",
    "usd", "đô", "euro", "eur", "₫", "$", "€",
})
_NOT_CURRENCY_BEFORE = {
    "đồng": frozenset({
        "ý", "y", "thời", "chí", "bào", "nai", "tháp", "hới", "văn", "bộ", "hành", "dạng", "loạt",
        "đăng", "khởi", "xoài", "nghiệp", "phú",
    }),
    "dong": frozenset({"y", "thoi", "nai", "thap", "hoi", "van", "trieu", "hung", "phu", "hanh"}),
}
"""đồng ý, đồng chí, Đồng Nai, (typed without marks) Đông Triều: no money, and ids stand before them."""
# fmt: on


def cue_before(view: str, start: int, masked: Span | None, *, past_digits: bool = False) -> Cue | None:
    """Return what the words before `start` announce; the nearest cue wins.

    Args:
        view: The text as `plain_view` gives it.
        start: Where the number begins.
        masked: The last span masked before it. Nothing is read across it, so that a
            text and its masked form are read alike.
        past_digits: Whether other digits may stand between cue and number.
    """
    floor = max(0, start - WINDOW)
    before = masked.label + view[masked.end : start] if masked and masked.end >= floor else view[floor:start]
    before = strip_marks(before.lower())
    if listed := _LIST.search(before):
        return _OF_LABEL[Label(listed["label"].upper())]
    # Labels that stand in the text itself are read like those just set.
    before = before.rpartition("]")[2]
    cues = list(_CUE.finditer(before))
    if not cues or (not past_digits and _DIGIT.search(before, cues[-1].end())):
        return None
    return Cue[str(cues[-1].lastgroup)]


def is_money(view: str, start: int, end: int) -> bool:
    """Return whether a currency stands behind or before the number: `500000 đồng`, `VND 500000`."""
    if _CURRENCY_SIGN.search(view, max(0, start - 6), start):
        return True
    found = _NEXT_WORD.match(view, end)
    if found is None:
        return False
    blank, word, is_address = found.groups()
    word = unicodedata.normalize("NFC", word).lower()
    if word not in _CURRENCIES and not (word == "d" and not blank):
        return False
    if is_address:
        return False
    following = _FOLLOWING_SYLLABLE.match(view, found.end())
    if following is None:
        return True
    syllable = unicodedata.normalize("NFC", following[1]).lower()
    return syllable not in _NOT_CURRENCY_BEFORE.get(word, ())
