"""Provinces by the first part of a code: H01 to H63 in alphabetical order, with the names since 01/07/2025.

The roots are those of QCVN 102:2016/BTTTT (Thông tư 10/2016/TT-BTTTT), kept by Quyết định 20/2020/QĐ-TTg. Its
appendix itself could not be read; on 24/11/2026 these places of the list were found as written here: H26
Hà Nội, H29 Thành phố Hồ Chí Minh, H55 Thái Nguyên and H38 Lào Cai (addresses of their portals), H30
Hậu Giang (open data of Quảng Bình, after its decision 1220/QĐ-UBND of 2018), H49 Quảng Ninh (its decision
3739/QĐ-UBND of 03/11/2016). An alphabetical list that is right there is not shifted elsewhere, but neighbours
between them rest on the order alone. The names since 01/07/2025 were compared with the 34 of the list of units of
25/07/2026. Codes keep their old root after the mergers, so both names are told.
"""

from __future__ import annotations

_NAMES = (
    "An Giang", "Bắc Giang", "Bắc Kạn", "Bạc Liêu", "Bắc Ninh", "Bà Rịa - Vũng Tàu", "Bến Tre", "Bình Định",
    "Bình Dương", "Bình Phước", "Bình Thuận", "Cà Mau", "Cần Thơ", "Cao Bằng", "Đắk Lắk", "Đắk Nông", "Đà Nẵng",
    "Điện Biên", "Đồng Nai", "Đồng Tháp", "Gia Lai", "Hà Giang", "Hải Dương", "Hải Phòng", "Hà Nam", "Hà Nội",
    "Hà Tĩnh", "Hòa Bình", "Thành phố Hồ Chí Minh", "Hậu Giang", "Hưng Yên", "Khánh Hòa", "Kiên Giang", "Kon Tum",
    "Lai Châu", "Lâm Đồng", "Lạng Sơn", "Lào Cai", "Long An", "Nam Định", "Nghệ An", "Ninh Bình", "Ninh Thuận",
    "Phú Thọ", "Phú Yên", "Quảng Bình", "Quảng Nam", "Quảng Ngãi", "Quảng Ninh", "Quảng Trị", "Sóc Trăng",
    "Sơn La", "Tây Ninh", "Thái Bình", "Thái Nguyên", "Thanh Hóa", "Thừa Thiên Huế", "Tiền Giang", "Trà Vinh",
    "Tuyên Quang", "Vĩnh Long", "Vĩnh Phúc", "Yên Bái",
)  # fmt: skip
_NOW = {
    "Bắc Giang": "Bắc Ninh", "Bắc Kạn": "Thái Nguyên", "Bạc Liêu": "Cà Mau",
    "Bà Rịa - Vũng Tàu": "Thành phố Hồ Chí Minh", "Bến Tre": "Vĩnh Long", "Bình Định": "Gia Lai",
    "Bình Dương": "Thành phố Hồ Chí Minh", "Bình Phước": "Đồng Nai", "Bình Thuận": "Lâm Đồng",
    "Đắk Nông": "Lâm Đồng", "Hà Giang": "Tuyên Quang", "Hải Dương": "Hải Phòng", "Hà Nam": "Ninh Bình",
    "Hòa Bình": "Phú Thọ", "Hậu Giang": "Cần Thơ", "Kiên Giang": "An Giang", "Kon Tum": "Quảng Ngãi",
    "Long An": "Tây Ninh", "Nam Định": "Ninh Bình", "Ninh Thuận": "Khánh Hòa", "Phú Yên": "Đắk Lắk",
    "Quảng Bình": "Quảng Trị", "Quảng Nam": "Đà Nẵng", "Sóc Trăng": "Cần Thơ", "Thái Bình": "Hưng Yên",
    "Thừa Thiên Huế": "Thành phố Huế", "Tiền Giang": "Đồng Tháp", "Trà Vinh": "Vĩnh Long",
    "Vĩnh Phúc": "Phú Thọ", "Yên Bái": "Lào Cai",
}  # fmt: skip


def province_of(root: str) -> str | None:
    """Return whose codes begin with `root`, for example "Yên Bái (nay thuộc Lào Cai)", or None.

    Args:
        root: `H01` to `H63`.
    """
    if not (root.startswith("H") and root[1:].isdecimal() and 1 <= int(root[1:]) <= len(_NAMES)):
        return None
    name = _NAMES[int(root[1:]) - 1]
    now = _NOW.get(name)
    if now is None:
        return name
    return f"{name} (nay là {now})" if name in now or name == "Thừa Thiên Huế" else f"{name} (nay thuộc {now})"
