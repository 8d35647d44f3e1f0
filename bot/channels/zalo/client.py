"""Zalo's OpenAPI and token endpoint over httpx; every failure says whether the request was taken."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from pydantic import SecretStr

from bot.attachments.fetching import FileTooLarge
from bot.channels.sending import NotTaken, UnknownOutcome
from bot.channels.zalo.errors import ZaloError

TIMEOUT = httpx.Timeout(connect=4.0, read=7.0, write=4.0, pool=3.0)
"""A look-up and a sending together stay below the limit of one delivery."""
UPLOAD_SECONDS = 12.0
ROWS_AT_ONCE = 10
"""Messages of a conversation that Zalo shows in one answer."""
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What the token endpoint gives; the texts are secret."""

    access_token: str
    refresh_token: str
    expires_in_seconds: int


class TokenRefused(RuntimeError):
    """The token endpoint gave no tokens: the code or the refresh token is spent or wrong."""


class ZaloClient:
    """The calls we make, each bounded in time."""

    def __init__(
        self, *, app_id: str, app_secret: SecretStr, api: str, oauth: str, sends_proof: bool = False
    ) -> None:
        self.app_id = app_id
        self._app_secret = app_secret
        self._api, self._oauth = api.rstrip("/"), oauth.rstrip("/")
        self._sends_proof = sends_proof
        self._http = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        self._is_closed = False

    async def close(self) -> None:
        """Close connections; what is asked from now on is not taken."""
        self._is_closed = True
        await self._http.aclose()

    async def send(self, access_token: str, user_id: str, message: dict[str, Any]) -> str:
        """Send a message to a person and return its id.

        Raises:
            NotTaken: It did not leave.
            UnknownOutcome: It left, and no answer came.
            ZaloError: Zalo says no.
        """
        body = {"recipient": {"user_id": user_id}, "message": message}
        data = await self._call("POST", "/v3.0/oa/message/cs", access_token, content=orjson.dumps(body))
        return str(data.get("message_id", "")) if isinstance(data, dict) else ""

    async def upload(self, access_token: str, kind: str, name: str, content: bytes, media_type: str) -> str:
        """Upload an `image` or a `file` and return what names it in a message; it dies after 7 days.

        Raises:
            NotTaken, UnknownOutcome, ZaloError: As for `send`; uploading again harms nothing.
        """
        files = {"file": (name, content, media_type)}
        data = await self._call(
            "POST", f"/v2.0/oa/upload/{kind}", access_token, files=files, timeout=UPLOAD_SECONDS
        )
        key = "attachment_id" if kind == "image" else "token"
        return str(data.get(key, "")) if isinstance(data, dict) else ""

    async def fetch(self, url: str, limit: int, hosts: Collection[str]) -> bytes:
        """Return the bytes behind an address that came with a message.

        Args:
            url: From an event, so anybody's claim.
            limit: Bytes.
            hosts: Ends of the names of hosts that are asked; no redirect leads elsewhere.

        Raises:
            FileTooLarge: There are more.
            httpx.HTTPError: It failed.
            ValueError: The address is not one of Zalo's.
        """
        asked = httpx.URL(url)
        is_known = any(asked.host == host or asked.host.endswith(f".{host}") for host in hosts)
        if not is_known or not (asked.scheme == "https" or asked.host == "127.0.0.1"):
            raise ValueError("not an address of Zalo")
        chunks, size = [], 0
        async with self._http.stream("GET", asked, follow_redirects=False, timeout=UPLOAD_SECONDS) as response:
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > limit:
                    raise FileTooLarge
                chunks.append(chunk)
        return b"".join(chunks)

    async def recent(self, access_token: str, user_id: str, offset: int = 0) -> list[dict[str, Any]]:
        """Return the newest messages with a person, at most 10, after the `offset` newest.

        Raises:
            NotTaken, UnknownOutcome, ZaloError: As for `send`.
        """
        asked = orjson.dumps({"user_id": user_id, "offset": offset, "count": ROWS_AT_ONCE}).decode()
        data = await self._call("GET", "/v2.0/oa/conversation", access_token, params={"data": asked})
        return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []

    async def about_oa(self, access_token: str) -> dict[str, Any]:
        """Return what Zalo says of the OA: name, verification, package.

        Raises:
            NotTaken, UnknownOutcome, ZaloError: As for `send`.
        """
        data = await self._call("GET", "/v2.0/oa/getoa", access_token)
        return data if isinstance(data, dict) else {}

    async def redeem_code(self, code: str, verifier: str) -> TokenPair:
        """Return the tokens for a code of the consent page.

        Raises:
            TokenRefused: The code is spent or wrong.
            NotTaken, UnknownOutcome: As for `send`.
        """
        return await self._tokens(code=code, grant_type="authorization_code", code_verifier=verifier)

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Spend a refresh token and return a new pair; the old access token is dead from now on.

        Raises:
            TokenRefused: It was spent before.
            NotTaken, UnknownOutcome: As for `send`.
        """
        return await self._tokens(refresh_token=refresh_token, grant_type="refresh_token")

    async def _tokens(self, **form: str) -> TokenPair:
        headers = {"secret_key": self._app_secret.get_secret_value()}
        content = await self._request(
            "POST", f"{self._oauth}/v4/oa/access_token", headers, data={"app_id": self.app_id, **form}
        )
        # Success is both tokens, whatever the status: that is how Zalo's own SDK reads it.
        access, refresh = content.get("access_token"), content.get("refresh_token")
        if access and refresh:
            return TokenPair(str(access), str(refresh), int(content.get("expires_in") or 0) or 3600)
        match _number(content.get("error")):
            case 0:
                # Not Zalo's way to say no; perhaps somebody on the way answered.
                raise UnknownOutcome("neither tokens nor an error")
            case -32:
                raise NotTaken("rate limit")
            case _:
                raise TokenRefused("no tokens in the answer")

    async def _call(self, method: str, path: str, access_token: str, **options: Any) -> Any:
        headers = {"access_token": access_token}
        if "files" not in options:
            headers["Content-Type"] = "application/json"
        if self._sends_proof:
            headers["appsecret_proof"] = proof(access_token, self._app_secret.get_secret_value())
        content = await self._request(method, f"{self._api}{path}", headers, **options)
        code = _number(content.get("error", 0))
        if code != 0:
            raise ZaloError(code)
        return content.get("data")

    async def _request(self, method: str, url: str, headers: dict[str, str], **options: Any) -> dict[str, Any]:
        if self._is_closed:
            raise NotTaken("the service is stopping")
        try:
            response = await self._http.request(method, url, headers=headers, **options)
        except NOT_SENT as error:
            raise NotTaken(type(error).__name__) from None
        except httpx.HTTPError as error:
            # Without the original: its request carries the tokens.
            raise UnknownOutcome(type(error).__name__) from None
        if response.status_code in {502, 503}:
            # A gateway without a server behind it.
            raise NotTaken(f"status {response.status_code}")
        if response.status_code >= 500:
            raise UnknownOutcome(f"status {response.status_code}")
        try:
            content = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise UnknownOutcome("an answer that is not JSON") from None
        return content if isinstance(content, dict) else {"data": content}


def proof(access_token: str, app_secret: str) -> str:
    """Return the `appsecret_proof`: here it is an HMAC, unlike the signature of webhooks."""
    return hmac.digest(app_secret.encode(), access_token.encode(), "sha256").hex()


def _number(value: Any) -> int:
    """Codes come as numbers or as texts."""
    try:
        return int(value or 0)
    except (TypeError, ValueError):
        return -1
