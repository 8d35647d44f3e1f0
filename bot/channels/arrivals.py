"""How a link or a code from another channel looks when it arrives here."""

from __future__ import annotations

import re

from bot.vietnamese.folding import strip_marks

_PAYLOAD = re.compile(r"m_([A-Za-z0-9_-]{22})")
_TYPED = re.compile(r"CHUYEN[ :]+([2-9A-Z]{8})")


def token_of(payload: str) -> str | None:
    """Return the secret in the payload of a deep link such as t.me/<bot>?start=m_…, or None."""
    found = _PAYLOAD.fullmatch(payload.strip())
    return found[1] if found else None


def typed_code(text: str) -> str | None:
    """Return the code behind "CHUYEN", typed where a link carries nothing, or None."""
    found = _TYPED.fullmatch(" ".join(strip_marks(text).upper().split()))
    return found[1] if found else None
