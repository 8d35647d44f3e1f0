"""Zalo's calls to us: size, signature, form, age, then the durable inbox, then 200, all within 2 seconds.

Zalo disables a webhook that does not answer in time, and may lose an event that is refused. So nothing
is refused that is signed, and nothing is accepted that is not.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.webhook_body import NotRead, TooLarge, read_body
from bot.channels.zalo.parse import BadEvent, Read, read_event
from bot.channels.zalo.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, matching_variant, read_signature
from bot.clock import now
from bot.metrics import CHANNEL_EVENTS, CHANNEL_REFUSED

logger = logging.getLogger(__name__)

PATH = "/webhooks/zalo"
STORE_SECONDS = 1.5
OLDEST = timedelta(hours=6)
"""Zalo repeats an event for less than two hours; what is older is a replay."""
NEWEST = timedelta(minutes=15)
"""A signed time may be ahead of our clock by this much."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a genuine call is recognised by."""

    app_id: str
    oa_id: str | None
    secret: str


def create_webhook(expected: Expected, take: Callable[[Read], Awaitable[None]]) -> APIRouter:
    """Return the route that Zalo calls.

    Args:
        expected: Ids and the OA secret key.
        take: Stores an event durably.
    """
    router = APIRouter()
    storing: dict[str, asyncio.Task[None]] = {}

    async def webhook(request: Request) -> Response:
        if request.method == "GET":
            # Some consoles look whether the address answers.
            return Response(status_code=200)
        try:
            raw = await read_body(request)
        except TooLarge:
            return _refuse(413, "too_large")
        except NotRead:
            return _refuse(400, "not_read")
        header = request.headers.get(SIGNATURE_HEADER)
        if header is None and raw.strip() in {b"", b"{}"}:
            # Saving the address in the console sends this, and must see 200.
            return Response(status_code=200)
        shown = read_signature(header)
        if shown is None:
            return _refuse(401, "no_signature")
        content = _decoded(raw)
        variant = matching_variant(
            shown,
            raw,
            app_id=expected.app_id,
            oa_id=expected.oa_id,
            secret=expected.secret,
            timestamps=(request.headers.get(TIMESTAMP_HEADER), _timestamp(content)),
        )
        if variant is None:
            return _refuse(401, "wrong_signature")
        CHANNEL_EVENTS.labels("zalo", f"signature_{variant}").inc()
        try:
            read = read_event(content, raw)
        except BadEvent:
            return _refuse(200, "not_an_event")
        if reason := _misfit(read, expected):
            return _refuse(200, reason)
        return await _store(take, read, storing)

    router.add_api_route(PATH, webhook, methods=["GET", "POST"], include_in_schema=False, response_class=Response)
    return router


async def _store(
    take: Callable[[Read], Awaitable[None]], read: Read, storing: dict[str, asyncio.Task[None]]
) -> Response:
    """Answer in time; what is being stored goes on, and a repetition meanwhile waits for the same."""
    task = storing.get(read.digest)
    if task is None:
        task = storing[read.digest] = asyncio.ensure_future(take(read))
        task.add_done_callback(lambda _: storing.pop(read.digest, None))
    try:
        async with asyncio.timeout(STORE_SECONDS):
            await asyncio.shield(task)
    except Exception as error:
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        logger.warning("an event was not stored in time, Zalo may repeat it: %s", type(error).__name__)
        return _refuse(503, "not_stored")
    return Response(status_code=200)


def _misfit(read: Read, expected: Expected) -> str:
    """Return why a signed event is not for us, or an empty text."""
    event = read.event
    if event.app_id is not None and event.app_id != expected.app_id:
        return "other_app"
    of_oa = event.of_oa()
    if expected.oa_id and of_oa and of_oa != expected.oa_id:
        return "other_oa"
    if event.timestamp is not None and event.timestamp.isdecimal():
        age = now().timestamp() - int(event.timestamp[:16]) / 1000
        if age > OLDEST.total_seconds() or age < -NEWEST.total_seconds():
            return "expired"
    return ""


def _decoded(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


def _timestamp(content: Any) -> str | None:
    value = content.get("timestamp") if isinstance(content, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _refuse(status: int, reason: str) -> Response:
    CHANNEL_REFUSED.labels("zalo", reason).inc()
    return Response(status_code=status)
