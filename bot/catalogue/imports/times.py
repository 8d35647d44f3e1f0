"""How long it takes: kept only when the page shows one time, with a unit, for all channels.

Traps 1, 4 and 17 of procedures.md §4: cases stored as channels, figures without unit, the worst case as
the norm. A missing unit is repaired when the steps name exactly this figure, and no other time.
"""

from __future__ import annotations

import re
from collections import defaultdict

from bot.catalogue.facts import Unit
from bot.catalogue.imported import Flag, ImportedTime, Part
from bot.catalogue.imports.findings import Findings
from bot.catalogue.imports.raw import RawProcedure
from bot.catalogue.imports.wording import flat

UNITS = {
    "ngày làm việc": Unit.WORKING_DAY,
    "ngày": Unit.DAY,
    "giờ làm việc": Unit.WORKING_HOUR,
    "giờ": Unit.HOUR,
    "tháng": Unit.MONTH,
    "năm": Unit.YEAR,
}
_SHOWN = re.compile(r"(?i)^(\d{1,3})(?:\s*(ngày làm việc|ngày|giờ làm việc|giờ|tháng|năm))?$")
# A date (`ngày 31 tháng 12`) is no duration.
_DURATION = re.compile(
    r"(?i)(?<![\d/.,])(?<!ngày )(?<!mùng )(\d{1,3})\s*(?:\([^()]{1,30}\)\s*)?"
    r"(ngày làm việc|ngày|giờ làm việc|giờ|tháng)\b(?!\s*\d{1,2}\b(?:\s*(?:/|năm|tháng|hằng|hàng)))"
)
_FROM_RECEIPT = re.compile(
    r"(?i)^[^.;]{0,12}?(?:kể từ|tính từ|từ)\s+(?:ngày|khi|thời điểm)\s+(?:tiếp )?nhận\b[^.;]{0,40}?hồ sơ"
)
_NO_RESULT = "không phải trả kết quả"
LONGEST = 400


def read_time(row: RawProcedure, findings: Findings) -> ImportedTime | None:
    """Return the time of a row, or None when none is shown or a trap forbids it."""
    by_channel: dict[str, set[str]] = defaultdict(set)
    for way in row.cach_thuc:
        shown = flat(way.thoi_han_hien_thi)
        if shown and not shown.lower().startswith(_NO_RESULT):
            by_channel[flat(way.hinh_thuc)].add(shown)
    shown_times = set().union(*by_channel.values())
    differs = len({frozenset(times) for times in by_channel.values()}) > 1
    if differs or row.is_marked("thoi_han_khac_theo_kenh"):
        findings.withhold(Flag.TIME_BY_CHANNEL, Part.DURATION)
    elif len(shown_times) > 1:
        findings.withhold(Flag.TIME_BY_CASE, Part.DURATION)
    time = _one_time(row, shown_times, findings)
    if time and _description_differs(row, time):
        findings.withhold(Flag.TIME_BY_CASE, Part.DURATION)
    return None if Part.DURATION in findings.withheld else time


def _one_time(row: RawProcedure, shown: set[str], findings: Findings) -> ImportedTime | None:
    read = {text: _SHOWN.match(text) for text in shown}
    if not all(read.values()):
        findings.withhold(Flag.TIME_UNREADABLE, Part.DURATION)
        return None
    pairs = {(int(found[1]), found[2]) for found in read.values() if found}
    if any(amount == 0 or amount > LONGEST for amount, _ in pairs):
        findings.withhold(Flag.TIME_UNREADABLE, Part.DURATION)
        return None
    without = {amount for amount, unit in pairs if unit is None}
    proven: Unit | None = None
    if without or row.is_marked("thoi_han_thieu_don_vi"):
        proven = _proven_unit(row, next(iter(without))) if len(pairs) == 1 and without else None
        if proven is None or Part.DURATION in findings.withheld:
            findings.withhold(Flag.TIME_WITHOUT_UNIT, Part.DURATION)
            return None
        findings.repair(Flag.TIME_WITHOUT_UNIT)
    if len(pairs) != 1:
        return None
    amount, unit = next(iter(pairs))
    return ImportedTime(amount=amount, unit=proven or UNITS[unit.lower()])


def _proven_unit(row: RawProcedure, amount: int) -> Unit | None:
    """Return the unit when the steps give this figure as the only time, counted from the receipt."""
    steps = flat(row.trinh_tu_thuc_hien)
    found = list(_DURATION.finditer(steps))
    named = {(int(hit[1]), hit[2].lower()) for hit in found}
    if len(named) != 1 or next(iter(named))[0] != amount:
        return None
    counted = any(_FROM_RECEIPT.match(steps[hit.end() : hit.end() + 120]) for hit in found)
    return UNITS[next(iter(named))[1]] if counted else None


def _description_differs(row: RawProcedure, time: ImportedTime) -> bool:
    """Say whether the description beside the time names another one: a case, or a part of the way."""
    for way in row.cach_thuc:
        for hit in _DURATION.finditer(flat(way.mo_ta)):
            if (int(hit[1]), UNITS[hit[2].lower()]) != (time.amount, time.unit):
                return True
    return False
