"""The code of a dossier: unit, day of receipt, number of the day.

Grammar after Thông tư 01/2018/TT-VPCP, article 19, and Quyết định 20/2020/QĐ-TTg. The old unit code
runs from the bottom up (`000.00.05.H49`), the new one from the top down (`H49.05`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

OWN_PROVINCE = "H49"
"""Quảng Ninh."""
FIRST_DAY = date(2018, 1, 1)
"""No code is older than the rule about codes (in practice November 2018)."""
FEWEST_DIGITS, MOST_DIGITS = 4, 7
"""Length of the running number."""

_UNIT = re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}|[A-Z][0-9]{2}(?:\.[0-9]{1,4}){0,5}")
_CODE = re.compile(rf"(?P<unit>{_UNIT.pattern})-(?P<day>[0-9]{{6}})-(?P<number>[0-9]{{4,7}})")


class Owner(StrEnum):
    """Whose system knows a dossier, by the first part of its unit code."""

    OWN = "own"
    OTHER_PROVINCE = "other_province"
    MINISTRY = "ministry"
    UNKNOWN = "unknown"


class BadDate(ValueError):
    """The six digits of the day are no day on which a dossier can have been received."""


@dataclass(frozen=True, slots=True)
class DossierCode:
    """A valid code in canonical form."""

    unit: str
    """As written: `H49.22` or `000.00.05.H49`."""
    day: str
    """Day of receipt, yymmdd."""
    number: str
    """Running number of that day, 4 to 7 digits."""

    def __str__(self) -> str:
        """Return the canonical form, `H49.22-261105-0123`."""
        return f"{self.unit}-{self.day}-{self.number}"

    @property
    def masked(self) -> str:
        """The form for logs and notices: without the running number."""
        return f"{self.unit}-{self.day}-{'*' * len(self.number)}"

    @property
    def path(self) -> tuple[str, ...]:
        """The unit from the top down, without empty levels: `("H49", "05")` for both forms."""
        parts = self.unit.split(".")
        if parts[0][0].isdigit():
            parts = [part for part in reversed(parts) if part.strip("0")]
        return tuple(parts)

    @property
    def root(self) -> str:
        """The province or ministry: `H49`."""
        return self.path[0]

    @property
    def owner(self) -> Owner:
        """Whose system knows it."""
        if self.root == OWN_PROVINCE:
            return Owner.OWN
        return {"H": Owner.OTHER_PROVINCE, "G": Owner.MINISTRY}.get(self.root[0], Owner.UNKNOWN)


def make_code(unit: str, day: str, number: str, today: date) -> DossierCode:
    """Return the code made of its parts.

    Args:
        unit: Upper case, without blanks.
        day: Six digits, yymmdd.
        number: Digits; fewer than four are filled up with zeros, as on the receipt.
        today: The calendar day in Việt Nam.

    Raises:
        BadDate: No such day, in the future, or before there were codes.
        ValueError: The unit or the number has not the form of one.
    """
    if not _UNIT.fullmatch(unit):
        raise ValueError("unit")
    if not 1 <= len(number) <= MOST_DIGITS or not number.isdecimal():
        raise ValueError("number")
    received_day(day, today)
    return DossierCode(unit, day, number.zfill(FEWEST_DIGITS))


def parse_code(text: str, today: date) -> DossierCode:
    """Return the code written in canonical form.

    Raises:
        ValueError: The text is not exactly one valid code.
    """
    found = _CODE.fullmatch(text)
    if found is None:
        raise ValueError("not a dossier code")
    return make_code(found["unit"], found["day"], found["number"], today)


def received_day(day: str, today: date) -> date:
    """Return the day written as yymmdd.

    Raises:
        BadDate: No such day, in the future, or before there were codes.
    """
    try:
        found = date(2000 + int(day[:2]), int(day[2:4]), int(day[4:]))
    except ValueError as error:
        raise BadDate(day) from error
    if not FIRST_DAY <= found <= today:
        raise BadDate(day)
    return found
