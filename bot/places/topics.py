"""What a question about places asks for, read from fixed words."""

from __future__ import annotations

import re

from bot.vietnamese.folding import words

_BODIES = {
    "công an": r"cong an|\bca\b",
    "cơ quan thuế": r"(chi cuc|co quan|cuc|tru so) thue",
    "cơ quan bảo hiểm xã hội": r"(?<!tro )bao hiem xa hoi|\bbhxh\b",
    "văn phòng đăng ký đất đai": r"dang ky dat dai",
    "tổ chức công chứng": r"cong chung",
    "bưu điện": r"buu dien",
    "tòa án": r"toa an",
    "cơ quan quân sự": r"quan su",
    "sở, ngành": r"\bso (tu phap|xay dung|noi vu|y te|tai chinh|cong thuong|nong nghiep)",
    "Ủy ban nhân dân": r"\b(uy ban|ubnd)\b",
}
_BODY = re.compile("|".join(f"(?P<b{number}>{pattern})" for number, pattern in enumerate(_BODIES.values())))
_BODY_NAMES = tuple(_BODIES)
_COUNT = re.compile(
    r"\b(bao nhieu|may|danh sach)( cac| nhung| cua)?( trung tam hanh chinh cong)?( cap)? "
    r"(don vi|xa|phuong|dac khu)\b"
)
_LIST = re.compile(r"\b(danh sach|ke ten|liet ke)\b")
_STATUS = re.compile(
    r"\bthanh pho truc thuoc|\b(len|thanh|la) thanh pho\b( (a|chua|roi|ko|khong|hay|truc)|$)"
    r"|\bcon (la )?tinh\b"
)
_PROVINCE_CENTRE = re.compile(
    r"\b(hanh chinh cong|mot cua|trung tam)( cap| cua)? (tinh|thanh pho( quang ninh)?|quang ninh)"
    r"(?! (ha long|cam pha|uong bi|mong cai|dong trieu))\b"
)
_HOURS = re.compile(
    r"\b(may (gio|h)|gio (lam|hanh chinh|mo|nghi)|mo cua|dong cua|lam viec|lich|nghi|truc|tet|ngay le"
    r"|thu (bay|7)|t7|chu nhat|cn)\b"
)
_PHONE = re.compile(r"\b(dien thoai|sdt|hotline|duong day nong|tong dai|so may)\b")
_PARTS = re.compile(r"\b(gom|nhung (xa|phuong)|khu nao|(xa|phuong) cu nao)\b")


class Topics:
    """The topics of one message."""

    def __init__(self, text: str) -> None:
        self._words = words(text)

    @property
    def body(self) -> str | None:
        """The office asked for, other than the service centre."""
        found = _BODY.search(self._words)
        return _BODY_NAMES[int((found.lastgroup or "b0")[1:])] if found else None

    @property
    def asks_count(self) -> bool:
        """How many units there are."""
        return bool(_COUNT.search(self._words))

    @property
    def asks_list(self) -> bool:
        """Which units there are."""
        return bool(_LIST.search(self._words))

    @property
    def asks_status(self) -> bool:
        """Whether Quảng Ninh is a city now."""
        return bool(_STATUS.search(self._words))

    @property
    def asks_province_centre(self) -> bool:
        """Where the centre of the whole province is."""
        return bool(_PROVINCE_CENTRE.search(self._words))

    @property
    def asks_hours(self) -> bool:
        """When it is open."""
        return bool(_HOURS.search(self._words))

    @property
    def asks_phone(self) -> bool:
        """Under which number it is reached."""
        return bool(_PHONE.search(self._words))

    @property
    def asks_parts(self) -> bool:
        """Of what a unit was made."""
        return bool(_PARTS.search(self._words))
