"""The noun that a short question is about: "hồ sơ thế nào" asks for papers, not for how to do something.

"thế nào", "ra sao" and "sao" ask how by themselves, so a model hears them louder than the noun before them.
"""

from __future__ import annotations

import re

LONGEST = 8
"""Words of a question in which one noun is the whole subject."""

_NOUNS = {
    "documents": r"ho so|giay to",
    "conditions": r"dieu kien|tieu chuan|doi tuong",
    "fee": r"le phi|chi phi|phi|gia ca|tien nong",
    "duration": r"thoi gian|thoi han giai quyet",
    "form": r"mau don|to khai|bieu mau",
}
_BEFORE = r"^(?:(?:a|u|uh|vay|the|con|ve|ma|roi|cho hoi|xin hoi|phan|cai|khoan) )*"
_AFTER = (
    r"(?: \w+){0,3}? (?:thi )?(?:nhu the nao|the nao|nhu nao|ra sao|sao)(?: (?:a|ha|vay|nhi|em|anh|chi|ban))*$"
)
_ALONE = r"(?: thi)?(?: sao)?(?: (?:a|ha|vay|nhi|em|anh|chi|ban))*$"
_QUESTIONS = [
    (aspect, re.compile(f"{_BEFORE}(?:{nouns})(?:{_AFTER}|{_ALONE})")) for aspect, nouns in _NOUNS.items()
]
_WHO_MAY = re.compile(r"\b(?:nhu the nao|the nao|nhu nao|ra sao) (?:thi |la |moi |moi la )+(?:duoc|dat|du)\b")
_STATUS = re.compile(r"\b(?:roi|chua|den dau|toi dau|xong)\b")
"""Of a dossier that is under way."""

_SPAN = r"(?:may|bao nhieu|bao) (?:ngay|hom|bua|tuan|thang|lau|tieng|gio)"
_OFFICE = r"(?:duoc (?:cap|tra|giay|xet|nhan)|cap|xet|tra(?: loi| ket qua)?|giai quyet|co ket qua|xong|kich hoat)"
_OFFICE_TAKES = re.compile(
    rf"\b{_OFFICE} (?:\w+ ){{0,2}}?(?:trong |sau |het |mat )?{_SPAN}"
    rf"|\b{_SPAN} (?:la |thi |moi |se )*(?:{_OFFICE}|co (?:giay|the|so)|duoc (?:lay|the|so)|lay duoc|ra)\b"
)
_MUST = re.compile(r"\b(?:phai|han|muon|cham|tre|qua|truoc)\b")
_AT_LEAST = re.compile(
    r"\b(?:toi thieu|it nhat|toi da|nhieu nhat)(?: la| phai)? (?:bao nhieu|may)\b(?! (?:tien|dong))"
)


def corrected(aspect: str, stripped: str) -> str:
    """Return the aspect that a message asks for, where the model mistakes one of two neighbours for the other.

    "được cấp trong mấy ngày" is how long the office takes, no deadline of the citizen's; "ít nhất mấy cổ
    đông" is a condition, whatever is counted.

    Args:
        aspect: Name of the aspect that the model found.
        stripped: The words of the message without diacritics and punctuation.
    """
    if aspect == "deadline" and _OFFICE_TAKES.search(stripped) and not _MUST.search(stripped):
        return "duration"
    if aspect in {"fee", "overview", "how"} and _AT_LEAST.search(stripped):
        return "conditions"
    return aspect


def topic_of(stripped: str) -> str | None:
    """Return the name of the aspect that the noun of a short question means, or None.

    Args:
        stripped: The words of the message without diacritics and punctuation.
    """
    if len(stripped.split()) > LONGEST or _STATUS.search(stripped):
        return None
    if _WHO_MAY.search(stripped):
        return "conditions"
    return next((aspect for aspect, question in _QUESTIONS if question.search(stripped)), None)
