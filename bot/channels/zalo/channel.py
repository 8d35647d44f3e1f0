"""The Zalo channel: its parts put together behind the port of channels."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.base import Health, HealthState, ReplyWindow
from bot.channels.contacts import unreachable_since
from bot.channels.events import Event
from bot.channels.intake import Intake, Taken
from bot.channels.keeping import Keeping
from bot.channels.pacer import Pace, Pacer
from bot.channels.sending import NotTaken, PartedDelivery, UnknownOutcome, Unreachable
from bot.channels.splitting import split_text
from bot.channels.takeover import hand_back, idle_takeovers, note_takeover
from bot.channels.wording import ERASED, EXPIRED_BUTTON
from bot.channels.zalo.about import about_oa
from bot.channels.zalo.client import ROWS_AT_ONCE, TokenPair, ZaloClient
from bot.channels.zalo.errors import NO_PACKAGE, Action, ZaloError, judge
from bot.channels.zalo.parse import Read, to_events
from bot.channels.zalo.render import MOST_UNITS, OutgoingFile, ZaloPart, numbered, render, upload_kind
from bot.channels.zalo.token_rows import Standing
from bot.channels.zalo.tokens import NeedsLogin, TokenStore
from bot.channels.zalo.webhook import Expected, create_webhook
from bot.channels.zalo.windows import Window, window_at, window_of
from bot.clock import now
from bot.conversations.holding import PlatformDesk
from bot.conversations.messages import ConversationId
from bot.conversations.outbox import Outgoing, RetryLater, SendTimes, Undeliverable
from bot.conversations.wakeups import Wakeups
from bot.metrics import ZALO_NEEDS_LOGIN
from bot.storage.database import Database, is_passing
from bot.storage.tables import conversations

logger = logging.getLogger(__name__)

NAME = "zalo"
TIMES = SendTimes(retry=(30.0, 60.0, 120.0, 300.0, 600.0, 1800.0), longest=7 * 24 * 3600.0)
"""Before looking whether a message arrived, Zalo is given the time to show it.

Messages wait for a login over a long weekend: the windows of Zalo end it, not we.
"""
ALL, EACH = Pace(1 / 60, 10), Pace(0.5, 5)
"""Zalo allows 4,000 calls a minute for an app."""
LOOK_SECONDS = 60.0
CHECK_SECONDS = 1800.0
BUTTONS_OFF = timedelta(hours=24)
BUSY_SECONDS = 8.0
CLOCKS_APART = timedelta(seconds=30)
LOGIN = "cần đăng nhập lại, tin chờ gửi được giữ; chạy: motcua zalo login"
ROWS_LOOKED_AT = 200
"""Messages of a conversation among which a reply is looked for."""
IN_DOUBT = "lần làm mới mã truy cập trước bị ngắt giữa chừng, đang thử lại"


class ZaloChannel:
    """Receives by webhook, sends through the outbox, keeps its tokens alive."""

    name = NAME
    send_times = TIMES

    def __init__(
        self,
        *,
        client: ZaloClient,
        tokens: TokenStore,
        intake: Intake,
        keeping: Keeping,
        database: Database,
        wakeups: Wakeups,
        oa_id: str | None,
        oa_secret: SecretStr,
        first_refresh_token: SecretStr | None = None,
        allows_billed: bool = False,
        takeover_minutes: int = 60,
        files: Callable[[str], Awaitable[bytes | None]] | None = None,
        media_hosts: Collection[str] = (),
        public: str | None = None,
        desk: PlatformDesk | None = None,
    ) -> None:
        self.client = client
        self.tokens = tokens
        self._intake = intake
        self._keeping = keeping
        self._database = database
        self._expected = Expected(client.app_id, oa_id, oa_secret.get_secret_value())
        self._first_refresh_token = first_refresh_token
        self._allows_billed = allows_billed
        self._files = files
        self._media_hosts = tuple(media_hosts)
        self._public = public
        self._desk = desk
        self._takeover = timedelta(minutes=takeover_minutes)
        self._pacer = Pacer(ALL, EACH)
        self._delivery = PartedDelivery[ZaloPart](NAME, database, wakeups, self)
        self._health = Health(HealthState.CONNECTING, "đang nối Zalo")
        self._buttons_off = f"zalo:no_buttons:{client.app_id}"
        self._errands: set[asyncio.Task[None]] = set()

    def router(self) -> APIRouter:
        """Return the webhook; it refuses everything that is not signed."""
        return create_webhook(self._expected, self.take)

    def health(self) -> Health:
        """Return how the channel is."""
        return self._health

    def public_address(self) -> str | None:
        """Return the address of the Official Account; it carries nothing along."""
        return f"https://zalo.me/{self._expected.oa_id}" if self._expected.oa_id else None

    async def reply_window(self, conversation_id: ConversationId) -> ReplyWindow:
        """Return until when a person may be written to: 48 hours for free, 7 days at all."""
        async with self._database.read() as connection:
            last = await connection.scalar(
                select(conversations.c.last_message_at).where(conversations.c.id == conversation_id)
            )
            is_reachable = await unreachable_since(connection, conversation_id) is None
        return window_of(last or datetime.fromtimestamp(0, UTC), is_reachable=is_reachable)

    async def run(self) -> None:
        """Renew tokens in time, look at the OA, end takeovers that were left, until cancelled."""
        checked = float("-inf")
        clock = asyncio.get_running_loop().time
        try:
            await self._seed()
            while True:
                try:
                    await self._look_at_tokens()
                    if clock() - checked >= CHECK_SECONDS or self._health.state is not HealthState.OK:
                        await self._check()
                        await self._keeping.drop_old_events()
                        checked = clock()
                    await self._end_idle_takeovers()
                except Exception as error:
                    logger.warning("looking after Zalo failed: %s", type(error).__name__)
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for errand in self._errands:
                errand.cancel()
            await self._delivery.settle()
            await self.tokens.settle()
            await self.client.close()

    async def take(self, read: Read) -> None:
        """Store what an event means; afterwards Zalo may forget it.

        Raises:
            SQLAlchemyError: It was not stored.
        """
        for event in to_events(read):
            taken = await self._take(event)
            address = getattr(event, "address", "")
            if taken.erased:
                self._errand(self.tell(taken.erased, ERASED))
            elif taken.note == EXPIRED_BUTTON and address:
                self._errand(self.tell(address, EXPIRED_BUTTON))

    async def deliver(self, message: Outgoing) -> str | None:
        """Send a reply; see `PushedChannel`."""
        return await self._delivery.deliver(message)

    async def tell(self, address: str, text: str) -> None:
        """Send a line past the outbox."""
        try:
            for part in render({"text": text, "buttons": ()}):
                await self._send(address, part.message())
        except Exception as error:
            logger.warning("a line past the outbox was not sent: %s", type(error).__name__)

    async def render(self, message: Outgoing) -> Sequence[ZaloPart]:
        """Return the parts of a reply, with buttons where the package allows them, and with its file."""
        if attachment := message.body.get("attachment"):
            return await self._with_file(message, attachment)
        if not message.body["buttons"]:
            return render(message.body, message.author.value)
        has_buttons = await self._keeping.get(self._buttons_off) is None
        return render(message.body, message.author.value, has_buttons=has_buttons)

    async def send(self, message: Outgoing, part: ZaloPart) -> str:
        """Send one part within window and rate limits; see `PartedDelivery`."""
        await self._check_window(message)
        if wait := self._pacer.take(message.address):
            raise RetryLater(wait)
        try:
            content = part.message() if part.file is None else await self._uploaded(part.file)
            return await self._send(message.address, content)
        except ZaloError as error:
            if error.code == NO_PACKAGE and part.buttons:
                return await self._send_without_buttons(message, part)
            raise self._failure(error, message.address) from None
        except NeedsLogin:
            self._report_login()
            raise

    async def fetch_file(self, source: Mapping[str, Any], limit: int) -> bytes:
        """Return a file of a citizen; see `bot.attachments.fetching.FetchFile`."""
        return await self.client.fetch(str(source["url"]), limit, self._media_hosts)

    async def find_sent(self, message: Outgoing, part: ZaloPart) -> str | None:
        """Look into the conversation as Zalo shows it, back to when the message was written.

        Who writes much pushes a reply off the first rows within seconds.
        """
        earliest = (message.created_at - CLOCKS_APART).timestamp() * 1000
        wanted = part.text.split()
        for offset in range(0, ROWS_LOOKED_AT, ROWS_AT_ONCE):
            rows = await self._rows(message.address, offset)
            for row in rows:
                is_ours = str(row.get("src")) == "0" and _milliseconds(row.get("time")) >= earliest
                if is_ours and str(row.get("message", "")).split() == wanted:
                    return str(row.get("message_id", ""))
            if len(rows) < ROWS_AT_ONCE or _milliseconds(rows[-1].get("time")) < earliest:
                return None
        raise UnknownOutcome("Zalo shows too much after it")

    async def _rows(self, address: str, offset: int) -> list[dict[str, Any]]:
        """Return messages of a conversation, newest first, or raise `NotTaken` or `UnknownOutcome`."""
        tokens = await self.tokens.usable(self.client)
        try:
            return await self.client.recent(tokens.access_token, address, offset)
        except ZaloError as error:
            if judge(error.code).action in {Action.REFRESH, Action.LATER}:
                raise NotTaken("looking for what was sent") from None
            raise UnknownOutcome("Zalo does not show the conversation") from None
        except UnknownOutcome as error:
            raise NotTaken("looking for what was sent") from error

    async def _with_file(self, message: Outgoing, attachment: Mapping[str, Any]) -> list[ZaloPart]:
        """Return text and file as two messages; what Zalo does not take becomes a link."""
        parts = render(message.body, message.author.value)
        content = await self._files(str(attachment["id"])) if self._files is not None else None
        if content is None:
            return parts
        kind = upload_kind(str(attachment["kind"]), len(content))
        if kind is not None:
            media_type = {"jpeg": "image/jpeg", "png": "image/png"}.get(attachment["kind"], "application/pdf")
            file = OutgoingFile(str(attachment["name"]), content, media_type, is_picture=kind == "image")
            return [*parts, ZaloPart("", file=file)]
        if self._public is None:
            raise Undeliverable("Zalo does not take this file, and there is no public address for a link")
        return [*parts, ZaloPart(f"Tệp {attachment['name']}: {self._public}{attachment['url']}")]

    async def _uploaded(self, file: OutgoingFile) -> dict[str, Any]:
        """Upload a file and return the message that carries it."""
        tokens = await self.tokens.usable(self.client)
        kind = "image" if file.is_picture else "file"
        name = await self.client.upload(tokens.access_token, kind, file.name, file.content, file.media_type)
        if not file.is_picture:
            return {"attachment": {"type": "file", "payload": {"token": name}}}
        element = {"media_type": "image", "attachment_id": name}
        payload = {"template_type": "media", "elements": [element]}
        return {"attachment": {"type": "template", "payload": payload}}

    async def _take(self, event: Event) -> Taken:
        try:
            return await self._intake.take(event)
        except Exception as error:
            if is_passing(error):
                raise
            # A poison event must not be repeated for ever.
            logger.error("an event was dropped: %s", type(error).__name__)
            return Taken()

    async def _send(self, address: str, message: dict[str, Any]) -> str:
        """Send, and once more after renewing a token that Zalo no longer takes."""
        tokens = await self.tokens.usable(self.client)
        try:
            return await self.client.send(tokens.access_token, address, message)
        except ZaloError as error:
            if judge(error.code).action is not Action.REFRESH:
                raise
        tokens = await self.tokens.renew(tokens.generation, self.client)
        return await self.client.send(tokens.access_token, address, message)

    async def _send_without_buttons(self, message: Outgoing, part: ZaloPart) -> str:
        """The package of the OA forbids buttons: number the choices, and remember it for a day."""
        await self._keeping.put(self._buttons_off, True, BUTTONS_OFF)
        logger.warning("the package of the OA has no buttons; numbered lists for a day")
        platform_id = ""
        for text in split_text(numbered(part.text, [title for title, _ in part.buttons]), MOST_UNITS):
            try:
                platform_id = await self._send(message.address, {"text": text})
            except ZaloError as error:
                raise self._failure(error, message.address) from None
        return platform_id

    async def _check_window(self, message: Outgoing) -> None:
        window = await self.reply_window(message.conversation_id)
        last = (window.free_until or now()) - timedelta(hours=48)
        match window_at(now(), last):
            case Window.CLOSED:
                raise Undeliverable("seven days since the last interaction")
            case Window.BILLED if not self._allows_billed:
                raise Undeliverable("48 hours since the last interaction, and paid messages are off")

    def _failure(self, error: ZaloError, address: str) -> Exception:
        verdict = judge(error.code)
        match verdict.action:
            case Action.LATER:
                self._pacer.refused(address, BUSY_SECONDS)
                return RetryLater(BUSY_SECONDS)
            case Action.SET_UP:
                self._report(Health(HealthState.STOPPED, f"Zalo {error.code}: {verdict.sentence}"))
                return NotTaken(str(error))
            case Action.REFRESH:
                return NotTaken(str(error))
            case Action.PERSON:
                return Unreachable(str(error))
            case Action.WINDOW | Action.PAYLOAD:
                return Undeliverable(str(error))
            case _:
                return UnknownOutcome(str(error))

    async def _seed(self) -> None:
        """Take the refresh token of the settings, when nobody has logged in yet."""
        while True:
            try:
                if self._first_refresh_token is not None:
                    # No access token yet: it counts as expired, so the first use renews it.
                    pair = TokenPair("none", self._first_refresh_token.get_secret_value(), 0)
                    await self.tokens.save(pair, only_if_missing=True)
                return
            except Exception as error:
                logger.warning("the first token of Zalo was not stored: %s", type(error).__name__)
                await asyncio.sleep(5)

    async def _check(self) -> None:
        """Ask Zalo who the OA is, which also shows that the tokens work."""
        try:
            oa = await about_oa(self.client, self.tokens)
        except NeedsLogin:
            self._report_login()
        except (NotTaken, UnknownOutcome):
            if await self._standing() is Standing.IN_DOUBT:
                self._report(Health(HealthState.TROUBLE, IN_DOUBT))
            else:
                self._report(Health(HealthState.CONNECTING, "chưa nối được Zalo, đang thử lại"))
        except ZaloError as error:
            sentence = judge(error.code).sentence or "Zalo báo lỗi"
            self._report(Health(HealthState.TROUBLE, f"{sentence} ({error.code})"))
        else:
            name = str(oa.get("name", ""))[:60]
            self._report(Health(HealthState.OK, f"OA {name}".strip()))

    async def _end_idle_takeovers(self) -> None:
        async with self._database.read() as connection:
            idle = await idle_takeovers(connection, NAME, self._takeover)
        for conversation_id in idle:
            async with self._database.write() as connection:
                if self._desk is None:
                    await hand_back(connection, conversation_id)
                else:
                    await self._desk.handed_back(connection, conversation_id)
                    await note_takeover(connection, conversation_id, None)
            if self._desk is not None:
                self._desk.wake(conversation_id, NAME)

    def _errand(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _standing(self) -> Standing | None:
        tokens = await self.tokens.read()
        return tokens.standing if tokens else None

    async def _look_at_tokens(self) -> None:
        """Show what another process, or a login by hand, has found out."""
        if await self._standing() is Standing.NEEDS_LOGIN:
            self._report_login()

    def _report_login(self) -> None:
        if self._health.detail != LOGIN:
            # Once for an incident and process; it also tells at a start.
            logger.error("Zalo needs a login, its messages wait; run: motcua zalo login")
        self._report(Health(HealthState.STOPPED, LOGIN))

    def _report(self, health: Health) -> None:
        self._health = health
        ZALO_NEEDS_LOGIN.set(health.detail == LOGIN)


def _milliseconds(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
