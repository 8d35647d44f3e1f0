"""Signed links to files: whoever has one may open that file until it ends, and nothing else."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable, Sequence

PATH = "/tep"
_PURPOSE = b"motcua attachment "


class LinkSigner:
    """Makes and checks links."""

    def __init__(self, keys: Sequence[str], clock: Callable[[], float] = time.time) -> None:
        """Args: `keys`: the first signs, all are accepted."""
        self._keys = [key.encode() for key in keys]
        self._clock = clock

    def path(self, attachment_id: str, seconds: int) -> str:
        """Return a path that opens a file for so long."""
        until = int(self._clock()) + seconds
        return f"{PATH}/{attachment_id}?den={until}&ky={_sign(self._keys[0], attachment_id, until)}"

    def is_valid(self, attachment_id: str, until: str, signature: str) -> bool:
        """Say whether a link is ours and has not ended."""
        if not (until.isascii() and until.isdecimal() and len(until) <= 12 and signature.isascii()):
            return False
        moment = int(until)
        signed = [
            hmac.compare_digest(_sign(key, attachment_id, moment), signature) for key in self._keys
        ]  # fmt: skip
        return any(signed) and self._clock() < moment


def _sign(key: bytes, attachment_id: str, until: int) -> str:
    digest = hmac.digest(key, _PURPOSE + f"{attachment_id} {until}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()
