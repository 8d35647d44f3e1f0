"""Going on elsewhere: `POST /api/web/moves` gives a link that works once, as text and as a QR code."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Literal, Protocol

import segno
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.rate_limits import Rate, RateLimiter
from bot.channels.web_access import Access
from bot.channels.web_bearer import bearer_token
from bot.channels.web_body import read_json
from bot.channels.web_errors import WebError, json_response, session_unknown, too_fast
from bot.channels.web_routes import PREFIX, Route, add_route
from bot.channels.web_rows import read_head
from bot.channels.web_sessions import SessionSigner
from bot.conversations.messages import ConversationId
from bot.storage.database import Database

DATABASE_SECONDS = 10.0
LINKS_OF_SESSION = Rate(5, 60)
QR_SCALE = 5


class MoveRequest(BaseModel):
    """What a client sends to go on elsewhere."""

    model_config = ConfigDict(extra="forbid")

    to: Literal["telegram", "zalo"]
    """The channel to go on with."""


class MoveLink(BaseModel):
    """A link that works once."""

    to: str
    """The channel it leads to."""
    url: str
    """Address to open; also what the QR codes say."""
    code: str | None
    """What has to be typed there, for example `CHUYEN ABCD2345`; null when the link carries it."""
    expires_at: str
    """ISO 8601, UTC; about ten minutes from now."""
    qr_svg: str
    """The link as an inline SVG picture."""
    qr_png: str
    """The link as a `data:image/png;base64,…` address."""


class Made(Protocol):
    """A link as the desk makes it."""

    @property
    def to(self) -> str:
        """The channel it leads to."""

    @property
    def url(self) -> str:
        """Address to open."""

    @property
    def code(self) -> str | None:
        """What has to be typed there, or None."""

    @property
    def expires_at(self) -> datetime:
        """Until when it works."""


class MakesMoves(Protocol):
    """What this room needs of the desk."""

    async def make(self, conversation_id: ConversationId, to: str) -> Made:
        """Return a link.

        Raises:
            LookupError: The channel is not switched on.
        """


class WebMoves:
    """The call behind `/api/web/moves`."""

    def __init__(
        self, database: Database, signer: SessionSigner, moves: MakesMoves, links: Rate = LINKS_OF_SESSION
    ) -> None:
        """Take the database, the verifier of tokens, who makes links, and how many one session may ask for."""
        self._database = database
        self._signer = signer
        self._moves = moves
        self._links = RateLimiter(links)

    async def move(self, request: Request) -> Response:
        """Return a link to another channel; an earlier one of the conversation works no more."""
        session = self._signer.verify(bearer_token(request))
        wait = self._links.take(session.id)
        if wait > 0:
            raise too_fast(wait)
        wanted = await read_json(request, MoveRequest)
        async with asyncio.timeout(DATABASE_SECONDS):
            if await read_head(self._database, session.conversation_id) is None:
                raise session_unknown()
            try:
                made = await self._moves.make(session.conversation_id, wanted.to)
            except LookupError:
                raise not_offered() from None
            except IntegrityError:
                # The conversation was erased meanwhile.
                raise session_unknown() from None
        code = segno.make(made.url, error="m")
        shown = MoveLink(
            to=made.to,
            url=made.url,
            code=made.code,
            expires_at=made.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            qr_svg=code.svg_inline(scale=QR_SCALE, border=2),
            qr_png=code.png_data_uri(scale=QR_SCALE, border=2),
        )
        return json_response(shown.model_dump(), 201, headers={"Cache-Control": "no-store"})


def create_web_moves_router(
    *,
    database: Database,
    signer: SessionSigner,
    moves: MakesMoves,
    allowed_origins: Collection[str] = (),
    links: Rate = LINKS_OF_SESSION,
) -> APIRouter:
    """Return the route; to be included before those of `create_web_router`, which end in a catch-all."""
    calls = WebMoves(database, signer, moves, links)
    router = APIRouter(prefix=PREFIX, tags=["web"])
    route = Route(
        *("POST", "/moves", calls.move, 201, (400, 401, 404, 413, 415, 422, 429)),
        answer=MoveLink,
        body=MoveRequest,
    )
    add_route(router, Access(allowed_origins), route)
    return router


def not_offered() -> WebError:
    """The channel is not switched on."""
    return WebError(404, "not_offered", "Kênh này hiện chưa mở. Anh/chị cứ hỏi tiếp tại đây.")
