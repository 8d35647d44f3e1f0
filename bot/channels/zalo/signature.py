"""Is a webhook call Zalo's? A digest over the raw bytes, in the variants that were seen in the field.

The official form is SHA-256(app id + raw body + timestamp + OA secret key), a plain digest and not an
HMAC (developers.zalo.me/docs/official-account/webhook/tong-quan). Some integrations report the id of
the OA in front, or the timestamp of a header. All variants need the secret, so accepting them weakens
nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re

SIGNATURE_HEADER = "X-ZEvent-Signature"
TIMESTAMP_HEADER = "X-ZEvent-Timestamp"
_HEX = re.compile(r"[0-9a-f]{64}")


def mac(first: str, body: bytes, timestamp: str, secret: str) -> str:
    """Return the lower-case hexadecimal digest of one variant."""
    return hashlib.sha256(first.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def read_signature(header: str | None) -> str | None:
    """Return the 64 hexadecimal digits of the header, or None when there are none."""
    value = (header or "").strip().lower().removeprefix("mac=").strip()
    return value if _HEX.fullmatch(value) else None


def matching_variant(
    shown: str, body: bytes, *, app_id: str, oa_id: str | None, secret: str, timestamps: tuple[str | None, ...]
) -> str | None:
    """Return the name of the variant that a signature fits, or None for a forged one.

    All candidates are computed and compared in constant time, without leaving early.

    Args:
        shown: As `read_signature` made it.
        body: The raw bytes, as they arrived.
        app_id: Of our app.
        oa_id: Of our OA, when it is known.
        secret: "OA Secret Key" of the webhook page.
        timestamps: Of the header and of the body; None where there is none.
    """
    found: str | None = None
    for first, name in ((app_id, "app"), (oa_id, "oa")):
        for timestamp, place in zip(timestamps, ("header", "body"), strict=True):
            candidate = mac(first or "", body, timestamp or "", secret)
            fits = hmac.compare_digest(candidate, shown)
            if fits and first and timestamp:
                found = found or f"{name}_{place}"
    return found
