"""The console as an application of its own, mounted at `/console`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.console.access import Needs
from bot.console.auth import pages as auth_pages
from bot.console.auth.oidc import Provider, SingleSignOn
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import COOKIE
from bot.console.context import PATH, Console, console_of
from bot.console.pages import audit, content, examples, home, releases, review, saved, staff, training
from bot.console.pages.desk import contacts, figures, officers, queue, talk
from bot.console.problems import ConsoleProblem, NotSignedIn
from bot.console.sections import Area

if TYPE_CHECKING:
    from bot.service import Service
    from bot.settings import Settings

logger = logging.getLogger(__name__)

AREAS: tuple[Area, ...] = (
    auth_pages.AREA,
    home.AREA,
    queue.AREA,
    contacts.AREA,
    figures.AREA,
    officers.AREA,
    # After those with fixed names: its paths begin with a number.
    talk.AREA,
    review.AREA,
    content.AREA,
    examples.AREA,
    training.AREA,
    releases.AREA,
    saved.AREA,
    staff.AREA,
    audit.AREA,
)
"""Every area; a new one is added here and appears in the navigation of those who may enter."""
PUBLIC = frozenset(auth_pages.PUBLIC)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NO_STORE = "no-store"
LONGEST_BODY = 6_000_000


def create_console(
    service: Service, areas: tuple[Area, ...] = AREAS, stopping: Callable[[], bool] = lambda: False
) -> FastAPI:
    """Return the console's application over a service.

    Args:
        service: What the pages work with.
        areas: The pages.
        stopping: Says whether the process shuts down; pages that wait for news end then.

    Raises:
        RuntimeError: A route says neither who may call it nor that it is public.
    """
    app = FastAPI(title="Một Cửa — bàn làm việc", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.console = Console(service, areas, _single_sign_on(service.settings), stopping=stopping)
    for area in areas:
        app.include_router(area.router)
    for route in routes_of(areas):
        if route.path not in PUBLIC and permission_of(route) is None:
            raise RuntimeError(f"{route.path} does not say who may call it")
    app.middleware("http")(_guard)
    app.add_exception_handler(ConsoleProblem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)
    return app


def routes_of(areas: tuple[Area, ...] = AREAS) -> list[APIRoute]:
    """Return all routes; a router inside a router would escape the check, so it is refused.

    Raises:
        RuntimeError: An area has something else than plain routes.
    """
    routes = [route for area in areas for route in area.router.routes]
    if strange := [route for route in routes if not isinstance(route, APIRoute)]:
        raise RuntimeError(f"not a plain route: {strange[0]}")
    return [route for route in routes if isinstance(route, APIRoute)]


def permission_of(route: APIRoute) -> Permission | None:
    """Return the permission that a route asks for, or None when it asks for none."""
    return _found(route.dependant)


def _found(dependant: Dependant) -> Permission | None:
    if isinstance(dependant.call, Needs):
        return dependant.call.permission
    for inner in dependant.dependencies:
        if (permission := _found(inner)) is not None:
            return permission
    return None


def _single_sign_on(settings: Settings) -> SingleSignOn | None:
    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
        return None
    return SingleSignOn(
        Provider(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret.get_secret_value(),
            settings.oidc_username_claim,
        )
    )


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LONGEST_BODY:
        response: Response = _page(request, "Tệp quá lớn, tối đa 6 MB.", 413)
    elif request.method not in ("GET", "HEAD") and "content-length" not in request.headers:
        response = _page(request, "Yêu cầu thiếu độ dài.", 411)
    else:
        response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", NO_STORE)
    return response


async def _problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, ConsoleProblem):
        raise error
    if isinstance(error, NotSignedIn) and request.method == "GET" and "hx-request" not in request.headers:
        wanted = request.url.path
        response: Response = RedirectResponse(f"{PATH}/login?to={quote(wanted)}", 303)
        response.delete_cookie(COOKIE, path=PATH)
        return response
    return _page(request, str(error), error.status)


async def _invalid(request: Request, error: Exception) -> Response:
    return _page(request, "Có ô chưa điền hoặc điền chưa đúng. Hãy quay lại và kiểm tra.", 422)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = {404: "Không có trang này.", 405: "Trang này không nhận cách gọi đó."}
    return _page(request, words.get(status, "Yêu cầu không hợp lệ."), status)


async def _failed(request: Request, error: Exception) -> Response:
    logger.error("a console request failed: %s", type(error).__name__, exc_info=error)
    response = _page(request, "Có lỗi phía máy chủ. Hãy thử lại sau ít phút.", 500)
    # This answer is made outside of the guard.
    response.headers.update(HEADERS)
    return response


def _page(request: Request, message: str, status: int) -> Response:
    return console_of(request).page(request, None, "problem.html", status=status, message=message)
