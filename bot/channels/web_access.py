"""Who may call the web API: origins, cross-origin headers, and errors as JSON for everyone."""

from __future__ import annotations

import functools
import logging
from collections.abc import Collection
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.channels.web_errors import answer_to, internal, origin_not_allowed

logger = logging.getLogger(__name__)


class Endpoint(Protocol):
    """A function that answers requests."""

    __name__: str

    async def __call__(self, request: Request) -> Response:
        """Return the response to a request, or raise."""


PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "authorization, content-type, last-event-id",
    "Access-Control-Max-Age": "600",
}
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Access:
    """The door of the web API.

    An origin is no proof of who calls, for programs can write any; it keeps foreign pages from using
    their visitors' browsers. Rate limits are the guard against programs.
    """

    def __init__(self, allowed_origins: Collection[str]) -> None:
        """Take the exact origins (`https://host[:port]`) that may call besides our own."""
        self._allowed = frozenset(origin.rstrip("/").lower() for origin in allowed_origins)

    def guard(self, endpoint: Endpoint) -> Endpoint:
        """Return an endpoint that refuses foreign pages and answers every failure in our own form."""

        @functools.wraps(endpoint)
        async def guarded(request: Request) -> Response:
            origin = request.headers.get("origin")
            if origin is not None and not self._may_call(origin, request):
                response = origin_not_allowed().response()
                response.headers["Vary"] = "Origin"
                return response
            try:
                response = await endpoint(request)
            except ClientDisconnect:
                # Nobody reads it; without an answer the server would report a fault.
                response = Response(status_code=400)
            except Exception as error:
                answer = answer_to(error)
                if answer.status == internal().status:
                    logger.exception("a web request failed")
                response = answer.response()
            response.headers["Vary"] = "Origin"
            if origin is not None:
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"
            return response

        return guarded

    def _may_call(self, origin: str, request: Request) -> bool:
        if origin.lower() in self._allowed:
            return True
        if request.headers.get("sec-fetch-site") == "same-origin":
            return True
        # The scheme is not compared: behind a proxy that ends TLS we only see http.
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        port = _DEFAULT_PORTS.get(parts.scheme)
        if port is None:
            return False
        host = request.headers.get("host", "").lower()
        return parts.netloc.lower().removesuffix(port) == host.removesuffix(port)


async def preflight(request: Request) -> Response:
    """Answer a browser that asks whether it may call; guarded like all other calls."""
    return Response(status_code=204, headers=PREFLIGHT_HEADERS)
