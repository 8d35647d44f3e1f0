"""The newest token pair in a file beside the database, from Zalo's answer until our commit.

Between the two the pair exists nowhere else: if the process dies there, or the database is away just
then, the old refresh token is spent and the new one is lost. The file is encrypted as the row is, and
names the refresh token it was got for, so that it is never taken for another one.
"""

from __future__ import annotations

import hashlib
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from cryptography.fernet import InvalidToken, MultiFernet

from bot.channels.zalo.client import TokenPair

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A pair, and when Zalo gave it."""

    pair: TokenPair
    received_at: datetime


class SealedPair:
    """The file of one app; every call blocks for a few milliseconds."""

    def __init__(self, path: Path, cipher: MultiFernet) -> None:
        """Take the place of the file; its folder is made when needed."""
        self._path = path
        self._cipher = cipher

    def put(self, spent: str, kept: Kept) -> None:
        """Keep what came for the refresh token `spent`; a disk that refuses is only logged."""
        content = {
            "for": _digest(spent),
            "access_token": kept.pair.access_token,
            "refresh_token": kept.pair.refresh_token,
            "expires_in_seconds": kept.pair.expires_in_seconds,
            "received_at": kept.received_at.isoformat(),
        }
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(self._cipher.encrypt(orjson.dumps(content)))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            logger.warning("the new tokens of Zalo are not kept beside the database: %s", type(error).__name__)

    def find(self, spent: str) -> Kept | None:
        """Return what came for the refresh token `spent`, or None."""
        try:
            content = orjson.loads(self._cipher.decrypt(self._path.read_bytes()))
        except (OSError, InvalidToken):
            return None
        if content["for"] != _digest(spent):
            return None
        pair = TokenPair(content["access_token"], content["refresh_token"], content["expires_in_seconds"])
        return Kept(pair, datetime.fromisoformat(content["received_at"]))

    def remove(self) -> None:
        """Forget it: the database has it."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
