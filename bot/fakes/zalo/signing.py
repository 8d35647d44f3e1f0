"""Signing as Zalo does; written apart from the code it is used to test."""

from __future__ import annotations

import hashlib
from typing import Protocol


class Signs(Protocol):
    """Whose ids and secret are signed with."""

    app_id: str
    oa_id: str
    oa_secret: str
    signature_variant: str


def signed(world: Signs, raw: bytes, timestamp: str) -> dict[str, str]:
    """Return the headers of a call with this body."""
    first, place = world.signature_variant.split("_")
    digest = hashlib.sha256()
    digest.update((world.app_id if first == "app" else world.oa_id).encode())
    digest.update(raw)
    if place == "header":
        timestamp = str(int(timestamp) + 1)
    digest.update(timestamp.encode())
    digest.update(world.oa_secret.encode())
    headers = {"X-ZEvent-Signature": f"mac={digest.hexdigest()}"}
    return headers | ({"X-ZEvent-Timestamp": timestamp} if place == "header" else {})
