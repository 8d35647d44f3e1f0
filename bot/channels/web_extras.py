"""The addresses the widget needs beyond the web channel itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bot.catalogue.catalogue import Catalogue
from bot.channels.rate_limits import Rate
from bot.channels.web_access import Access, Endpoint
from bot.channels.web_config import READS_OF_ADDRESS, EntryPoints, WebConfig
from bot.channels.web_extras_models import RatingRequest, RatingShown, WidgetConfig
from bot.channels.web_feedback import CALLS_OF_SESSION, WebFeedback
from bot.channels.web_routes import PREFIX, Route, add_route
from bot.channels.web_sessions import SessionSigner
from bot.storage.database import Database

_PROCEDURE = {
    "name": "procedure",
    "in": "query",
    "description": "Code of a procedure; the quick questions are about it then.",
    "schema": {"type": "string", "pattern": r"^\d\.\d{6}$"},
}
_LANG = {
    "name": "lang",
    "in": "query",
    "description": "Language of the labels.",
    "schema": {"type": "string", "enum": ["vi", "en"], "default": "vi"},
}
_SEQ = {
    "name": "seq",
    "in": "path",
    "required": True,
    "description": "The number of the rated answer.",
    "schema": {"type": "integer", "minimum": 1},
}


class ReadableRefusals(Access):
    """As `Access`, but a page on no list may read that it is refused, and put its chat away."""

    def guard(self, endpoint: Endpoint) -> Endpoint:
        """Return an endpoint that refuses foreign pages readably."""
        guarded = super().guard(endpoint)

        @functools.wraps(endpoint)
        async def readable(request: Request) -> Response:
            response = await guarded(request)
            if response.status_code == 403:
                response.headers["Access-Control-Allow-Origin"] = "*"
            return response

        return readable


def create_web_extras_router(
    *,
    database: Database,
    signer: SessionSigner,
    catalogue: Callable[[], Catalogue],
    entry_points: Callable[[], EntryPoints] = EntryPoints,
    allowed_origins: Collection[str] = (),
    trusted_proxies: int = 0,
    calls: Rate = CALLS_OF_SESSION,
    reads: Rate = READS_OF_ADDRESS,
) -> APIRouter:
    """Return the routes; to be included before those of `create_web_router`, which end in a catch-all.

    Args:
        database: Where conversations and ratings are.
        signer: Checks session tokens.
        catalogue: Returns the catalogue in use.
        entry_points: Returns the ways on from the chat that are open now.
        allowed_origins: Exact origins of other sites whose pages may call.
        trusted_proxies: Number of own proxies before the service.
        calls: How much one session may ask.
        reads: How often one address may ask for the configuration.
    """
    config = WebConfig(catalogue, entry_points, trusted_proxies=trusted_proxies, reads=reads)
    feedback = WebFeedback(database, signer, calls=calls)
    access, readable = Access(allowed_origins), ReadableRefusals(allowed_origins)
    router = APIRouter(prefix=PREFIX, tags=["web"])
    for route in (
        Route(
            *("GET", "/config", config.config, 200, (400, 429)),
            answer=WidgetConfig,
            parameters=(_PROCEDURE, _LANG),
            is_open=True,
        ),
        Route(
            *("POST", "/ratings", feedback.rate_answer, 204, (400, 401, 404, 413, 415, 422, 429)),
            body=RatingRequest,
        ),
        Route("GET", "/ratings", feedback.ratings, 200, (401, 429), answer=list[RatingShown]),
        Route(
            *("DELETE", "/ratings/{seq}", feedback.withdraw_rating, 204, (401, 404, 429)),
            parameters=(_SEQ,),
        ),
        Route(
            *("GET", "/transcript", feedback.transcript, 200, (401, 429)),
            file_type="text/plain",
        ),
    ):
        add_route(router, readable if route.is_open else access, route)
    return router
