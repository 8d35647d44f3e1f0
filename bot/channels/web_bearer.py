"""The session token of a request."""

from __future__ import annotations

from starlette.requests import Request

from bot.channels.web_errors import session_invalid


def bearer_token(request: Request) -> str:
    """Return the token of the `Authorization` header.

    Browsers never add this header by themselves, so no foreign page can act for a citizen (CSRF).

    Raises:
        WebError: 401, there is none.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise session_invalid()
    return token.strip()
