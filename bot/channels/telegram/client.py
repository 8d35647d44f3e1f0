"""The Bot API through python-telegram-bot, with one question answered for each failure: was it taken?"""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Any

import httpx
from pydantic import SecretStr
from telegram import File, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.warnings import PTBUserWarning

from bot.attachments.fetching import FileTooLarge
from bot.channels.sending import NotTaken, UnknownOutcome, Unreachable
from bot.channels.telegram.parse import DONE_MARK
from bot.channels.telegram.render import OutgoingFile, TelegramPart
from bot.conversations.outbox import RetryLater, Undeliverable

CONNECT_SECONDS, READ_SECONDS, POOL_SECONDS = 5.0, 12.0, 3.0
"""Together below the limit of one delivery."""
PROBE_SECONDS = 4.0
POLL_MARGIN_SECONDS = 10.0
FILE_SECONDS = 15.0
CONNECTIONS = 32
GONE = ("chat not found", "user is deactivated", "bot was blocked", "bot was kicked", "can't initiate")
"""Fragments of texts that mean: this person cannot be written to. Telegram does not document them."""
UNPARSED = "can't parse entities"


class RejectedToken(RuntimeError):
    """Telegram does not know the token; somebody must act."""


class _Refused(NetworkError):
    """An answer that means the request was not carried out."""


class _NotSent(NetworkError):
    """The request did not leave."""


class _Request(HTTPXRequest):
    """Tells failures before sending from those after it, which python-telegram-bot puts into one."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        timeouts = (read_timeout, write_timeout, connect_timeout, pool_timeout)
        try:
            code, payload = await super().do_request(url, method, request_data, *timeouts)
        except NetworkError as error:
            if isinstance(error.__cause__, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
                raise _NotSent("not sent") from None
            # The text of the original may quote the address, which holds the token.
            raise NetworkError(type(error.__cause__).__name__) from None
        if code in {502, 503} or (code >= 500 and payload.lstrip()[:1] == b"{"):
            # A gateway without a server behind it, or the Bot API itself saying no.
            raise _Refused(f"status {code}")
        return code, payload


class TelegramClient:
    """The calls we make, each bounded in time; `bot` is there for whoever needs more of the Bot API."""

    def __init__(self, token: SecretStr, api: str, proxy: SecretStr | None) -> None:
        shared: dict[str, Any] = {
            "connect_timeout": CONNECT_SECONDS,
            "pool_timeout": POOL_SECONDS,
            "proxy": proxy.get_secret_value() if proxy else None,
            "httpx_kwargs": {"trust_env": False},
        }
        self.bot: ExtBot[None] = ExtBot(
            token.get_secret_value(),
            base_url=f"{api.rstrip('/')}/bot",
            base_file_url=f"{api.rstrip('/')}/file/bot",
            request=_Request(connection_pool_size=CONNECTIONS, read_timeout=READ_SECONDS, **shared),
            get_updates_request=_Request(connection_pool_size=2, read_timeout=READ_SECONDS, **shared),
        )
        self.bot_id = token.get_secret_value().partition(":")[0]
        self._is_closed = False

    @property
    def username(self) -> str | None:
        """The bot's name, once connected."""
        try:
            return self.bot.username
        except RuntimeError:
            return None

    async def connect(self) -> None:
        """Open connections and ask who we are.

        Raises:
            RejectedToken: Telegram does not know the token.
            TelegramError: It cannot be reached now.
        """
        try:
            await self.bot.initialize()
        except InvalidToken:
            raise RejectedToken from None

    async def close(self) -> None:
        """Close connections; what is asked to be sent from now on is not taken."""
        self._is_closed = True
        await self.bot.shutdown()

    async def ask_nothing(self) -> None:
        """Make a call that changes nothing.

        Raises:
            TelegramError: There is no good answer within a few seconds.
        """
        await self.bot.get_me(read_timeout=PROBE_SECONDS, connect_timeout=PROBE_SECONDS)

    async def send(self, address: str, part: TelegramPart) -> str:
        """Send a message and return its id.

        Raises:
            NotTaken: It did not leave, or was refused for now.
            RetryLater: Telegram asks to wait so long.
            Unreachable: The citizen blocked us or is gone.
            Undeliverable: Telegram will never take this text.
            UnknownOutcome: It left, and no answer came.
        """
        if self._is_closed:
            raise NotTaken("the service is stopping")
        try:
            return await self._send(address, part.html, part, "HTML")
        except BadRequest as error:
            if UNPARSED not in error.message.lower():
                raise _final(error) from None
        try:
            return await self._send(address, part.plain, part, None)
        except BadRequest as error:
            raise _final(error) from None

    async def get_updates(self, offset: int | None, seconds: int, kinds: list[str]) -> list[Any]:
        """Wait for updates and return them as decoded JSON.

        PTB's own `get_updates` parses, and one update it cannot parse would fail the batch for ever.

        Raises:
            TelegramError: It failed.
        """
        asked: dict[str, Any] = {"timeout": seconds, "limit": 100, "allowed_updates": kinds}
        if offset is not None:
            asked["offset"] = offset
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBUserWarning)
            found = await self.bot.do_api_request(
                "getUpdates", api_kwargs=asked, read_timeout=seconds + POLL_MARGIN_SECONDS
            )
        return found if isinstance(found, list) else []

    async def show_choice(self, address: str, message_id: int, title: str) -> None:
        """Put what was chosen in the place of the keyboard."""
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton(f"✓ {title}", callback_data=DONE_MARK)]])
        await self.bot.edit_message_reply_markup(address, message_id, reply_markup=keyboard)

    async def fetch_file(self, file_id: str, limit: int) -> bytes:
        """Return the bytes of a file that somebody sent, at most so many.

        Raises:
            FileTooLarge: There are more.
            TelegramError: It failed.
        """
        try:
            return await _whole(await self.bot.get_file(file_id), limit)
        except BadRequest as error:
            if "too big" in error.message.lower():
                raise FileTooLarge from None
            raise

    async def _send_file(
        self, address: str, caption: str, file: OutgoingFile, mode: str | None, markup: InlineKeyboardMarkup | None
    ) -> str:
        shared: dict[str, Any] = {
            "caption": caption or None,
            "parse_mode": mode,
            "reply_markup": markup,
            "filename": file.name,
            "write_timeout": FILE_SECONDS,
        }
        if file.is_picture:
            sent = await self.bot.send_photo(address, file.content, **shared)
        else:
            sent = await self.bot.send_document(address, file.content, **shared)
        return str(sent.message_id)

    async def _send(self, address: str, text: str, part: TelegramPart, mode: str | None) -> str:
        keyboard = [[InlineKeyboardButton(title, callback_data=data)] for title, data in part.buttons]
        markup = InlineKeyboardMarkup(keyboard) if keyboard else None
        try:
            if part.file is not None:
                return await self._send_file(address, text, part.file, mode, markup)
            message = await self.bot.send_message(
                address,
                text,
                parse_mode=mode,
                reply_markup=markup,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest:
            # A subclass of NetworkError, so it has to come first.
            raise
        except TelegramError as error:
            raise failure(error) from None
        return str(message.message_id)


async def _whole(file: File, limit: int) -> bytes:
    """Return the bytes of a file whose size was told before."""
    if (file.file_size or 0) > limit:
        raise FileTooLarge
    content = bytes(await file.download_as_bytearray(read_timeout=FILE_SECONDS))
    if len(content) > limit:
        raise FileTooLarge
    return content


def failure(error: TelegramError) -> Exception:
    """Return what an error of the Bot API means for what was to be sent; see `bot.channels.sending`.

    A `BadRequest` is for the caller, who knows what was asked.
    """
    match error:
        case RetryAfter():
            return RetryLater(seconds_of(error))
        case Forbidden():
            return Unreachable("they do not let us write")
        case ChatMigrated():
            return Undeliverable("the chat became a group")
        case InvalidToken():
            return NotTaken("the token is not accepted")
        case _NotSent() | _Refused():
            return NotTaken(error.message)
        case _:
            return UnknownOutcome(type(error).__name__)


def seconds_of(error: RetryAfter) -> float:
    """Return the seconds to wait; PTB gives a number or, when told to, a timedelta."""
    pause: Any = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


def _final(error: BadRequest) -> Undeliverable:
    text = error.message.lower()
    if any(fragment in text for fragment in GONE):
        return Unreachable("the chat is gone")
    # The text names the fault of the request and quotes nothing of it.
    return Undeliverable(f"refused: {text[:80]}")
