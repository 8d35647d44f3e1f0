"""Calling a one-stop system: limits of time and size, one retry, no redirects, nothing logged."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from bot.dossiers.errors import Denied, Malformed, RateLimited, Unavailable

CONNECT_SECONDS = 3.0
READ_SECONDS = 6.0
MOST_BYTES = 256 * 1024
RETRY_AFTER_SECONDS = 60.0
_MAY_RETRY = {502, 503, 504}
_PAUSE = (0.3, 0.8)

# At INFO it writes whole addresses, which hold codes and PINs.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and parsed body of an answer."""

    status: int
    body: Any


class SystemClient:
    """One HTTP client for one system; all requests it sends are reads, so each may be repeated once."""

    def __init__(self, base_url: str, *, at_once: int = 8, ca_file: str | None = None) -> None:
        verify: bool | ssl.SSLContext = ssl.create_default_context(cafile=ca_file) if ca_file else True
        self._base = base_url.rstrip("/")
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=at_once + 2, max_keepalive_connections=at_once + 2),
            follow_redirects=False,
            trust_env=False,
            verify=verify,
            headers={"User-Agent": "motcua", "Accept": "application/json"},
        )

    async def get(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str], *, allowed: frozenset[int]
    ) -> Answer:
        """Return the answer to a GET; see `_ask`."""
        return await self._ask("GET", path, allowed, params=dict(params), headers=dict(headers))

    async def post_json(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str], *, allowed: frozenset[int]
    ) -> Answer:
        """Return the answer to a POST that only reads; see `_ask`."""
        content = orjson.dumps(body)
        headers = {"Content-Type": "application/json", **headers}
        return await self._ask("POST", path, allowed, content=content, headers=headers)

    async def post_form(self, url: str, form: Mapping[str, str], *, allowed: frozenset[int]) -> Answer:
        """Return the answer to a POST of form fields; see `_ask`."""
        return await self._ask("POST", url, allowed, data=dict(form))

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def _ask(self, method: str, path: str, allowed: frozenset[int], **request: Any) -> Answer:
        """Return an answer whose status is among `allowed`.

        Raises:
            Unavailable: No answer in time, or a 5xx, also at the second try.
            RateLimited: 429.
            Denied: 401 or 403, unless allowed.
            Malformed: Another status, a body that is too big or no JSON.
        """
        url = path if path.startswith("http") else self._base + path
        for is_last in (False, True):
            try:
                status, headers, content = await self._send(method, url, request)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.RemoteProtocolError, httpx.ReadError) as error:
                if is_last:
                    raise Unavailable(type(error).__name__) from None
            except (httpx.HTTPError, TimeoutError) as error:
                # The chain would carry the address, and with it code and PIN.
                raise Unavailable(type(error).__name__) from None
            else:
                if status not in _MAY_RETRY or is_last:
                    return _answer(status, headers, content, allowed)
            await asyncio.sleep(random.uniform(*_PAUSE))  # noqa: S311
        raise AssertionError("unreachable")

    async def _send(self, method: str, url: str, request: dict[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        async with self._http.stream(method, url, **request) as response:
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > MOST_BYTES:
                    raise Malformed("too big")
            return response.status_code, response.headers, bytes(content)


def _answer(status: int, headers: httpx.Headers, content: bytes, allowed: frozenset[int]) -> Answer:
    if status in allowed:
        try:
            return Answer(status, orjson.loads(content))
        except orjson.JSONDecodeError:
            if status != 200:
                return Answer(status, None)
            raise Malformed("no JSON") from None
    if status == 429:
        raise RateLimited(_seconds(headers.get("retry-after")))
    if status in (401, 403):
        raise Denied(str(status))
    if status >= 500:
        raise Unavailable(str(status))
    raise Malformed(str(status))


def _seconds(value: str | None) -> float:
    return min(float(value), 3600.0) if value and value.isdecimal() else RETRY_AFTER_SECONDS
