"""The few words the desk understands by itself while a person is asked for or holds the conversation."""

from __future__ import annotations

import re

from bot.vietnamese.folding import words

_POLITE = r"(?:(?:da|vang|thoi|xin|cho|toi|em|minh|con|anh|chi|ban|nhe|nha|a|ah|ok|oke|di|giup|luon|voi|muon) )*"
_TAIL = r"(?: (?:nhe|nha|a|ah|di|voi|luon|cam on|cam on nhe|day|roi|toi|em|ad|ban|anh|chi))*"


def _whole(*phrases: str) -> re.Pattern[str]:
    return re.compile(f"{_POLITE}(?:{'|'.join(phrases)}){_TAIL}")


_END = _whole(
    r"ket thuc(?: (?:tro chuyen|cuoc tro chuyen|chat|hoi thoai))?",
    r"quay (?:lai|ve) (?:voi )?(?:bot|tro ly|chatbot|may)",
    r"(?:ve|tro ve|tro lai) (?:bot|tro ly|chatbot)",
    r"ketthuc",
    r"het roi",
)
_CANCEL = _whole(
    r"huy(?: (?:bo|yeu cau|cho|gap can bo|yeu cau gap can bo))?",
    r"khong (?:can |muon )?(?:cho|doi|gap(?: can bo)?)(?: nua)?",
    r"thoi (?:khong (?:can|cho|gap) (?:nua)?|khoi)",
    r"khoi (?:can|cho|gap)(?: nua)?",
    r"bo qua",
)
_PLACE = _whole(
    r"(?:con |phai |cho )*bao lau(?: nua)?(?: (?:moi|thi|den luot|co can bo|gap duoc|den toi))*(?: .{0,20})?",
    r"(?:toi |em )?(?:dang )?(?:dung |xep |o )?(?:thu may|vi tri (?:thu )?may|so may)",
    r"(?:con )?may nguoi(?: nua)?(?: .{0,12})?",
    r"den luot (?:toi |em |minh )?chua",
    r"sao (?:lau|cho lau) (?:the|vay|qua)",
)
_YES = _whole(
    r"dong y", r"co", r"duoc", r"vang", r"da", r"u", r"uh", r"uhm", r"ok", r"oke", r"okay", r"yes",
    r"dong y chuyen",    r"chuyen (?:di|giup|ngay)", r"dung(?: roi)?", r"dc", r"duoc chu", r"co chu", r"tat nhien",
)  # fmt: skip
_NO = _whole(
    r"khong", r"ko", r"k", r"hong", r"khong dong y", r"khong can", r"thoi", r"no", r"khoi", r"khong can nua",
    r"khong muon", r"de sau",
)  # fmt: skip
_HERE = _whole(
    r"(?:tra loi )?(?:ngay )?(?:tai|o) day", r"nhan (?:tin )?(?:tai|o|vao) day", r"khong co (?:so )?dien thoai"
)
_EMERGENCY = re.compile(
    r"\b(?:chay (?:nha|roi|lon|to|o|can ho|xe|cho|rung)|dang chay|bi chay|hoa hoan|cuu (?:toi|voi|hoa|em)|cap cuu|"
    r"(?:dang )?bi (?:danh|dam|chem|bao hanh|hanh hung|cuop|bat coc|xam hai|hiep)|danh (?:toi|vo|con|nguoi)|"
    r"danh nhau|tu (?:tu|sat)|muon chet|ngat xiu|bat tinh|tai nan|duoi nuoc|ngo doc|dot quy|giet (?:toi|nguoi))\b"
)
_NOT_EMERGENCY = re.compile(r"\b(?:giay chung tu|thu tuc|ho so|giay phep|phong chay|bao hiem|che do|le phi)\b")
_REMARK = re.compile(r"\s*g[oó]p\s+[yý]\s*[:,.\-–]?\s*", re.IGNORECASE)


def ends(text: str) -> bool:
    """Say whether a citizen wants to end the talk with the officer."""
    return _END.fullmatch(words(text)) is not None


def cancels(text: str) -> bool:
    """Say whether a citizen no longer wants to wait."""
    return _CANCEL.fullmatch(words(text)) is not None


def asks_place(text: str) -> bool:
    """Say whether a waiting citizen asks how long it takes."""
    return _PLACE.fullmatch(words(text)) is not None


def agrees(text: str) -> bool:
    """Say whether the answer to a question is yes."""
    return _YES.fullmatch(words(text)) is not None


def refuses(text: str) -> bool:
    """Say whether the answer to a question is no."""
    return _NO.fullmatch(words(text)) is not None


def wants_it_here(text: str) -> bool:
    """Say whether a citizen wants the answer in the chat."""
    return _HERE.fullmatch(words(text)) is not None


def is_emergency(text: str) -> bool:
    """Say whether somebody is in danger now, rather than asking about papers."""
    said = words(text)
    return _EMERGENCY.search(said) is not None and _NOT_EMERGENCY.search(said) is None


def remark(text: str) -> str | None:
    """Return what stands behind "góp ý", or None."""
    found = _REMARK.match(text)
    rest = text[found.end() :].strip() if found else ""
    return rest or None
