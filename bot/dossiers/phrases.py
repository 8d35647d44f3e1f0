"""How people ask for notices, say yes and no, and come back to a dossier; all without diacritics."""

from __future__ import annotations

import re


def _any(*phrases: str) -> str:
    return "(?:" + "|".join(phrases) + ")"


_DOSSIER = _any("ho so", "hs", "hso", "giay hen", "bien nhan", "don")
_ME = _any("toi", "em", "minh", "tui", "tao", "chau", "con", "bac", "co", "chu", "e", "mk", "mik", "anh", "chi")
_TELL = _any("bao", "nhac", "nhan tin", "nhan", "thong bao", "alo", "goi", "hu")
_TELLING = rf"{_TELL}(?: (?:tin|giup|ho|lai|cho|gium|dum|voi))*"
_WHEN = _any("khi nao", "khi", "neu", "luc nao", "luc", "bao gio", "ngay khi", "moi khi", "hom nao")
_EVENT = _any(
    "ho so", "hs", "hso", "ket qua", "kq", "xong", "thay doi", "tra", "duoc duyet", "bo sung", "tien do",
    "trang thai", "cap nhat",
)  # fmt: skip
_OFF = _any("dung co", "dung", "ngung", "huy", "tat", "bo", "thoi", "khong can", "khong muon", "khoi")
_SOFT = _any(
    "di", "nhe", "nha", "a", "giup", "het", "ho so", "hs", "tat ca", "toi", "cho toi", "em", "cho em", "minh",
    "nua", "lai", "tin", "khong", "can", "voi", "ma", "nay", "do", "thong bao", "theo doi",
)  # fmt: skip

LIST = re.compile(
    rf"\b{_any('dang', 'da')} (?:theo doi|dang ky theo doi|nhan tin bao)(?: (?:nhung|cac|may))? (?:ho so|hs|ma|gi)"
    r"|\bdanh sach (?:cac )?(?:ho so )?(?:dang )?theo doi"
    rf"|\b(?:cac|nhung|may) (?:ho so|hs) (?:{_ME} )?(?:dang |da )?(?:duoc )?(?:theo doi|bao tin|nhac)"
    r"|\btheo doi nhung (?:gi|ho so nao)"
)
STOP = re.compile(
    rf"^{_OFF} (?:bao|nhac|theo doi|thong bao|nhan tin)(?: {_SOFT})*$"
    rf"|\b{_OFF}(?: (?:gui|nhan|can|phai|viec|dang ky|bao|nhac))* (?:theo doi|thong bao|bao tin|nhac)\b"
    r".*\b(?:ho so|hs|ma|nua|h49)"
    rf"|\b{_OFF} (?:bao|nhac)(?: (?:toi|em|minh|ve|cho|tin))* (?:ho so|hs)"
)
EVERYTHING = re.compile(r"\b(?:tat ca|het|toan bo|moi ho so)\b")
WATCH = re.compile(
    rf"\b{_TELLING}(?: {_ME})?(?: (?:biet|tin|nhe|voi|ngay|di))* {_WHEN}\b(?=.*\b{_EVENT}\b)"
    rf"|\b{_WHEN}\b.{{0,40}}\b(?:ket qua|kq|xong|thay doi|tien trien)\b.{{0,15}}"
    rf"\b{_TELLING}(?: (?:{_ME}|nhe|nha|voi))+"
    rf"|\b(?:dang ky|muon|xin|bat|can|cho)(?: {_ME})? (?:nhan )?(?:thong bao|theo doi|tin bao)\b"
    r".*\b(?:ho so|hs|ma|ket qua)\b"
    rf"|\btheo doi (?:giup |ho |gium )?(?:{_ME} )?(?:ho so|hs|ma)\b"
    rf"|\b(?:co ket qua|co kq|co thay doi|xong)(?: thi| roi)? {_TELLING} (?:{_ME}|nhe|nha|tin)\b"
)
AGAIN = re.compile(
    rf"\b(?:{_DOSSIER}|ma)(?: ho so| so)?(?: (?:cua )?{_ME})?(?: (?:cai|ma))?"
    r" (?:luc nay|vua nay|hoi nay|ban nay|khi nay|vua roi|vua tra|vua hoi|tren|do|ay|nay)"
    r"(?: (?:gio|thi|la|the))* (?:sao|the nao|den dau|toi dau|xong|ra sao|co gi|co ket qua|da|duoc chua)\b"
)
YES = re.compile(
    _any(
        "da",
        "vang",
        "u",
        "uh",
        "uhm",
        "ok",
        "oke",
        "okie",
        "okay",
        "co",
        "dong y",
        "duoc",
        "yes",
        "dc",
        "nhat tri",
    )
    + rf"(?: (?:a|ah|nhe|nha|luon|roi|{_ME}|dong y|co|vang|bao|di|giup|voi|cam on))*"
)
NO = re.compile(
    _any("khong", "ko", "k", "thoi", "khoi", "no", "chua")
    + r"(?: (?:can|dau|a|nhe|nha|cam on|muon|dong y|thoi|phien|em|toi|khong))*"
)
ANNOUNCES_PROOF = re.compile(r"\b(?:so cuoi|so duoi|pin|ma bi mat|ma xac nhan)\b")
BARE_NUMBER = re.compile(
    r"(?<![\w./\-])(?<!năm )(?<!nam )(?<!sinh )[0-9]{4,8}"
    r"(?![\w/\-]|[.,][0-9]| ?(?:đồng|dong|đ\b|vnd|m2))",
    re.IGNORECASE,
)
NAMES_DOSSIER = re.compile(rf"\b(?:{_DOSSIER}|ma|h49|tra cuu|tra)\b")
