"""What a citizen does with an answer: rate it, take the rating back, keep the conversation as a file."""

from __future__ import annotations

import asyncio

from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.rate_limits import Rate, RateLimiter
from bot.channels.texts import clean_text, utf16_length
from bot.channels.web_bearer import bearer_token
from bot.channels.web_body import read_json
from bot.channels.web_errors import WebError, json_response, session_unknown, too_fast
from bot.channels.web_extras_models import COMMENT_LIMIT, RatingRequest
from bot.channels.web_rows import read_head
from bot.channels.web_sessions import Session, SessionSigner
from bot.channels.web_transcript import as_text
from bot.clock import now
from bot.conversations.ratings import Rating, Verdict, rate, ratings_of, withdraw
from bot.conversations.transcript import Line, read_lines
from bot.storage.database import Database

DATABASE_SECONDS = 10.0
CALLS_OF_SESSION = Rate(60, 60)
LINES_AT_ONCE, MOST_LINES = 200, 5_000


class WebFeedback:
    """The calls behind `/api/web/ratings` and `/api/web/transcript`."""

    def __init__(self, database: Database, signer: SessionSigner, *, calls: Rate = CALLS_OF_SESSION) -> None:
        """Take the database, the verifier of tokens, and how much one session may ask."""
        self._database = database
        self._signer = signer
        self._calls = RateLimiter(calls)

    async def rate_answer(self, request: Request) -> Response:
        """Store the rating of an answer; rating again replaces it."""
        session = await self._session(request)
        wanted = await read_json(request, RatingRequest)
        rating = Rating(wanted.seq, Verdict(wanted.verdict), _comment(wanted.comment))
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                is_known = await rate(self._database, session.conversation_id, rating)
        except IntegrityError:
            # The conversation was erased meanwhile.
            raise session_unknown() from None
        if not is_known:
            raise unknown_message()
        return Response(status_code=204)

    async def withdraw_rating(self, request: Request) -> Response:
        """Remove a rating; removing what is not there is fine."""
        session = await self._session(request)
        seq = request.path_params["seq"]
        if not (seq.isascii() and seq.isdecimal() and len(seq) <= 9):
            raise unknown_message()
        async with asyncio.timeout(DATABASE_SECONDS):
            await withdraw(self._database, session.conversation_id, int(seq))
        return Response(status_code=204)

    async def ratings(self, request: Request) -> Response:
        """Return the ratings of the conversation, for a reload or another tab."""
        session = await self._session(request)
        async with asyncio.timeout(DATABASE_SECONDS):
            found = await ratings_of(self._database, session.conversation_id)
        shown = [{"seq": one.seq, "verdict": one.verdict.value, "comment": one.comment} for one in found]
        return json_response(shown)

    async def transcript(self, request: Request) -> Response:
        """Return the conversation as a text file."""
        session = await self._session(request)
        async with asyncio.timeout(DATABASE_SECONDS):
            lines = await self._lines(session)
        headers = {
            "Content-Disposition": 'attachment; filename="hoi-thoai-mot-cua.txt"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return Response(as_text(lines, now()), headers=headers, media_type="text/plain; charset=utf-8")

    async def _lines(self, session: Session) -> list[Line]:
        lines: list[Line] = []
        while len(lines) < MOST_LINES:
            after = lines[-1].seq if lines else 0
            page = await read_lines(self._database, session.conversation_id, after, LINES_AT_ONCE)
            lines += page
            if len(page) < LINES_AT_ONCE:
                break
        return lines

    async def _session(self, request: Request) -> Session:
        session = self._signer.verify(bearer_token(request))
        wait = self._calls.take(session.id)
        if wait > 0:
            raise too_fast(wait)
        async with asyncio.timeout(DATABASE_SECONDS):
            head = await read_head(self._database, session.conversation_id)
        if head is None:
            raise session_unknown()
        return session


def _comment(typed: str | None) -> str | None:
    text = clean_text(typed or "")
    if utf16_length(text) > COMMENT_LIMIT:
        limit = f"{COMMENT_LIMIT:,}".replace(",", ".")
        raise WebError(413, "too_large", f"Góp ý dài quá {limit} ký tự. Anh/chị vui lòng rút gọn.")
    return text or None


def unknown_message() -> WebError:
    """The conversation has no such answer of the bot."""
    return WebError(404, "unknown_message", "Không tìm thấy câu trả lời này trong hội thoại.")
