"""Reading answers tolerantly: three forms of dates, lists and texts that may be missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from bot.clock import VIETNAM
from bot.dossiers.errors import Malformed
from bot.privacy.masking import mask

_FORMS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")
_LONGEST = 300


def read_day(value: object) -> date | None:
    """Return the day in Việt Nam of `20261105083000`, `05/11/2026 08:30:00` or ISO 8601; None for empty.

    Raises:
        Malformed: Something else stands there.
    """
    text = str(value or "").strip()
    if not text:
        return None
    try:
        if re.fullmatch(r"[0-9]{14}|[0-9]{8}", text):
            return datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=VIETNAM).date()
        if re.fullmatch(r"[0-9]{13}", text):
            return datetime.fromtimestamp(int(text) / 1000, VIETNAM).date()
        if "/" in text:
            return _slashed(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed("date") from None
    return (moment.astimezone(VIETNAM) if moment.tzinfo else moment).date()


def _slashed(text: str) -> date:
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=VIETNAM).date()
        except ValueError:
            continue
    raise ValueError(text)


def read_text(value: object) -> str | None:
    """Return a short text without blanks around it, and masked should personal data stand in it."""
    if not isinstance(value, str):
        return None
    text = " ".join(value.split())[:_LONGEST]
    return mask(text) or None


def read_record(value: object) -> dict[str, Any]:
    """Return an object of an answer.

    Raises:
        Malformed: It is none.
    """
    if not isinstance(value, dict):
        raise Malformed("no object")
    return value


def read_records(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list; a missing list is an empty one.

    Raises:
        Malformed: It is no list of objects.
    """
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Malformed("no list")
    return value


def nested(record: dict[str, Any], *names: str) -> object:
    """Return a value some levels down, None when any level is missing."""
    value: object = record
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def amounts(records: list[dict[str, Any]], name: str) -> Iterator[int]:
    """Yield the amounts in đồng that can be read."""
    for record in records:
        digits = re.sub(r"[^0-9]", "", str(record.get(name) or ""))
        if digits:
            yield int(digits)
