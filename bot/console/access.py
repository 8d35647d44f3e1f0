"""Who may call a page: session, role, and the token that foreign pages do not know."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import Depends
from starlette.requests import Request

from bot.console.auth.roles import Permission, may
from bot.console.auth.sessions import COOKIE, Session
from bot.console.context import console_of
from bot.console.problems import Forbidden, NotSignedIn

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER = "x-csrf-token"


class Needs:
    """A dependency that lets in who has a permission; the permission can be read off a route."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Session:
        """Return the session of the caller.

        Raises:
            NotSignedIn: There is none.
            Forbidden: Its role may not, or the request did not come from our own page.
        """
        session = await console_of(request).sessions.find(request.cookies.get(COOKIE))
        if session is None:
            raise NotSignedIn("Hãy đăng nhập để tiếp tục.")
        if not may(session.member.role, self.permission):
            raise Forbidden
        if request.method not in SAFE:
            await check_token(request, session.csrf)
        return session


def needs(permission: Permission) -> Any:
    """Return the dependency for a route."""
    return Depends(Needs(permission))


async def check_token(request: Request, wanted: str) -> None:
    """Check the token of a form or of htmx.

    Raises:
        Forbidden: It is missing or wrong, or the browser says that another site sent the request.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("Yêu cầu đến từ trang khác nên bị từ chối.")
    given: object = request.headers.get(HEADER)
    if given is None:
        given = (await request.form()).get("csrf")
    if not isinstance(given, str) or not secrets.compare_digest(given.encode(), wanted.encode()):
        raise Forbidden("Trang đã cũ. Hãy tải lại trang rồi làm lại.")
