"""One row of the export becomes one entry: all rules applied, nothing of the raw text kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from bot.catalogue.facts import Channel
from bot.catalogue.imported import Flag, ImportedProcedure, Part
from bot.catalogue.imports.fees import read_fee
from bot.catalogue.imports.findings import Findings
from bot.catalogue.imports.laws import read_laws
from bot.catalogue.imports.papers import read_papers
from bot.catalogue.imports.places import read_agency
from bot.catalogue.imports.raw import RawProcedure, RowRefused
from bot.catalogue.imports.steps import read_results, read_steps
from bot.catalogue.imports.times import read_time
from bot.catalogue.imports.titles import official_name, same_title, short_name
from bot.catalogue.imports.wording import cut, flat
from bot.catalogue.model import Level, Status

LEVELS = {
    "cấp xã": Level.COMMUNE,
    "cấp tỉnh": Level.PROVINCE,
    "cấp bộ": Level.MINISTRY,
    "cơ quan khác": Level.OTHER,
}
CHANNELS = {
    "trực tiếp": Channel.DIRECT,
    "trực tuyến": Channel.ONLINE,
    "dịch vụ bưu chính": Channel.POST,
}
AUDIENCES = (
    "Công dân Việt Nam",
    "Người Việt Nam định cư ở nước ngoài",
    "Người nước ngoài cư trú tại Việt Nam",
    "Người nước ngoài",
    "Cán bộ, công chức, viên chức",
    "Doanh nghiệp có vốn đầu tư nước ngoài",
    "Doanh nghiệp Việt Nam",
    "Doanh nghiệp",
    "Tổ chức (không bao gồm doanh nghiệp, HTX)",
    "Tổ chức nước ngoài",
    "Tổ chức Đảng",
    "Hợp tác xã",
    "Hộ kinh doanh",
    "Hộ gia đình",
    "Đảng viên",
)
"""Groups as the portal names them; two of them hold commas. Longer names before their beginnings."""
KNOWN_OLD = frozenset({"2.000986", "2.001023"})
"""Texts of 2015 that still name the household book (procedures.md §4, trap 8)."""
_PROVINCIAL = re.compile(r"(?i)\bQĐ-UBND\b")
_PLACEHOLDER = re.compile(r"(?i)^(?:số\s*)?QĐ\s*/?\s*0001-")
_AUDIENCE = re.compile("|".join(re.escape(name) for name in AUDIENCES))


def build(
    row: RawProcedure,
    today: date,
    collected_on: date | None = None,
    titles: Mapping[str, str] | None = None,
) -> ImportedProcedure:
    """Return the entry of a row.

    Args:
        row: The row.
        today: Notes that ended before this day are dropped.
        collected_on: Day on which the export was made, for rows that do not carry one.
        titles: Official titles by code; where one is given it wins.

    Raises:
        RowRefused: The day of collection is impossible.
    """
    findings = Findings()
    official, is_known = _title(row, titles or {}, findings)
    status = Status.ACTIVE
    if {Flag.OTHER_PROVINCE, Flag.TITLE_DIFFERS} & findings.flags.keys():
        status = Status.NAME_ONLY
    elif _PLACEHOLDER.match(flat(row.so_quyet_dinh)) or row.ma_thu_tuc in KNOWN_OLD:
        findings.withhold(Flag.OLD_LISTING, *(part for part in Part if part is not Part.TITLE))
        status = Status.OBSOLETE_LISTING
    shared = {
        "code": row.ma_thu_tuc,
        "official_name": official,
        "short_name": short_name(official, findings) if is_known else official,
        "status": status,
        "source_url": row.detail_url,
        "collected_on": _collected(row, collected_on),
    }
    if status is Status.NAME_ONLY:
        # Level, field and body belong to the wrong text as well.
        return ImportedProcedure.model_validate({**shared, "flags": findings.flags, "withheld": findings.withheld})
    documents, notes = read_papers(row, findings)
    legal, old_laws = read_laws(row.can_cu_so_hieu, findings)
    if old_laws:
        # Times and fees of a repealed law are the first to be wrong.
        findings.withheld.update((Part.DURATION, Part.FEE))
    facts = {
        "field": cut(flat(row.linh_vuc), 200),
        "levels": _mapped(row.cap_thuc_hien, LEVELS),
        "agency": read_agency(row, findings),
        "audience": tuple(dict.fromkeys(_AUDIENCE.findall(flat(row.doi_tuong_thuc_hien)))),
        "channels": tuple(
            dict.fromkeys(c for way in row.cach_thuc if (c := CHANNELS.get(flat(way.hinh_thuc).lower())))
        ),
        "time": read_time(row, findings),
        "fee": read_fee(row, today, findings),
        "documents": documents,
        "notes": notes,
        "steps": read_steps(row, findings),
        "results": read_results(row),
        "legal": legal,
        "old_laws": old_laws,
        "decision": cut(flat(row.so_quyet_dinh), 100),
    }
    withheld = findings.withheld
    for part, field, empty in _EMPTY:
        if part in withheld:
            facts[field] = empty
    return ImportedProcedure.model_validate({**shared, **facts, "flags": findings.flags, "withheld": withheld})


_EMPTY = (
    (Part.DURATION, "time", None),
    (Part.FEE, "fee", None),
    (Part.DOCUMENTS, "documents", ()),
    (Part.STEPS, "steps", ()),
    (Part.AGENCY, "agency", None),
)


def _title(row: RawProcedure, titles: Mapping[str, str], findings: Findings) -> tuple[str, bool]:
    """Return the official title, and whether it is really the one of this code."""
    shown, listed = official_name(row.ten_thu_tuc), titles.get(row.ma_thu_tuc)
    everything = [part for part in Part if part is not Part.TITLE]
    if _PROVINCIAL.search(flat(row.so_quyet_dinh)):
        findings.withhold(Flag.OTHER_PROVINCE, *everything)
        if listed is None:
            findings.withheld.add(Part.TITLE)
            return f"Thủ tục mã {row.ma_thu_tuc}", False
        return listed, True
    if listed is not None and not same_title(listed, shown):
        findings.withhold(Flag.TITLE_DIFFERS, *everything)
    return listed or shown, True


def _mapped(text: str, names: Mapping[str, Level]) -> tuple[Level, ...]:
    return tuple(
        dict.fromkeys(names[key] for part in flat(text).split(",") if (key := part.strip().lower()) in names)
    )


def _collected(row: RawProcedure, given: date | None) -> date | None:
    if row.ngay_thu_thap is None:
        return given
    try:
        return date.fromisoformat(row.ngay_thu_thap)
    except ValueError as error:
        raise RowRefused("ngay_thu_thap: không phải ngày có thật") from error
