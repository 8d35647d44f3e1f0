"""Secrets that must never be printed: registered once, hidden in every log record.

httpx writes whole addresses into its log, and those of Telegram contain the bot's token; errors of
libraries quote what they were given. Not registering a secret is the only way to print it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

HIDDEN = "***"
SHORTEST = 6
"""Shorter values are no secrets, and hiding them would make logs unreadable."""

_known: set[str] = set()
_longest_first: tuple[str, ...] = ()


def register_secret(value: SecretStr | str | None) -> None:
    """Hide a value, also as it looks in addresses, from now on and for the life of the process."""
    global _longest_first
    text = value.get_secret_value() if isinstance(value, SecretStr) else value or ""
    if len(text) < SHORTEST or text in _known:
        return
    _known.update({text, quote(text), quote(text, safe=""), quote_plus(text)})
    _longest_first = tuple(sorted(_known, key=len, reverse=True))


def hide_secrets(text: str) -> str:
    """Return `text` with every registered secret replaced by `***`."""
    for secret in _longest_first:
        if secret in text:
            text = text.replace(secret, HIDDEN)
    return text


def hide_in_value(value: Any) -> Any:
    """Return a text, or a tuple, list or dict of texts, without registered secrets."""
    if not _longest_first:
        return value
    if isinstance(value, str):
        return hide_secrets(value)
    if isinstance(value, dict):
        return {key: hide_in_value(item) for key, item in value.items()}
    if isinstance(value, tuple):
        items = tuple(map(hide_in_value, value))
        # A named tuple takes its fields one by one.
        return type(value)._make(items) if hasattr(value, "_make") else items
    if isinstance(value, list):
        return [hide_in_value(item) for item in value]
    return value
