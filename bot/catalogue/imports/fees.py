"""What it costs: kept only when the page shows one amount and its note does not contradict it.

Traps 2, 3, 5 and 6 of procedures.md §4: 0 shown as free, thousands, expired discounts, sibling fees
that were lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot.catalogue.imported import Flag, ImportedFee, Part
from bot.catalogue.imports.findings import Findings
from bot.catalogue.imports.money import Segment, money_in, segments
from bot.catalogue.imports.raw import RawProcedure, RawWay
from bot.catalogue.imports.wording import flat

LEAST_DONG = 1_000
"""Smaller amounts are thousands that lost their zeros."""
_SHOWN = re.compile(r"(?i)^(\d{1,3}(?:[.,]\d{3})+|\d+(?:\.0+)?)\s*(VNĐ|VND|Việt Nam Đồng|đồng|đ|USD)$")
_FREE = "miễn phí"
_SAYS_FREE = re.compile(r"(?i)^(?:không thu|miễn)\s+(?:phí|lệ phí|phí, lệ phí)$")
_NAMES_A_FEE = re.compile(
    r"(?i)hội đồng nhân dân|hđnd|ủy ban nhân dân|uỷ ban nhân dân|ubnd|mức (?:phí|thu|giá|lệ)|%|thông tư|"
    r"nghị định|luật|nghị quyết|biểu (?:phí|giá|mức)|\bphí\b|\bgiá\b|chi phí"
)
_COUNCIL = re.compile(r"(?i)hội đồng nhân dân|hđnd")
_WORKING_NOTE = re.compile(r"(?i)\d\s*(?:ngày|giờ)\b|kể từ")
LONGEST_NOTE = 160


@dataclass(frozen=True, slots=True)
class _Amount:
    amount: int
    currency: str
    note: tuple[Segment, ...]


def read_fee(row: RawProcedure, today: date, findings: Findings) -> ImportedFee | None:
    """Return the fee of a row, or None when none is shown or a trap forbids it.

    Args:
        row: The row.
        today: Notes whose last day lies before it are dropped.
        findings: Where traps are noted.
    """
    if row.is_marked("mien_phi_gia"):
        findings.withhold(Flag.FALSE_FREE, Part.FEE)
    if row.is_marked("ghi_chu_het_han"):
        findings.repair(Flag.EXPIRED_NOTE)
    amounts = [found for way in row.cach_thuc if (found := _amount(way, today, findings))]
    if not amounts:
        return None
    kinds = {(found.amount, found.currency) for found in amounts}
    if len(kinds) > 1:
        findings.withhold(Flag.FEE_BY_CASE, Part.FEE)
    elif next(iter(kinds))[0] == 0:
        _free(amounts, findings)
    else:
        _check_notes(amounts, findings)
    if Part.FEE in findings.withheld:
        return None
    note = _note(amounts)
    if note is not None and len(note) > LONGEST_NOTE:
        # An amount without the words that say what it is for would mislead.
        findings.withhold(Flag.FEE_NOTE_DIFFERS, Part.FEE)
        return None
    ends = [segment.valid_to for found in amounts for segment in found.note if segment.valid_to]
    return ImportedFee(
        amount=amounts[0].amount,
        currency=amounts[0].currency,
        note=note,
        valid_to=min(ends, default=None),
    )


def _amount(way: RawWay, today: date, findings: Findings) -> _Amount | None:
    shown = flat(way.phi_hien_thi)
    if not shown:
        return None
    note = segments(flat(way.ghi_chu_phi))
    kept = tuple(part for part in note if part.valid_to is None or part.valid_to >= today)
    gone = [part for part in note if part not in kept]
    if shown.lower() == _FREE:
        amount, currency = 0, "VND"
    elif found := _SHOWN.match(shown):
        amount = int(found[1].split(".0")[0]) if re.fullmatch(r"\d+\.0{1,2}", found[1]) else _digits(found[1])
        currency = "USD" if found[2].upper() == "USD" else "VND"
    else:
        findings.withhold(Flag.FEE_NOTE_DIFFERS, Part.FEE)
        return None
    if gone:
        findings.repair(Flag.EXPIRED_NOTE)
        if amount and any(amount in money_in(part.text) for part in gone):
            findings.withhold(Flag.EXPIRED_NOTE, Part.FEE)
    if currency == "VND" and 0 < amount < LEAST_DONG:
        if money_in(" ".join(part.text for part in kept)) == {amount * 1_000}:
            findings.repair(Flag.FEE_IN_THOUSANDS)
            amount *= 1_000
        else:
            findings.withhold(Flag.FEE_IN_THOUSANDS, Part.FEE)
    return _Amount(amount, currency, kept)


def _digits(text: str) -> int:
    return int(re.sub(r"[.,]", "", text))


def _free(amounts: list[_Amount], findings: Findings) -> None:
    notes = [" ".join(part.text for part in found.note).strip(" .;()") for found in amounts]
    if any(_SAYS_FREE.match(note) for note in notes) and all(not n or _SAYS_FREE.match(n) for n in notes):
        return
    named = any(money_in(note) or _NAMES_A_FEE.search(note) for note in notes)
    findings.withhold(Flag.FALSE_FREE if named else Flag.FREE_UNPROVEN, Part.FEE)


def _check_notes(amounts: list[_Amount], findings: Findings) -> None:
    for found in amounts:
        for part in found.note:
            others = money_in(part.text) - {found.amount}
            # A discount under way, a percentage or the council's word: which amount applies is open.
            unclear = part.valid_to is not None and found.amount not in money_in(part.text)
            foreign = found.currency != "VND" and re.search(r"\d", part.text)
            if others or unclear or foreign or "%" in part.text or _COUNCIL.search(part.text):
                findings.withhold(Flag.FEE_NOTE_DIFFERS, Part.FEE)


def _note(amounts: list[_Amount]) -> str | None:
    """Return the fullest note, without remarks on time that some pages put there."""
    texts = [
        "; ".join(part.text for part in found.note if not _WORKING_NOTE.search(part.text)) for found in amounts
    ]
    return max(texts, key=len) or None
