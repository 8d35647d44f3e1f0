"""The papers of a dossier: joined where the export cut them, notes apart, quantities only when sure.

Traps 9–12 of procedures.md §4. The export finds the end of a paper by its quantity (`1 bản chính`), and
therefore also cut at such words inside a sentence. The portal never writes a quantity with a leading
zero, a sentence always does (`01 bản sao`): that zero tells a cut from an end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.catalogue.imported import Flag, ImportedPaper, Part
from bot.catalogue.imports.findings import Findings
from bot.catalogue.imports.form_files import without_file
from bot.catalogue.imports.raw import RawPaper, RawProcedure
from bot.catalogue.imports.wording import cut, flat, glued, without_bullet

LONGEST_NAME = 600
LONGEST_LIST = 120
LARGEST_QUANTITY = 99
_CUT_COPY = re.compile(r"^0\d+ bản (?:sao|chính)$")
_ENDS_ZERO = re.compile(r"(?:^|(?<=[^\d.,/]))0$")
_FORM_WORD = re.compile(r"(?i)(?:mẫu(?:\s+số)?|mau(?:\s+so)?|phụ lục(?:\s+số)?|số|biểu)\s*(?:0|\d{3,})$")
_LARGE_FORM = re.compile(r"(?i)\b(?:mẫu(?:\s+số)?|phụ lục(?:\s+số)?)\s*([1-9]\d{2,})$")
_NUMBER_OF = re.compile(r"(\d+)\s*bản\s*(chính|sao)")
_OWN_QUANTITY = re.compile(r"(?i)\b\d{1,2}\s*(?:\([^()]*\)\s*)?(?:bản|bộ|tờ)\s*(?:chính|sao|chụp|gốc)\b")
_NOTE_CASE = re.compile(r"(?i)^(?:lưu ý|ghi chú)")


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    quantity: str
    case: str
    is_note: bool


def read_papers(row: RawProcedure, findings: Findings) -> tuple[tuple[ImportedPaper, ...], tuple[str, ...]]:
    """Return the papers and the notes among them; no papers when the list is cut or missing."""
    joined = _joined([_row(paper, findings) for paper in row.giay_to], glued(row.thanh_phan_ho_so), findings)
    notes = dict.fromkeys(
        name for item in joined if item.is_note and (name := cut(_name(item.name), LONGEST_NAME))
    )
    if any(item.is_note and _OWN_QUANTITY.search(item.name) for item in joined):
        # Some customs pages count every paper as 0 and write the number into the text: which rows are
        # papers is then open, and a list without them would be too short.
        findings.withhold(Flag.NOTES_AMONG_PAPERS, Part.DOCUMENTS)
    elif notes:
        findings.repair(Flag.NOTES_AMONG_PAPERS)
    papers = [_paper(item, findings) for item in joined if not item.is_note]
    kept = tuple(dict.fromkeys(paper for paper in papers if paper))[:LONGEST_LIST]
    if not kept:
        findings.withhold(Flag.MISSING_PAPERS, Part.DOCUMENTS)
    if Part.DOCUMENTS in findings.withheld:
        return (), tuple(notes)
    return kept, tuple(notes)


def _row(paper: RawPaper, findings: Findings) -> _Row:
    name = flat(paper.ten) or paper.ten.strip()
    if paper.mau_don:
        # The file name was looked for by its first dot and took a part of the name with it.
        name = flat(paper.ten + paper.mau_don)
    bare = without_file(name)
    if bare != name:
        findings.repair(Flag.FORM_FILE_GLUE)
    case = flat(paper.truong_hop)
    return _Row(bare, flat(paper.so_luong), case, paper.la_ghi_chu or bool(_NOTE_CASE.match(case)))


def _joined(rows: list[_Row], raw: str, findings: Findings) -> list[_Row]:
    """Return the rows with cut ones put together where the raw text proves that they belong together."""
    done: list[_Row] = []
    waiting: _Row | None = None
    for row in rows:
        if waiting is not None:
            words = f"{waiting.name}{'' if waiting.name.endswith('0') else ' '}{waiting.quantity} {row.name}"
            if glued(words) in raw and waiting.case == row.case:
                findings.repair(Flag.SPLIT_PAPERS)
                row = replace(row, name=words.strip())
            else:
                findings.withhold(Flag.SPLIT_PAPERS, Part.DOCUMENTS)
        waiting = row if _is_cut(row) else None
        if waiting is None:
            done.append(row)
    if waiting is not None:
        findings.withhold(Flag.SPLIT_PAPERS, Part.DOCUMENTS)
    return done


def _is_cut(row: _Row) -> bool:
    if _CUT_COPY.match(row.quantity):
        return True
    if not row.name:
        return bool(row.quantity) and not row.is_note
    return bool(_ENDS_ZERO.search(row.name)) and not _FORM_WORD.search(row.name)


def _paper(row: _Row, findings: Findings) -> ImportedPaper | None:
    counts = {kind: int(number) for number, kind in _NUMBER_OF.findall(row.quantity)}
    name = _name(row.name)
    if _LARGE_FORM.search(name) or _FORM_WORD.search(name):
        # The number of the form and the quantity ran into each other: neither is known.
        findings.withhold(Flag.QUANTITY_GLUE)
        name = _FORM_WORD.sub("", name).rstrip(" (,-–")
        name = re.sub(r"(?i)\s+(?:theo|tại)$", "", name)
        counts = {}
    if any(count > LARGEST_QUANTITY for count in counts.values()):
        findings.withhold(Flag.QUANTITY_GLUE)
        counts = {}
    if len(name) < 2:
        return None
    return ImportedPaper(
        name=cut(name, LONGEST_NAME),
        case=cut(row.case.rstrip(" :"), LONGEST_NAME) or None,
        originals=counts.get("chính") or None,
        copies=counts.get("sao") or None,
    )


def _name(text: str) -> str:
    return without_bullet(text).strip(" ;,.:")
