"""Names of procedures: the official one, and a short one without level, “Thủ tục” and stray signs."""

from __future__ import annotations

import re

from bot.catalogue.imported import Flag
from bot.catalogue.imports.findings import Findings
from bot.catalogue.imports.wording import cut, flat
from bot.vietnamese.folding import words

LONGEST = 80
_LEVEL = re.compile(
    r"(?i)\s*[(\[]?\s*(?:thực hiện tại|áp dụng (?:tại|ở|đối với)|ở)\s+(?:tại\s+)?cấp\s+"
    r"(?:trung ương|tỉnh|tinh|huyện|quận|xã|bộ)"
    r"(?:\s*(?:,|và|hoặc)\s*(?:cấp\s+)?(?:trung ương|tỉnh|huyện|xã|bộ))*\s*[)\]]?"
)
_LEVEL_IN_BRACKETS = re.compile(r"(?i)\s*[(\[]\s*(?:cấp\s+)?(?:trung ương|tỉnh|huyện|xã)\s*[)\]]")
_OLD = re.compile(r"(?i)thực hiện tại\s+(?:tại\s+)?cấp|cấp huyện|sổ hộ khẩu")
_DISTRICT_WORD = re.compile(r"(?i),?\s*\(?\bcấp huyện\b\)?")
_LEADING = re.compile(r"(?i)^(?:(?:tên\s+)?thủ tục(?:\s+hành chính)?\s*[:.]?\s+)+(?!hải quan\b)")
_CUSTOMS = re.compile(r"(?i)^thủ tục hải quan\b")


def short_name(official: str, findings: Findings) -> str:
    """Return a name for buttons and headings, at most 80 characters.

    `Thủ tục hải quan …` keeps its first words: there they are the name of the thing itself.
    """
    if _OLD.search(official):
        findings.repair(Flag.OLD_TITLE)
    name = _LEVEL_IN_BRACKETS.sub("", _LEVEL.sub("", official))
    name = _DISTRICT_WORD.sub("", name)
    if not _CUSTOMS.match(name):
        name = _LEADING.sub("", name)
    name = re.sub(r"\(\s*\)", "", name)
    name = re.sub(r"\s+([,.;:)])", r"\1", " ".join(name.split())).strip(" .;:,-–\"'“”")
    name = name or official
    return cut(name[:1].upper() + name[1:], LONGEST)


def official_name(title: str) -> str:
    """Return a title as one line, without the stray full stop some pages end it with."""
    return flat(title).rstrip(" .;,") or flat(title)


def same_title(one: str, other: str) -> bool:
    """Say whether two titles are the same but for signs, blanks and letter case."""
    return words(flat(one)) == words(flat(other))
