"""The web channel: signed sessions, messages in by POST, everything out by a replayable stream."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.addresses import client_address
from bot.channels.base import Channel
from bot.channels.rate_limits import Rate, RateLimiter
from bot.channels.texts import clean_text, utf16_length
from bot.channels.web_access import Access
from bot.channels.web_bearer import bearer_token as _bearer
from bot.channels.web_body import read_json
from bot.channels.web_erasure import erase_conversation
from bot.channels.web_errors import (
    bad_number,
    empty_text,
    json_response,
    session_unknown,
    text_too_long,
    unknown_position,
)
from bot.channels.web_limits import OpenStreams, Throttle, WebLimits
from bot.channels.web_models import MessageRequest, SessionRequest
from bot.channels.web_routes import add_routes
from bot.channels.web_rows import (
    Head,
    KnowsStanding,
    all_shown,
    choice_title,
    platform_message_id,
    read_head,
)
from bot.channels.web_sessions import Session, SessionSigner, new_session_id
from bot.channels.web_stream import ConversationReader, EventStream, StreamTimes
from bot.conversations.inbox import TEXT_LIMIT, Inbox, OriginalTexts
from bot.conversations.messages import ConversationId, Incoming, Kind
from bot.conversations.states import State
from bot.conversations.transcript import read_lines
from bot.conversations.typing import Typing
from bot.conversations.wakeups import Wakeups
from bot.storage.database import Database

NAME = "web"
DATABASE_SECONDS = 10.0
"""After this a client is told to send again, which is safe."""
LONGEST_WAIT_SECONDS = 25
MOST_HISTORY, USUAL_HISTORY = 200, 50
TYPING_OF_SESSION = Rate(30, 60)


def create_web_router(
    *,
    database: Database,
    inbox: Inbox,
    wakeups: Wakeups,
    originals: OriginalTexts,
    signer: SessionSigner,
    limits: WebLimits | None = None,
    allowed_origins: Collection[str] = (),
    trusted_proxies: int = 0,
    streams: OpenStreams | None = None,
    stream_times: StreamTimes | None = None,
    desk: KnowsStanding | None = None,
) -> APIRouter:
    """Return the routes below `/api/web`.

    Args:
        database: Where conversations are read.
        inbox: Where messages go.
        wakeups: Tells of new replies.
        originals: Unmasked texts in memory, dropped when a conversation is erased.
        signer: Makes and checks session tokens.
        limits: How much one client may ask.
        allowed_origins: Exact origins of other sites whose pages may call.
        trusted_proxies: Number of own proxies before the service.
        streams: Shared by whoever stops the process, to end open streams.
        stream_times: The rhythm of streams.
        desk: Knows how long somebody waits for a person, and who talks with them.
    """
    limits = limits or WebLimits()
    streams = streams or OpenStreams(limits.streams)
    reader = ConversationReader(database, wakeups, streams, stream_times, desk)
    channel: Channel = WebChannel(
        database=database,
        inbox=inbox,
        wakeups=wakeups,
        originals=originals,
        signer=signer,
        access=Access(allowed_origins),
        throttle=Throttle(limits),
        reader=reader,
        streams=streams,
        trusted_proxies=trusted_proxies,
        desk=desk,
    )
    return channel.router()


class WebChannel:
    """The calls of the web API; each gets a request and returns a response or raises."""

    name = NAME

    def __init__(
        self,
        *,
        database: Database,
        inbox: Inbox,
        wakeups: Wakeups,
        originals: OriginalTexts,
        signer: SessionSigner,
        access: Access,
        throttle: Throttle,
        reader: ConversationReader,
        streams: OpenStreams,
        trusted_proxies: int,
        desk: KnowsStanding | None = None,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._wakeups = wakeups
        self._originals = originals
        self._signer = signer
        self._access = access
        self._throttle = throttle
        self._reader = reader
        self._streams = streams
        self._trusted_proxies = trusted_proxies
        self._desk = desk
        self._typing = Typing(database, wakeups)
        self._typing_rate = RateLimiter(TYPING_OF_SESSION)

    def router(self) -> APIRouter:
        """Return the routes below `/api/web`."""
        return add_routes(self, self._access)

    async def open_session(self, request: Request) -> Response:
        """Begin a conversation and return its signed session."""
        self._throttle.session(client_address(request, self._trusted_proxies))
        await read_json(request, SessionRequest, may_be_empty=True)
        session_id = new_session_id()
        async with asyncio.timeout(DATABASE_SECONDS):
            conversation_id = await self._inbox.open(NAME, session_id)
        return self._session(session_id, conversation_id, last_seq=0)

    async def renew_session(self, request: Request) -> Response:
        """Return a new token for one that is valid or ended less than a day ago."""
        self._throttle.session(client_address(request, self._trusted_proxies))
        session = self._signer.renew(_bearer(request))
        head = await self._head(session)
        return self._session(session.id, session.conversation_id, head.last_seq)

    async def post_message(self, request: Request) -> Response:
        """Store a message and return its receipt; the answer comes by the event stream."""
        session = self._signer.verify(_bearer(request))
        self._throttle.message(session.id, client_address(request, self._trusted_proxies))
        message = await read_json(request, MessageRequest)
        async with asyncio.timeout(DATABASE_SECONDS):
            incoming = await self._incoming(session, message)
            accepted = await self._inbox.accept(incoming, session.conversation_id)
        receipt = {
            "seq": accepted.seq,
            "client_msg_id": message.client_msg_id,
            "duplicate": accepted.duplicate,
        }
        return json_response(receipt, 202)

    async def events(self, request: Request) -> Response:
        """Stream the conversation from a position on, or return what is new as a list (long poll)."""
        session = self._signer.verify(_bearer(request))
        after = max(
            _number("after", request.query_params.get("after")),
            _number("Last-Event-ID", request.headers.get("last-event-id")),
        )
        is_stream = not _wants_json(request)
        wait = 0 if is_stream else _number("wait", request.query_params.get("wait"), most=LONGEST_WAIT_SECONDS)
        head = await self._head(session)
        if after > head.last_seq:
            raise unknown_position()
        self._streams.open(session.id)
        if is_stream:
            events = self._reader.events(session.conversation_id, after, head)
            return EventStream(events, self._streams, session.id)
        try:
            lines = await self._reader.poll(session.conversation_id, after, wait, request.is_disconnected)
        finally:
            self._streams.close(session.id)
        return json_response(all_shown(lines), headers={"Cache-Control": "no-cache"})

    async def typing(self, request: Request) -> Response:
        """Let the officer who has the conversation see that the citizen writes."""
        session = self._signer.verify(_bearer(request))
        # What is too much is not told, and no error: nobody waits for it.
        if self._typing_rate.take(session.id) <= 0:
            head = await self._head(session)
            if head.state is State.HUMAN:
                await self._typing.tell(session.conversation_id, "citizen")
        return Response(status_code=204)

    async def history(self, request: Request) -> Response:
        """Return a page of the conversation."""
        session = self._signer.verify(_bearer(request))
        after = _number("after", request.query_params.get("after"))
        limit = _number("limit", request.query_params.get("limit"), most=MOST_HISTORY) or USUAL_HISTORY
        await self._head(session)
        async with asyncio.timeout(DATABASE_SECONDS):
            lines = await read_lines(self._database, session.conversation_id, after, limit + 1)
        return json_response({"items": all_shown(lines[:limit]), "has_more": len(lines) > limit})

    async def erase(self, request: Request) -> Response:
        """Erase the conversation; the session is unknown from then on."""
        session = self._signer.renew(_bearer(request))
        async with asyncio.timeout(DATABASE_SECONDS):
            existed = await erase_conversation(
                self._database, self._wakeups, self._originals, session.conversation_id
            )
        if not existed:
            raise session_unknown()
        return Response(status_code=204)

    async def _incoming(self, session: Session, message: MessageRequest) -> Incoming:
        if message.kind == "choice" and message.choice_id is not None:
            kind, text = (
                Kind.CHOICE,
                await choice_title(self._database, session.conversation_id, message.choice_id),
            )
        else:
            kind, text = Kind.TEXT, _checked(message.text or "")
        return Incoming(
            channel=NAME,
            address=session.id,
            platform_message_id=platform_message_id(session.conversation_id, message.client_msg_id),
            kind=kind,
            text=text,
            choice_id=message.choice_id if kind is Kind.CHOICE else None,
        )

    async def _head(self, session: Session) -> Head:
        async with asyncio.timeout(DATABASE_SECONDS):
            head = await read_head(self._database, session.conversation_id, self._desk)
        if head is None:
            raise session_unknown()
        return head

    def _session(self, session_id: str, conversation_id: ConversationId, last_seq: int) -> Response:
        created = {
            "token": self._signer.sign(session_id, conversation_id),
            "expires_in": self._signer.lifetime_seconds,
            "conversation": conversation_id,
            "last_seq": last_seq,
            "limits": {"text": TEXT_LIMIT},
        }
        return json_response(created, 201)


def _checked(typed: str) -> str:
    text = clean_text(typed)
    if not text:
        raise empty_text()
    if utf16_length(text) > TEXT_LIMIT:
        raise text_too_long()
    return text


def _number(name: str, value: str | None, most: int | None = None) -> int:
    """Return a parameter; a missing or empty one is 0."""
    if not value:
        return 0
    if not (value.isascii() and value.isdecimal() and len(value) <= 18):
        raise bad_number(name)
    number = int(value)
    if most is not None and number > most:
        raise bad_number(name)
    return number


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "").lower()
    return "application/json" in accept and "text/event-stream" not in accept
