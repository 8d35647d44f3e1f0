"""The second factor: something that stands on the receipt beside the code."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

LAST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Proof:
    """What a citizen gave as proof; lives in memory for one turn, never stored, never logged."""

    secret: str
    """Digits or a PIN as typed, without blanks."""

    def __repr__(self) -> str:
        """Return nothing of the secret, so that no traceback shows it."""
        return "Proof(…)"

    @property
    def last_digits(self) -> str | None:
        """The last four digits, when four digits or a whole number were given."""
        length = len(self.secret)
        if self.secret.isdecimal() and (length == LAST_DIGITS or length >= 9):
            return self.secret[-LAST_DIGITS:]
        return None

    def fits(self, numbers: Iterable[object]) -> bool:
        """Say, in constant time, whether it is the end of a phone or an id on file.

        Args:
            numbers: Phones and ids as the system returns them; what is too short never fits.
        """
        given = (self.last_digits or "").encode()
        fits = False
        for number in numbers:
            digits = re.sub(r"[^0-9]", "", str(number or "")).encode()
            same = hmac.compare_digest(digits[-LAST_DIGITS:], given)
            fits |= same and len(digits) >= 9 and len(given) == LAST_DIGITS
        return fits
