"""Vietnamese telephone numbers as people type them."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<!\d)(?:\(?\+?84\)?|0)(?:[ .\-()]*\d){8,10}(?!\d)")
_MOBILE = re.compile(r"0[35789]\d{8}")
_LANDLINE = re.compile(r"02\d{8,9}")


def parse_phone(text: str) -> str | None:
    """Return the one number in a text in the form 0…, or None when there is none or it is wrong.

    Mobile numbers have 10 digits, landlines 10 or 11 with their area.
    """
    found = {_national(match[0]) for match in _NUMBER.finditer(text)}
    good = [number for number in found if _MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number)]
    return good[0] if len(good) == 1 == len(found) else None


def looks_like_number(text: str) -> bool:
    """Say whether a text was probably meant as a number."""
    digits = sum(character.isdigit() for character in text)
    letters = sum(character.isalpha() for character in text)
    return digits >= 5 and digits >= letters / 2


def _national(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return f"0{digits[2:]}" if digits.startswith("84") else digits
