"""The addresses of the web API, with what its OpenAPI description says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import APIRouter, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web_access import Access, Endpoint, preflight
from bot.channels.web_errors import not_found
from bot.channels.web_models import (
    ErrorShown,
    History,
    MessageAccepted,
    MessageRequest,
    MessageShown,
    SessionCreated,
    SessionRequest,
)

PREFIX = "/api/web"

_SENTENCES = {
    400: "`bad_request`: the body is not JSON, or a number is none.",
    401: "`session_invalid`, `session_expired` (renew it) or `session_unknown` (begin anew).",
    403: "`origin_not_allowed`: pages of this site may not call.",
    404: "`unknown_message`: the conversation has no such answer of the bot; "
    "`not_offered`: the channel is not switched on.",
    409: "`unknown_position`: `after` is larger than the newest number; `no_officer`: files go to officers only.",
    413: "`too_large`: the text or the body; `refused_size`: the file.",
    415: "`type_not_allowed`: the body is not of the declared type; `refused_type`: such files are not taken.",
    422: "`empty_text`; `bad_request`: a field is missing or of the wrong type; `refused_…`: the file, and why.",
    429: "`rate_limited`, with `Retry-After`.",
    503: "`unavailable`, with `Retry-After`; nothing was accepted, send again.",
}
_ALWAYS = (403, 503)
_BODY = (400, 413, 415, 422)


def _number(name: str, description: str, default: int, most: int | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer", "minimum": 0, "default": default}
    if most is not None:
        schema["maximum"] = most
    return {"name": name, "in": "query", "description": description, "schema": schema}


_AFTER = _number("after", "The last number read.", 0)
_WAIT = _number("wait", "Long poll, in seconds; with `Accept: application/json`.", 0, 25)
_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "Like `after`; the larger one counts.",
    "schema": {"type": "integer", "minimum": 0},
}

_bearer = HTTPBearer(
    auto_error=False, scheme_name="webSession", description="The token of a session of the web channel."
)


class WebCalls(Protocol):
    """The calls behind the addresses."""

    async def open_session(self, request: Request) -> Response:
        """Begin a conversation."""

    async def renew_session(self, request: Request) -> Response:
        """Replace a token."""

    async def post_message(self, request: Request) -> Response:
        """Accept a message."""

    async def events(self, request: Request) -> Response:
        """Stream messages."""

    async def typing(self, request: Request) -> Response:
        """Tell that the citizen writes."""

    async def history(self, request: Request) -> Response:
        """Return messages."""

    async def erase(self, request: Request) -> Response:
        """Erase the conversation."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address, with all that its description needs."""

    method: str
    path: str
    endpoint: Endpoint
    status: int
    errors: tuple[int, ...] = ()
    answer: Any = None
    body: type[BaseModel] | None = None
    body_type: str = "application/json"
    parameters: tuple[dict[str, Any], ...] = ()
    is_open: bool = False
    is_stream: bool = False
    file_type: str | None = None


def _routes(calls: WebCalls) -> tuple[Route, ...]:
    return (
        Route(
            *("POST", "/sessions", calls.open_session, 201, (*_BODY, 429)),
            answer=SessionCreated,
            body=SessionRequest,
            is_open=True,
        ),
        Route("POST", "/sessions/renew", calls.renew_session, 201, (401, 429), answer=SessionCreated),
        Route("DELETE", "/sessions/current", calls.erase, 204, (401,)),
        Route(
            *("POST", "/messages", calls.post_message, 202, (401, *_BODY, 429)),
            answer=MessageAccepted,
            body=MessageRequest,
        ),
        Route("POST", "/typing", calls.typing, 204, (401,)),
        Route(
            *("GET", "/messages", calls.history, 200, (400, 401)),
            answer=History,
            parameters=(_AFTER, _number("limit", "At most so many.", 50, 200)),
        ),
        Route(
            *("GET", "/events", calls.events, 200, (400, 401, 409, 429)),
            answer=list[MessageShown],
            is_stream=True,
            parameters=(_AFTER, _LAST_EVENT_ID, _WAIT),
        ),
    )


def add_routes(calls: WebCalls, access: Access) -> APIRouter:
    """Return a router with all addresses of the web API."""
    router = APIRouter(prefix=PREFIX, tags=["web"])
    for route in _routes(calls):
        add_route(router, access, route)
    _add_rest(router, access)
    return router


def add_route(router: APIRouter, access: Access, route: Route) -> None:
    """Add one guarded address with its description."""
    router.add_api_route(
        route.path,
        access.guard(route.endpoint),
        methods=[route.method],
        status_code=route.status,
        response_class=Response,
        responses=_responses(route),
        openapi_extra=_extra(route),
        dependencies=[] if route.is_open else [Security(_bearer)],
        operation_id=f"web_{route.endpoint.__name__}",
    )


def _add_rest(router: APIRouter, access: Access) -> None:
    """Answer preflights, and addresses that do not exist, in our own form."""

    async def nothing(request: Request) -> Response:
        raise not_found()

    rest: tuple[tuple[list[str], Endpoint], ...] = (
        (["OPTIONS"], preflight),
        (["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"], nothing),
    )
    for methods, endpoint in rest:
        router.add_api_route(
            "/{rest:path}",
            access.guard(endpoint),
            methods=methods,
            response_class=Response,
            include_in_schema=False,
        )


def _responses(route: Route) -> dict[int | str, dict[str, Any]]:
    shown: dict[int | str, dict[str, Any]] = {
        code: {"model": ErrorShown, "description": _SENTENCES[code]} for code in sorted({*route.errors, *_ALWAYS})
    }
    if route.answer is not None:
        shown[route.status] = {"model": route.answer}
    if route.file_type is not None:
        shown[route.status] = {"content": {route.file_type: {"schema": {"type": "string"}}}}
    if route.is_stream:
        shown[route.status]["content"] = {"text/event-stream": {"schema": {"type": "string"}}}
    return shown


def _extra(route: Route) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if route.body is not None:
        # Bodies are read by our own code, so their shape is written here and not found by FastAPI.
        extra["requestBody"] = {"content": {route.body_type: {"schema": route.body.model_json_schema()}}}
    if route.parameters:
        extra["parameters"] = list(route.parameters)
    return extra
