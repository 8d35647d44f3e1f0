"""Masking: personal data in texts and in nested values, replaced by fixed labels."""

from __future__ import annotations

import re
from typing import TypeVar, cast

from bot.privacy.emails import email_spans
from bot.privacy.labels import Label
from bot.privacy.numbers import number_spans
from bot.privacy.plain_view import plain_view

T = TypeVar("T")

_ANYTHING = re.compile(r"[\d@＠]")
_SIX_DIGITS = re.compile(r"\d(?:[\W_]*\d){5}")
"""No personal number has fewer, and most messages have none."""
_PROCEDURE_CODE = re.compile(r"\d\.\d{6}", re.ASCII)
"""Most nested values with digits are one; they stay."""


def mask(text: str) -> str:
    """Return the text with personal data replaced by labels; without any, the same object.

    Masked are citizen ids `[CCCD]`, old ids `[CMND]`, phones `[SDT]`, e-mails `[EMAIL]`, cards `[THE]`,
    social insurance `[BHXH]`, health insurance `[BHYT]`, passports `[HOCHIEU]` and bank accounts
    `[STK]`, the last ones where a word before the number says so. Codes of dossiers, procedures and
    laws, amounts, dates and hotlines stay. In doubt a number is masked. Masking twice changes nothing.

    Args:
        text: As typed, in any normal form, with or without diacritics.
    """
    if not _ANYTHING.search(text):
        return text
    if "@" in text or "＠" in text:
        text = _mask_emails(text)
    if not _SIX_DIGITS.search(text) or _PROCEDURE_CODE.fullmatch(text):
        return text
    return _mask_numbers(text)


def contains_personal_data(text: str) -> bool:
    """Return whether `mask` would change the text."""
    return mask(text) != text


def mask_value(value: T) -> T:
    """Return a value with every text in it masked; the same object when nothing had to change.

    Goes into dicts, lists and tuples. Keys, numbers and other objects stay as they are.
    """
    return cast(T, _mask_any(value))


def _mask_emails(text: str) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in email_spans(text):
        pieces += (text[position:start], Label.EMAIL)
        position = end
    return "".join((*pieces, text[position:])) if pieces else text


def _mask_numbers(text: str) -> str:
    view = plain_view(text)
    pieces: list[str] = []
    position = 0
    for span in number_spans(view.text):
        start, end = view.span(span.start, span.end)
        pieces += (text[position:start], span.label)
        position = end
    return "".join((*pieces, text[position:])) if pieces else text


def _mask_any(value: object) -> object:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return _mask_dict(value)
    if isinstance(value, (list, tuple)):
        return _mask_sequence(value)
    return value


def _mask_dict(value: dict[object, object]) -> dict[object, object]:
    changed = {key: new for key, old in value.items() if (new := _mask_any(old)) is not old}
    return {**value, **changed} if changed else value


def _mask_sequence(value: list[object] | tuple[object, ...]) -> object:
    masked = [_mask_any(item) for item in value]
    if all(new is old for new, old in zip(masked, value, strict=True)):
        return value
    if isinstance(value, list):
        return masked
    # A named tuple takes its fields one by one.
    return type(value)._make(masked) if hasattr(value, "_make") else tuple(masked)
