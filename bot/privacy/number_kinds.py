"""What a run of digits is, by its length, its beginning and the words before it."""

from __future__ import annotations

import re

from bot.privacy.cues import Cue
from bot.privacy.labels import Label

_INTERNATIONAL_PHONE = re.compile(rb"(?:00)?840?(?:[35789][0-9]{8}|2[0-9]{9})")
_VALUE = bytes.maketrans(b"0123456789", bytes(range(10)))
_TWICE = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_INSURANCE = {
    Cue.SOCIAL_INSURANCE: Label.SOCIAL_INSURANCE,
    Cue.HEALTH_INSURANCE: Label.HEALTH_INSURANCE,
}


def is_card(digits: bytes) -> bool:
    """Return whether 13 to 19 digits are a bank card: the check digit is right, or NAPAS issued it.

    The check digit is that of ISO/IEC 7812-1; 9704 is the prefix of all Vietnamese banks.
    """
    if digits.startswith(b"9704") and len(digits) in (16, 19):
        return True
    plain = sum(digits[-1::-2].translate(_VALUE))
    return (plain + sum(digits[-2::-2].translate(_TWICE))) % 10 == 0


def kind_of(digits: bytes, cue: Cue | None) -> Label | None:
    """Return the label for a number, or None for a number that is not personal.

    Args:
        digits: ASCII digits only.
        cue: What the words before it announce.
    """
    if cue is None:
        return _by_shape(digits, None)
    label = _announced(digits, cue) or _by_shape(digits, cue)
    if label is None and cue is Cue.LOGIN and 8 <= len(digits) <= 19:
        return Label.ACCOUNT
    return label


def _announced(digits: bytes, cue: Cue) -> Label | None:
    length = len(digits)
    if cue is Cue.ACCOUNT and 6 <= length <= 19:
        return Label.ACCOUNT
    if cue is Cue.CARD and 13 <= length <= 19:
        return Label.CARD
    if length == 10 and cue in _INSURANCE:
        return _INSURANCE[cue]
    # Mistyped: one digit too few or too many.
    if cue is Cue.IDENTITY and length in (11, 13):
        return Label.CITIZEN_ID
    return None


def _by_shape(digits: bytes, cue: Cue | None) -> Label | None:
    length = len(digits)
    if _INTERNATIONAL_PHONE.fullmatch(digits):
        return Label.PHONE
    if length == 9:
        return Label.PHONE if cue is Cue.PHONE else Label.OLD_ID
    if length == 12:
        return Label.CITIZEN_ID
    if length in (10, 11) and digits.startswith(b"0"):
        return Label.CITIZEN_ID if cue is Cue.IDENTITY else Label.PHONE
    if 13 <= length <= 19 and is_card(digits):
        return Label.CARD
    return None
