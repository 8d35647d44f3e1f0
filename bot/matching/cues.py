"""Cue phrases: what a question asks about, whatever the words between.

"nhập khẩu cho con theo mẹ nộp online thì mất mấy đồng" shares few terms with other questions about
fees, but its cue does. Two columns for each cue say whether it occurs, and whether the message ends
with it, where Vietnamese questions have their focus. The models weigh them like any other term.
"""

from __future__ import annotations

import re

WEIGHT = 0.3
"""Value of a cue beside blocks of length 1."""
TAIL = 14
"""Characters before the end within which a cue counts as final."""

_HOW_MANY = r"(?:bao nhieu|may|bao|nhieu)"
_PATTERNS = {
    "fee": (
        rf"\b(?:{_HOW_MANY}|het|mat|ton|nop)\b.{{0,12}}\b(?:tien|dong|nghin|ngan|tram|trieu|xu)\b"
        r"|\b(?:le phi|phi|chi phi|gia|mien phi|ton kem|tien nong)\b|\b(?:het|mat) bao nhieu\b"
    ),
    "duration": (
        rf"\b{_HOW_MANY}\b.{{0,4}}\b(?:lau|ngay|hom|bua|thang|tuan|tieng|gio)\b"
        r"|\b(?:bao gio|khi nao|chung nao|lau khong)\b.{0,12}\b(?:co|xong|duoc|lay|nhan|tra|ra)\b"
        r"|\bthoi gian\b|\bbao lau\b"
    ),
    "where": (
        r"\b(?:o dau|cho nao|noi nao|cho ai|ra dau|den dau|di dau|co quan nao|phong nao|cap nao"
        r"|ben nao|gap ai|nop ai|xin ai|dau)\b"
    ),
    "documents": (
        r"\b(?:can|mang|cam|dem|nop|chuan bi|gom|them)\b.{0,14}\b(?:gi|giay nao)\b"
        r"|\b(?:giay gi|giay to gi|ho so gom|giay to nao|giay nao)\b"
    ),
    "form": (
        r"\b(?:mau|don|to khai|bieu mau|phieu|phu luc)\b.{0,14}\b(?:nao|so may|dau|gi)\b"
        r"|\b(?:tai mau|xin mau|mau don|mau so)\b"
    ),
    "legal_basis": r"\b(?:luat|nghi dinh|thong tu|can cu|quy dinh nao|dieu nao|van ban nao)\b",
    "deadline": (
        rf"\b(?:trong|truoc|han|phai)\b.{{0,20}}\b{_HOW_MANY} (?:ngay|lau|tieng|gio|hom)\b"
        r"|\b(?:qua han|tre han|han chot|bi phat|co phat|muon qua|tre co|phat khong)\b"
    ),
    "authorization": (
        r"\b(?:thay|ho|uy quyen|nho|dai dien|gium|giup)\b.{0,20}\b(?:duoc|khong)\b|\buy quyen\b"
        r"|\b(?:di thay|lam thay|nop ho|lam ho|nop thay|xin ho)\b"
    ),
    "conditions": (
        r"\b(?:co duoc|duoc khong|co phai|bat buoc|dieu kien|ai duoc|truong hop nao|may tuoi"
        r"|bao nhieu tuoi)\b"
    ),
    "how": (
        r"\b(?:lam sao|cach|cac buoc|trinh tu|online|truc tuyen|tren mang|qua mang|buu dien"
        r"|the nao|kieu gi|ra sao)\b"
    ),
    "result": (
        r"\bduoc (?:cap|nhan|lay) (?:gi|nhung gi|giay gi)\b"
        r"|\b(?:gia tri|hieu luc|han bao lau|dung duoc bao lau|duoc gi|thoi han su dung)\b"
    ),
}
_CUES = [re.compile(pattern) for pattern in _PATTERNS.values()]
COLUMNS = 2 * len(_CUES)


def cue_columns(stripped: str) -> list[int]:
    """Return the columns that hold, 0 to `COLUMNS - 1`, of a text without diacritics."""
    columns: list[int] = []
    for number, cue in enumerate(_CUES):
        end = -1
        for found in cue.finditer(stripped):
            end = found.end()
        if end >= 0:
            columns.append(2 * number)
            if end >= len(stripped) - TAIL:
                columns.append(2 * number + 1)
    return columns
