"""Finding dossier codes in what people type: blanks, long dashes, lower case, glued, spoken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.dossiers.code import BadDate, DossierCode, make_code, received_day
from bot.dossiers.spoken import digits_for_words

MOST_CODES = 3
"""So many codes of one message are answered."""

_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u30fc\ufe63", "-")
    | dict.fromkeys("\u00b7\u2022\u2024\u22c5\uff0e", ".")
    | dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\u3000\t\n\r", " ")
)
_SEPARATOR = r"[ .\-_/:,]{0,4}"
_BEFORE = r"(?:(?<![^\W_])|(?<=\bMÃ)|(?<=\bMA)|(?<=SƠ)|(?<=\bSO)|(?<=SỐ)|(?<=\bHS)|(?<=HOSO))(?<![0-9]\.)(?<!\.)"
_AFTER = r"(?![0-9]|(?!(?:NHÉ|NHE|NHA|Ạ|GIÚP|GIUP|XONG|ĐI|VỚI|VOI)(?![^\W_]))[^\W_])"
_RUN = re.compile(
    rf"""
    {_BEFORE}
    (?P<old>[0-9]{{3}}\ ?[. ]\ ?[0-9]{{2}}\ ?[. ]\ ?[0-9]{{2}}\ ?[. ]\ ?)?
    (?P<root>[A-Z]\ ?[0-9]{{2}})
    (?P<rest>(?:{_SEPARATOR}[0-9O]+)+)
    {_AFTER}
    """,
    re.VERBOSE,
)
_GROUP = re.compile(r"(?P<separator>[ .\-_/:,]*)(?P<digits>[0-9O]+)")
_WITHOUT_UNIT = re.compile(
    r"(?<![\w.\-/])(?:49(?:[ .]{1,2}[0-9]{2}){0,2}[ .\-]{1,3})?([0-9]{6}) ?- ?[0-9]{4,7}(?![\w-])"
)
_SOCIAL_INSURANCE = re.compile(r"(?<![\w/.\-])[0-9]{5}/20[0-9]{2}/[0-9]{4,6}(?![\w/\-])")


class Problem(StrEnum):
    """Why something that looks like a code is none."""

    BAD_DATE = "bad_date"
    INCOMPLETE = "incomplete"
    UNCLEAR = "unclear"
    """The letter O among the digits, or digits that can be divided in several ways."""
    SOCIAL_INSURANCE = "social_insurance"


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code in a message, or what is wrong with it."""

    code: DossierCode | None
    problem: Problem | None = None
    suggestion: DossierCode | None = None
    """What an unclear code probably means; to be asked, never to be taken silently."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All codes of a message, and what is left of it."""

    found: tuple[FoundCode, ...]
    rest: str
    """The message without the codes, digits for spoken digits."""

    @property
    def codes(self) -> tuple[DossierCode, ...]:
        """The valid codes, each once, in the order of the message."""
        return tuple(dict.fromkeys(item.code for item in self.found if item.code))


def find_codes(text: str, today: date) -> Findings:
    """Return the dossier codes in a message.

    Args:
        text: As typed.
        today: The calendar day in Việt Nam.
    """
    view = digits_for_words(plain(text)).upper()
    found: list[FoundCode] = []
    pieces: list[str] = []
    position = 0
    for run in _RUN.finditer(view):
        read = _read(run, today)
        if read is None:
            continue
        item, end = read
        found.append(item)
        pieces.append(view[position : run.start()])
        position = end
    pieces.append(view[position:])
    rest = " ".join(pieces)
    if not found:
        found, rest = _without_unit(rest, today)
    return Findings(tuple(found[: MOST_CODES * 2]), rest)


def plain(text: str) -> str:
    """Return the text in NFC with one kind of blank, dash and dot, and nothing invisible."""
    composed = unicodedata.normalize("NFC", text.translate(_INVISIBLE)).translate(_PLAIN)
    # Full-width and other digits become ASCII; other characters keep their form.
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in composed)


def _read(run: re.Match[str], today: date) -> tuple[FoundCode, int] | None:
    """Return what a run of digits behind a letter says, and where it ends."""
    groups = list(_GROUP.finditer(run["rest"]))
    digits = [group["digits"].replace("O", "0") for group in groups]
    has_letter = any("O" in group["digits"] for group in groups)
    if sum(map(len, digits)) < 6 and not run["old"]:
        return None
    unit = _root(run)
    readings = list(dict.fromkeys(_readings(unit, digits, [g["separator"] for g in groups], today)))
    offset = run.start("rest")
    if not readings:
        problem = _problem(digits, today)
        return (FoundCode(None, problem), run.end()) if problem else None
    used = min(reading[1] for reading in readings)
    end = offset + groups[used - 1].end()
    best = [reading[0] for reading in readings if reading[1] == used]
    if has_letter or len(best) > 1:
        return FoundCode(None, Problem.UNCLEAR, best[0]), end
    return FoundCode(best[0]), end


def _root(run: re.Match[str]) -> str:
    root = run["root"].replace(" ", "")
    if not run["old"]:
        return root
    return ".".join([*re.findall(r"[0-9]+", run["old"]), root])


def _readings(
    root: str, digits: list[str], separators: list[str], today: date
) -> Iterator[tuple[DossierCode, int]]:
    """Yield the codes that groups of digits may mean, and how many groups each takes; best kind first."""
    for way in (_day_apart, _day_in_three, _glued):
        readings = []
        for parts, day, number, used in way(digits):
            if not _may_end(separators, used) or (root[0].isdigit() and parts):
                continue
            try:
                readings.append((make_code(".".join([root, *parts]), day, number, today), used))
            except ValueError:
                continue
        if readings:
            yield from readings
            return


def _may_end(separators: list[str], used: int) -> bool:
    """Say whether a code may end before group `used`: what follows must stand apart from it."""
    return used >= len(separators) or bool(re.match(r"[ ,.:]* $|,|[.:] ", separators[used]))


def _day_apart(digits: list[str]) -> Iterator[tuple[list[str], str, str, int]]:
    """Divide `22 261103 42`: the day is a group of its own."""
    for index, group in enumerate(digits[:-1]):
        if len(group) == 6 and all(len(part) <= 4 for part in digits[:index]):
            yield digits[:index], group, digits[index + 1], index + 2
            return


def _day_in_three(digits: list[str]) -> Iterator[tuple[list[str], str, str, int]]:
    """Divide `22 26 11 03 0042`: the day in three groups."""
    for index in range(min(3, len(digits) - 3)):
        day = digits[index : index + 3]
        if all(len(part) == 2 for part in day) and len(digits[index + 3]) >= 3:
            yield digits[:index], "".join(day), digits[index + 3], index + 4


def _glued(digits: list[str]) -> Iterator[tuple[list[str], str, str, int]]:
    """Divide `222611030042`, `22 2611030042` and `22261103 0042`."""
    for index, group in enumerate(digits):
        if len(group) < 8:
            continue
        for width in (0, 2, 4):
            parts = digits[:index] + [group[i : i + 2] for i in range(0, width, 2)]
            day, number = group[width : width + 6], group[width + 6 :]
            if len(day) == 6 and len(number) >= 4:
                # Provinces number with four digits; more are only read where the groups say so.
                if width == 0 or len(number) == 4:
                    yield parts, day, number, index + 1
            elif len(day) == 6 and not number and index + 1 < len(digits):
                yield parts, day, digits[index + 1], index + 2
        return


def _problem(digits: list[str], today: date) -> Problem | None:
    """Return what is wrong with groups of digits that are no code."""
    for index, group in enumerate(digits):
        if len(group) != 6:
            continue
        try:
            received_day(group, today)
        except BadDate:
            is_code = index + 1 < len(digits) and 1 <= len(digits[index + 1]) <= 7
            return Problem.BAD_DATE if is_code else Problem.INCOMPLETE
        return Problem.INCOMPLETE
    return Problem.INCOMPLETE if sum(map(len, digits)) >= 8 else None


def _without_unit(view: str, today: date) -> tuple[list[FoundCode], str]:
    """Recognise codes of social insurance, and codes that lack their beginning."""
    if insurance := _SOCIAL_INSURANCE.search(view):
        rest = view[: insurance.start()] + " " + view[insurance.end() :]
        return [FoundCode(None, Problem.SOCIAL_INSURANCE)], rest
    if headless := _WITHOUT_UNIT.search(view):
        try:
            received_day(headless[1], today)
        except BadDate:
            return [], view
        rest = view[: headless.start()] + " " + view[headless.end() :]
        return [FoundCode(None, Problem.INCOMPLETE)], rest
    return [], view
