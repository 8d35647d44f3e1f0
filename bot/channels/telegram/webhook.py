"""Telegram's calls to us: size, secret, form, then the durable inbox, then 200."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable

import orjson
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.telegram.parse import BadUpdate, Update, read_update
from bot.channels.webhook_body import NotRead, TooLarge, read_body
from bot.metrics import CHANNEL_REFUSED

logger = logging.getLogger(__name__)

PATH = "/webhooks/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
STORE_SECONDS = 8.0
"""After this Telegram is told to repeat; storing twice is harmless."""


def create_webhook(secret: str, take: Callable[[Update], Awaitable[None]]) -> APIRouter:
    """Return the route that Telegram calls.

    Args:
        secret: What Telegram was given with `setWebhook`.
        take: Stores an update durably.
    """
    router = APIRouter()
    expected = secret.encode()

    async def webhook(request: Request) -> Response:
        try:
            raw = await read_body(request)
        except TooLarge:
            return _refuse(413, "too_large")
        except NotRead:
            return _refuse(400, "not_read")
        shown = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(shown, expected):
            return _refuse(401, "wrong_secret")
        try:
            update = read_update(orjson.loads(raw))
        except (orjson.JSONDecodeError, BadUpdate):
            # Repeating it would change nothing: Telegram is told that it arrived.
            return _refuse(200, "not_an_update")
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await take(update)
        except (SQLAlchemyError, OSError) as error:
            # TimeoutError is an OSError.
            logger.warning("an update was not stored, Telegram repeats it: %s", type(error).__name__)
            return _refuse(503, "not_stored")
        return Response(status_code=200)

    router.add_api_route(PATH, webhook, methods=["POST"], include_in_schema=False, response_class=Response)
    return router


def _refuse(status: int, reason: str) -> Response:
    CHANNEL_REFUSED.labels("telegram", reason).inc()
    headers = {"Retry-After": "5"} if status == 503 else None
    return Response(status_code=status, headers=headers)
