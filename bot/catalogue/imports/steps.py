"""The steps as short lines, and the results."""

from __future__ import annotations

import re

from bot.catalogue.imported import Flag, ImportedResult, Part
from bot.catalogue.imports.findings import Findings
from bot.catalogue.imports.places import names_district
from bot.catalogue.imports.raw import RawProcedure
from bot.catalogue.imports.wording import cut, flat, tidy, without_bullet

LONGEST_LINE = 400
LONGEST_LIST = 80
_STEP = re.compile(r"(?<=[.;:\w)])\s+(?=Bước\s+\d{1,2}\s*[:.])")
_SENTENCE = re.compile(r"(?<=[^\d\s][.;])\s+(?=\S)")
_UNFINISHED = re.compile(r"(?i)(?:\(|,|\b(?:mục|điểm|khoản|tiết|tại|theo|và|của|điện tử:))\s*$")
_ENUMERATED = re.compile(r"^[a-zđ]{1,4}\d{0,2}[).]")
_STRAY_CODE = re.compile(r"\s*Mã:\s*\S{0,30}$")
_RESULT = re.compile(r"Mã:\s*(KQ(?:\.[A-Z]{0,3}\d+)+)")


def read_steps(row: RawProcedure, findings: Findings) -> tuple[str, ...]:
    """Return the steps as lines; none when they are cut or give tasks to abolished bodies.

    Pages of the social insurance break off where the words “Thành phần hồ sơ” stand in the steps (trap
    12): then the rest stands in the raw papers, and the text ends inside a sentence.
    """
    text = tidy(row.trinh_tu_thuc_hien)
    if not flat(text):
        return ()
    if names_district(text):
        findings.withhold(Flag.OLD_DISTRICT, Part.STEPS)
    if not row.giay_to and (_UNFINISHED.search(text) or _has_rest(row)):
        findings.withhold(Flag.STEPS_CUT, Part.STEPS)
    if Part.STEPS in findings.withheld:
        return ()
    lines: list[str] = []
    for paragraph in _paragraphs(text):
        for step in _STEP.split(paragraph):
            pieces = [step] if len(step) <= LONGEST_LINE else _SENTENCE.split(step)
            lines.extend(cut(line, LONGEST_LINE) for piece in pieces if (line := without_bullet(piece)))
    return tuple(lines[:LONGEST_LIST])


def _paragraphs(text: str) -> list[str]:
    """Return the lines of a text, with lines joined that a page break cut inside a sentence."""
    joined: list[str] = []
    for line in filter(None, text.split("\n")):
        goes_on = line[0].islower() and not _ENUMERATED.match(line)
        if joined and goes_on and not joined[-1].endswith((".", ";", ":")):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return joined


def _has_rest(row: RawProcedure) -> bool:
    """Say whether the raw papers hold sentences instead of a table."""
    rest = flat(row.thanh_phan_ho_so)
    return len(rest) > 80 and "Tên giấy tờ" not in rest


def read_results(row: RawProcedure) -> tuple[ImportedResult, ...]:
    """Return the results; the export glues each to its code (`…Mã: KQ.G01.000083`)."""
    parts = _RESULT.split(tidy(row.ket_qua_xu_ly))
    results: dict[str, ImportedResult] = {}
    for name, code in zip(parts[::2], [*parts[1::2], ""], strict=True):
        line = cut(without_bullet(_STRAY_CODE.sub("", flat(name))).strip(" .;,"), LONGEST_LINE)
        if line:
            results.setdefault(line, ImportedResult(name=line, code=code or None))
    return tuple(results.values())
