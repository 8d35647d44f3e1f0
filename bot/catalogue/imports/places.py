"""Bodies: who decides, unless the page names a district or another province.

The district level ended on 01/07/2025; 25 rows still name it. Some sixty rows name the department of the
province from which the portal took the text (traps 8 and 14 of procedures.md §4).
"""

from __future__ import annotations

import re

from bot.catalogue.imported import Flag, Part
from bot.catalogue.imports.findings import Findings
from bot.catalogue.imports.raw import RawProcedure
from bot.catalogue.imports.wording import flat

DISTRICT = re.compile(
    r"(?i)\b(?:cấp\s+(?:quận|huyện)|(?:ủy ban nhân dân|uỷ ban nhân dân|ubnd|công an|tòa án nhân dân|"
    r"toà án nhân dân|bhxh|bảo hiểm xã hội|chi cục thuế|đội thuế|thanh tra|chủ tịch)\s+(?:nhân dân\s+)?"
    r"(?:quận|huyện|thị xã)|quận,\s*huyện|huyện,\s*(?:quận|thị xã|thành phố)|"
    r"phòng\s+(?:tư pháp|tài chính\s*[-–]|nông nghiệp và|quản lý đô thị|lao động\s*[-–]|tài nguyên))"
)
_DISTRICT_WORDS = ("huyện", "quận", "thị xã", "phòng")
OTHER_PROVINCES = (
    "Hà Nội", "Hồ Chí Minh", "Đà Nẵng", "Hải Phòng", "Cần Thơ", "Huế", "Cao Bằng", "Điện Biên",
    "Hà Tĩnh", "Lai Châu", "Lạng Sơn", "Nghệ An", "Sơn La", "Thanh Hóa", "Thanh Hoá",
    "Tuyên Quang", "Lào Cai", "Thái Nguyên", "Phú Thọ", "Bắc Ninh", "Hưng Yên", "Ninh Bình",
    "Quảng Trị", "Quảng Ngãi", "Gia Lai", "Khánh Hòa", "Khánh Hoà", "Lâm Đồng", "Đắk Lắk",
    "Đồng Nai", "Tây Ninh", "Vĩnh Long", "Đồng Tháp", "Cà Mau", "An Giang", "Hà Giang", "Yên Bái",
    "Bắc Kạn", "Vĩnh Phúc", "Hòa Bình", "Hoà Bình", "Bắc Giang", "Hải Dương", "Thái Bình",
    "Hà Nam", "Nam Định", "Quảng Bình", "Quảng Nam", "Kon Tum", "Bình Định", "Phú Yên",
    "Ninh Thuận", "Bình Thuận", "Đắk Nông", "Bình Dương", "Bình Phước", "Bà Rịa", "Long An",
    "Tiền Giang", "Bến Tre", "Trà Vinh", "Hậu Giang", "Sóc Trăng", "Bạc Liêu", "Kiên Giang",
)  # fmt: skip
"""Names of the other 33 provinces of today and of those merged in 2025."""
_OTHER = re.compile(r"\b(?:" + "|".join(OTHER_PROVINCES) + r")\b")
_HEADINGS = re.compile(r"(?i)tên thủ tục|mã thủ tục|cơ quan thực hiện|trình tự")
_TOWNSHIP = re.compile(r"(?i),\s*thị trấn\b")
LONGEST = 200


def read_agency(row: RawProcedure, findings: Findings) -> str | None:
    """Return who handles the procedure: the body in charge, else the authority; None when unfit."""
    bodies = [flat(row.co_quan_thuc_hien).strip(" .;,"), flat(row.co_quan_co_tham_quyen).strip(" .;,")]
    for body in filter(None, bodies):
        flag = _trap(body)
        if flag is None:
            # The townships (thị trấn) became communes and wards in 2025.
            return _TOWNSHIP.sub("", body)
        findings.withhold(flag)
    if any(bodies):
        findings.withheld.add(Part.AGENCY)
    return None


def names_district(text: str) -> bool:
    """Say whether a text gives a task to a body of the abolished district level."""
    lowered = text.lower()
    # Most texts hold none of these words, and looking for words is faster than the pattern.
    return any(word in lowered for word in _DISTRICT_WORDS) and DISTRICT.search(text) is not None


def _trap(body: str) -> Flag | None:
    if names_district(body) or re.search(r"(?i)\b(?:huyện|quận|thị xã)\b", body):
        return Flag.OLD_DISTRICT
    if _OTHER.search(body):
        return Flag.OTHER_PROVINCE_BODY
    if len(body) > LONGEST or _HEADINGS.search(body):
        return Flag.AGENCY_GARBLED
    return None
