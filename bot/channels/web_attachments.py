"""`POST /api/web/attachments`: a citizen sends a file to the officer, and only while there is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from bot.attachments.attachments import MEGABYTE, Attachments, Refused
from bot.attachments.sentences import BEFORE_SENDING, REFUSALS
from bot.channels.addresses import client_address
from bot.channels.rate_limits import Rate, RateLimiter
from bot.channels.web_access import Access
from bot.channels.web_bearer import bearer_token
from bot.channels.web_errors import WebError, json_response, session_unknown, too_fast
from bot.channels.web_models import ClientMessageId
from bot.channels.web_routes import PREFIX, Route, add_route
from bot.channels.web_rows import platform_message_id, read_head
from bot.channels.web_sessions import Session, SessionSigner
from bot.conversations.inbox import Inbox
from bot.conversations.messages import Author, Incoming, Kind, Outcome, Reply
from bot.conversations.saying import announce, say
from bot.conversations.states import State
from bot.conversations.wakeups import Wakeups
from bot.storage.database import Database

NAME = "web"
OF_SESSION = (Rate(5, 60), Rate(20, 3600))
OF_ADDRESS = Rate(60, 60)
READ_SECONDS, DATABASE_SECONDS = 60.0, 10.0
AT_ONCE = 8
"""Uploads held in memory at the same time."""
OVERHEAD = 16_384
"""Bytes of a multipart body beside the file."""
_STATUS = {"size": 413, "type": 415, "full": 503, "unscanned": 503}


class AttachmentAccepted(BaseModel):
    """The receipt: the file is stored, and the officer may open it."""

    seq: int
    client_msg_id: str
    duplicate: bool
    name: str = Field(description="As the officer sees it.")


class AttachmentRules(BaseModel):
    """What to tell a citizen before anything is sent."""

    is_open: bool = Field(description="Whether a person holds the conversation, so that files are taken.")
    megabytes: int
    types: list[str]
    warning: str


class AttachmentRequest(BaseModel):
    """Body of `POST /api/web/attachments`, as `multipart/form-data`."""

    client_msg_id: ClientMessageId
    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]


class WebAttachments:
    """The calls behind `/api/web/attachments`."""

    def __init__(
        self,
        *,
        database: Database,
        inbox: Inbox,
        wakeups: Wakeups,
        signer: SessionSigner,
        kept: Attachments,
        trusted_proxies: int = 0,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._wakeups = wakeups
        self._signer = signer
        self._kept = kept
        self._trusted_proxies = trusted_proxies
        self._sessions, self._addresses = RateLimiter(*OF_SESSION), RateLimiter(OF_ADDRESS)
        self._free = asyncio.Semaphore(AT_ONCE)

    async def attachment_rules(self, request: Request) -> Response:
        """Return what may be sent now."""
        session = self._signer.verify(bearer_token(request))
        return json_response(
            {
                "is_open": await self._state(session) is not State.BOT,
                "megabytes": self._kept.limits.megabytes,
                "types": ["image/jpeg", "image/png", "image/webp", "application/pdf", "audio/ogg"],
                "warning": BEFORE_SENDING,
            }
        )

    async def post_attachment(self, request: Request) -> Response:
        """Check and store a file; the officer gets a line with a link."""
        session = self._signer.verify(bearer_token(request))
        for wait in (
            self._sessions.take(session.id),
            self._addresses.take(client_address(request, self._trusted_proxies)),
        ):
            if wait > 0:
                raise too_fast(wait)
        if await self._state(session) is State.BOT:
            raise WebError(409, "no_officer", REFUSALS["state"])
        if self._free.locked():
            raise WebError(503, "unavailable", REFUSALS["unscanned"], 5)
        async with self._free:
            client_msg_id, name, content = await self._read(request)
            return await self._take(session, client_msg_id, name, content)

    async def _take(self, session: Session, client_msg_id: str, name: str, content: bytes) -> Response:
        message_id = platform_message_id(session.conversation_id, client_msg_id)
        try:
            checked = await self._kept.check(content, name)
        except Refused as error:
            if error.reason in {"identity", "infected"}:
                # The officer has to know as well, so it becomes part of the conversation.
                await self._note_refusal(session, message_id, error)
            raise WebError(_STATUS.get(error.reason, 422), f"refused_{error.reason}", error.sentence) from None
        text = f"[{checked.kind.word}] {checked.name}"
        incoming = Incoming(NAME, session.id, message_id, Kind.UNSUPPORTED, text)
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                accepted = await self._inbox.accept(incoming, session.conversation_id)
                await self._kept.attach_to_message(session.conversation_id, accepted.inbox_id, checked)
        except BaseException:
            # Sent again, it is checked again; a file of a message that was stored stays an orphan.
            await self._kept.files.delete([checked.id])
            raise
        receipt = {
            "seq": accepted.seq,
            "client_msg_id": client_msg_id,
            "duplicate": accepted.duplicate,
            "name": checked.name,
        }
        return json_response(receipt, 202)

    async def _note_refusal(self, session: Session, message_id: str, refused: Refused) -> None:
        incoming = Incoming(NAME, session.id, message_id, Kind.UNSUPPORTED, "[tệp bị từ chối]")
        accepted = await self._inbox.accept(incoming, session.conversation_id)
        if accepted.duplicate:
            return
        async with self._database.write() as connection:
            reply = Reply(refused.sentence, Outcome.HANDOFF, author=Author.SYSTEM)
            await say(connection, session.conversation_id, reply)
            await announce(connection, self._wakeups, NAME, session.conversation_id)
        self._wakeups.reply(session.conversation_id)

    async def _state(self, session: Session) -> State:
        async with asyncio.timeout(DATABASE_SECONDS):
            head = await read_head(self._database, session.conversation_id)
        if head is None:
            raise session_unknown()
        return head.state

    async def _read(self, request: Request) -> tuple[str, str, bytes]:
        """Return id, name and content; the body is counted while it comes."""
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            raise WebError(415, "type_not_allowed", "Chỉ nhận nội dung kiểu multipart/form-data.")
        most = self._kept.limits.megabytes * MEGABYTE + OVERHEAD
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:12]) > most:
            raise self._too_large()
        parser = MultiPartParser(
            request.headers,
            _bounded(request, most, self._too_large),
            max_files=1,
            max_fields=4,
            max_part_size=1024,
        )
        try:
            async with asyncio.timeout(READ_SECONDS):
                form = await parser.parse()
        except (MultiPartException, KeyError, UnicodeDecodeError):
            raise WebError(400, "bad_request", "Nội dung gửi lên không đúng dạng.") from None
        try:
            file, client_msg_id = form.get("file"), form.get("client_msg_id")
            if not isinstance(file, UploadFile) or not isinstance(client_msg_id, str):
                raise WebError(422, "bad_request", "Thiếu tệp hoặc mã tin.")
            if not (8 <= len(client_msg_id) <= 64 and all(33 <= ord(mark) <= 126 for mark in client_msg_id)):
                raise WebError(422, "bad_request", "Mã tin không hợp lệ.")
            return client_msg_id, file.filename or "", await file.read()
        finally:
            await form.close()

    def _too_large(self) -> WebError:
        refused = self._kept.refused("size")
        return WebError(413, "refused_size", refused.sentence)


def create_web_attachments_router(calls: WebAttachments, allowed_origins: Collection[str] = ()) -> APIRouter:
    """Return the routes; to be included before those of `create_web_router`, which end in a catch-all."""
    router, access = APIRouter(prefix=PREFIX, tags=["web"]), Access(allowed_origins)
    add_route(
        router, access, Route("GET", "/attachments", calls.attachment_rules, 200, (401,), answer=AttachmentRules)
    )
    add_route(
        router,
        access,
        Route(
            *("POST", "/attachments", calls.post_attachment, 202, (400, 401, 409, 413, 415, 422, 429)),
            answer=AttachmentAccepted,
            body=AttachmentRequest,
            body_type="multipart/form-data",
        ),
    )
    return router


async def _bounded(request: Request, most: int, too_large: Callable[[], WebError]) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise too_large()
        yield chunk
