"""Single sign-on by OpenID Connect: authorization code with PKCE, state and nonce.

Accounts are made here by an administrator; the provider only proves who somebody is. The first
sign-in binds the account to the provider's subject, so that a re-used name cannot take it over.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt
from sqlalchemy import select, update

from bot.clock import now
from bot.console.audit import note
from bot.console.auth.accounts import Member, member_of
from bot.storage.database import Database
from bot.storage.staff_tables import staff

TIMEOUT_SECONDS = 10.0
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Never `none`, never HS*: the key of the provider is public."""
LEEWAY_SECONDS = 60
DISCOVERED_FOR = 600.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SingleSignOnFailed(RuntimeError):
    """The provider could not prove who it is; the message is for staff."""


@dataclass(frozen=True, slots=True)
class Provider:
    """How to reach the identity provider; set by the operator."""

    issuer: str
    client_id: str
    client_secret: str
    username_claim: str = "preferred_username"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the browser keeps between leaving for the provider and coming back."""

    state: str
    nonce: str
    verifier: str

    def stored(self) -> str:
        """Return the value of the short-lived cookie."""
        return f"{self.state}.{self.nonce}.{self.verifier}"


def new_attempt() -> Attempt:
    """Return a fresh attempt."""
    return Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))


def attempt_of(cookie: str) -> Attempt | None:
    """Return the attempt that `stored` wrote."""
    pieces = cookie.split(".")
    return Attempt(*pieces) if len(pieces) == 3 and all(pieces) else None


class SingleSignOn:
    """Talks to the provider."""

    def __init__(self, provider: Provider, transport: httpx.AsyncBaseTransport | None = None) -> None:
        parts = urlsplit(provider.issuer)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("the issuer must be https")
        self._provider = provider
        self._transport = transport
        self._found: tuple[float, dict[str, Any], jwt.PyJWKSet] | None = None

    async def address(self, attempt: Attempt, callback: str) -> str:
        """Return where to send the browser.

        Raises:
            SingleSignOnFailed: The provider cannot be reached.
        """
        about, _ = await self._discover()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": callback,
            "scope": "openid profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        start = str(about["authorization_endpoint"])
        return f"{start}{'&' if '?' in start else '?'}{urlencode(query)}"

    async def claims(self, attempt: Attempt, code: str, state: str, callback: str) -> dict[str, Any]:
        """Return the proven claims of a code.

        Raises:
            SingleSignOnFailed: State, code, signature, issuer, audience, time or nonce are not right.
        """
        if not secrets.compare_digest(state, attempt.state):
            raise SingleSignOnFailed("Phiên đăng nhập không khớp. Hãy đăng nhập lại.")
        about, keys = await self._discover()
        answer = await self._ask(
            "POST",
            str(about["token_endpoint"]),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": callback,
                "code_verifier": attempt.verifier,
            },
            auth=(self._provider.client_id, self._provider.client_secret),
        )
        claims = self._verified(str(answer.get("id_token") or ""), keys)
        if not secrets.compare_digest(str(claims.get("nonce") or ""), attempt.nonce):
            raise SingleSignOnFailed("Máy chủ đăng nhập trả lời không khớp. Hãy đăng nhập lại.")
        return claims

    async def member(self, database: Database, claims: dict[str, Any]) -> Member:
        """Return the member of staff whom claims name; the first time binds the account to them.

        Raises:
            SingleSignOnFailed: Nobody of that name works here, or the account is disabled.
        """
        subject = f"{claims['iss']}|{claims['sub']}"[:255]
        username = str(claims.get(self._provider.username_claim) or "").lower()
        refused = SingleSignOnFailed("Tài khoản này chưa được cấp quyền. Hãy liên hệ quản trị.")
        async with database.write() as connection:
            row = (await connection.execute(select(staff).where(staff.c.oidc_subject == subject))).first()
            if row is None:
                row = (
                    await connection.execute(
                        update(staff)
                        .where(staff.c.username == username, staff.c.oidc_subject.is_(None))
                        .values(oidc_subject=subject)
                        .returning(staff)
                    )
                ).first()
            if row is None or row.disabled_at:
                raise refused
            await connection.execute(update(staff).where(staff.c.id == row.id).values(last_seen_at=now()))
            member = member_of(row)
            await note(connection, member.actor, "sign_in", member.username, after={"by": "oidc"})
        return member

    def _verified(self, token: str, keys: jwt.PyJWKSet) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            key = next(k for k in keys.keys if k.key_id == header.get("kid") or len(keys.keys) == 1)
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=ALGORITHMS,
                audience=self._provider.client_id,
                issuer=self._provider.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except StopIteration:
            self._found = None
            raise SingleSignOnFailed("Máy chủ đăng nhập dùng khoá lạ. Hãy thử lại.") from None
        except jwt.PyJWTError as error:
            raise SingleSignOnFailed("Máy chủ đăng nhập trả lời không hợp lệ.") from error
        if claims.get("azp") not in (None, self._provider.client_id):
            raise SingleSignOnFailed("Máy chủ đăng nhập trả lời không hợp lệ.")
        return claims

    async def _discover(self) -> tuple[dict[str, Any], jwt.PyJWKSet]:
        if self._found and self._found[0] > time.monotonic():
            return self._found[1], self._found[2]
        issuer = self._provider.issuer
        about = await self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != issuer:
            raise SingleSignOnFailed("Máy chủ đăng nhập không đúng địa chỉ đã đặt.")
        try:
            keys = jwt.PyJWKSet.from_dict(await self._ask("GET", str(about["jwks_uri"])))
            _ = about["authorization_endpoint"], about["token_endpoint"]
        except (KeyError, jwt.PyJWTError) as error:
            raise SingleSignOnFailed("Máy chủ đăng nhập trả lời không hợp lệ.") from error
        self._found = (time.monotonic() + DISCOVERED_FOR, about, keys)
        return about, keys

    async def _ask(self, method: str, url: str, **values: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, transport=self._transport) as client:
                response = await client.request(method, url, **values)
                response.raise_for_status()
                answer = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise SingleSignOnFailed("Chưa liên hệ được máy chủ đăng nhập. Hãy thử lại sau.") from error
        if not isinstance(answer, dict):
            raise SingleSignOnFailed("Máy chủ đăng nhập trả lời không hợp lệ.")
        return answer
