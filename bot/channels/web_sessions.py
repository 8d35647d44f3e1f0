"""Session tokens of the web channel: made and signed by the server, never chosen by a client.

A token is `v1.<key id>.<base64url claims>.<base64url HMAC-SHA256>`. It names the session and its
conversation, so that no table of sessions is needed; erasing the conversation ends the session.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from bot.conversations.messages import ConversationId

LIFETIME_SECONDS = 30 * 60
RENEWABLE_SECONDS = 24 * 60 * 60
"""How long after its end a token may still be renewed."""
SHORTEST_SECRET_BYTES = 16
LONGEST_TOKEN = 512

_VERSION = "v1"


class SessionError(ValueError):
    """A token that is not accepted.

    SessionError
    ├── InvalidSession     malformed, forged, signed by an unknown key, or too old to renew
    └── ExpiredSession     ours, but its time is over
    """


class InvalidSession(SessionError):
    """The token is not one of ours, or can no longer be renewed."""


class ExpiredSession(SessionError):
    """The token is ours and its time is over."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a token says; times are seconds since 1970."""

    id: str
    conversation_id: ConversationId
    issued: int
    expires: int


def new_session_id() -> str:
    """Return an id of 128 random bits."""
    return "s_" + secrets.token_urlsafe(16)


class SessionSigner:
    """Signs and verifies tokens; several secrets are valid while one replaces another."""

    def __init__(
        self,
        keys: Sequence[str],
        *,
        lifetime_seconds: int = LIFETIME_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take the secrets in use.

        Args:
            keys: The first one signs; all of them verify.
            lifetime_seconds: How long a token is accepted.
            clock: Returns the seconds since 1970.

        Raises:
            ValueError: There is no secret, or one is shorter than 16 bytes.
        """
        encoded = [key.encode() for key in keys]
        if not encoded or any(len(key) < SHORTEST_SECRET_BYTES for key in encoded):
            raise ValueError(f"web sessions need secrets of at least {SHORTEST_SECRET_BYTES} bytes")
        self._keys = {_key_id(key): key for key in encoded}
        self._first = _key_id(encoded[0])
        self._clock = clock
        self.lifetime_seconds = lifetime_seconds

    def sign(self, session_id: str, conversation_id: ConversationId) -> str:
        """Return a fresh token."""
        issued = int(self._clock())
        claims = {
            "s": session_id,
            "c": conversation_id,
            "i": issued,
            "e": issued + self.lifetime_seconds,
        }
        signed = f"{_VERSION}.{self._first}.{_encode(orjson.dumps(claims))}"
        return f"{signed}.{self._mac(self._first, signed)}"

    def verify(self, token: str) -> Session:
        """Return what a token says.

        Raises:
            InvalidSession: It is not ours.
            ExpiredSession: Its time is over.
        """
        session = self._read(token)
        if session.expires <= self._clock():
            raise ExpiredSession
        return session

    def renew(self, token: str) -> Session:
        """Return the session of a token that is valid or ended less than a day ago.

        Raises:
            InvalidSession: It is not ours, or ended too long ago.
        """
        session = self._read(token)
        if session.expires + RENEWABLE_SECONDS <= self._clock():
            raise InvalidSession
        return session

    def _read(self, token: str) -> Session:
        parts = token.split(".") if len(token) <= LONGEST_TOKEN and token.isascii() else []
        if len(parts) != 4 or parts[0] != _VERSION or parts[1] not in self._keys:
            raise InvalidSession
        signed, _, mac = token.rpartition(".")
        # Texts are compared, not bytes: base64 may be spelled in several ways.
        if not hmac.compare_digest(self._mac(parts[1], signed), mac):
            raise InvalidSession
        claims = orjson.loads(urlsafe_b64decode(parts[2] + "=" * (-len(parts[2]) % 4)))
        return Session(claims["s"], ConversationId(claims["c"]), claims["i"], claims["e"])

    def _mac(self, key_id: str, signed: str) -> str:
        return _encode(hmac.digest(self._keys[key_id], signed.encode(), "sha256"))


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"motcua web session key " + key).hexdigest()[:8]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
