"""Amounts and last days inside the free text of a fee note."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

_GROUPED = re.compile(r"(?<![\d.,/])(\d{1,3}(?:[.,]\d{3})+)(?![\d/])")
_PLAIN = re.compile(r"(?i)(?<![\d.,/])(\d{4,9})\s*(?:đồng|vnđ|đ\b)")
_WORDED = re.compile(r"(?i)(?<![\d.,/])(\d{1,4}(?:,\d{1,2})?)\s*(triệu|nghìn|ngàn|tỷ)\b")
_SCALE = {"nghìn": 1_000, "ngàn": 1_000, "triệu": 1_000_000, "tỷ": 1_000_000_000}
_ENDS = re.compile(
    r"(?i)\bđến\s+(?:hết\s+)?(?:ngày\s+)?(?:(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})"
    r"|(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4}))"
)
# One sentence or bracket is one statement; a full stop inside `135.000` or `TT.` is none.
_BOUNDARY = re.compile(r"\s*[()]\s*|;\s+|\n|(?<=[^\d\s])\.\s*(?=[-+*A-ZĐ])|\s+[-+*]\s+|(?<=đồng)\s+(?=Phí)")


@dataclass(frozen=True, slots=True)
class Segment:
    """One statement of a note, with the last day it names."""

    text: str
    valid_to: date | None = None


def segments(note: str) -> tuple[Segment, ...]:
    """Return the statements of a note; a period in brackets ends what stands before the bracket.

    `4.000 đ/giấy (áp dụng đến hết ngày 31/12/2026)` is one statement that ends on that day.
    """
    parts = [part for raw in _BOUNDARY.split(note) if (part := raw.strip(" .;-+*"))]
    found: list[Segment] = []
    for part in parts:
        end = last_day(part)
        if end and found and found[-1].valid_to is None and part.lower().startswith(("áp dụng đến", "đến ")):
            found[-1] = Segment(f"{found[-1].text} ({part})", end)
        else:
            found.append(Segment(part, end))
    return tuple(found)


def last_day(text: str) -> date | None:
    """Return the latest day up to which a text says it applies, or None."""
    days: list[date] = []
    for hit in _ENDS.finditer(text):
        day, month, year = (int(part) for part in hit.groups() if part)
        with suppress(ValueError):
            days.append(date(year, month, day))
    return max(days, default=None)


def money_in(text: str) -> set[int]:
    """Return the amounts in đồng that a text names, by figures or as `10 triệu`."""
    amounts = {int(re.sub(r"[.,]", "", hit[1])) for hit in _GROUPED.finditer(text)}
    amounts |= {int(hit[1]) for hit in _PLAIN.finditer(text)}
    for hit in _WORDED.finditer(text):
        amounts.add(int(float(hit[1].replace(",", ".")) * _SCALE[hit[2].lower()]))
    return amounts
