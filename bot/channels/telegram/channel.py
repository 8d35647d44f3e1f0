"""The Telegram channel: its parts put together behind the port of channels."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson
from fastapi import APIRouter
from pydantic import SecretStr
from telegram import BotCommand
from telegram.error import BadRequest, TelegramError

from bot.channels.base import Health, HealthState, ReplyWindow
from bot.channels.contacts import unreachable_since
from bot.channels.events import Nothing, Pressed
from bot.channels.intake import Intake, Taken
from bot.channels.keeping import Keeping
from bot.channels.pacer import Pace, Pacer
from bot.channels.sending import PartedDelivery, UnknownOutcome
from bot.channels.telegram.client import RejectedToken, TelegramClient
from bot.channels.telegram.parse import Update, to_event
from bot.channels.telegram.polling import ALLOWED, Poller
from bot.channels.telegram.probing import Probe
from bot.channels.telegram.render import OutgoingFile, TelegramPart, render, with_file
from bot.channels.telegram.webhook import PATH, create_webhook
from bot.channels.wording import CHOSEN_ALREADY, COMMAND_MENU, COMMAND_MENU_ENGLISH, ERASED
from bot.conversations.messages import ConversationId
from bot.conversations.outbox import Outgoing, RetryLater, SendTimes
from bot.conversations.wakeups import Wakeups
from bot.storage.database import Database, is_passing

logger = logging.getLogger(__name__)

NAME = "telegram"
CONNECT_PAUSES = (1.0, 5.0, 30.0, 60.0)
CLEAN_SECONDS = 3600.0
CHECK_SECONDS = 300.0
"""How often the webhook is looked at; Telegram drops it when it likes."""
EACH_CHAT = Pace(seconds=1.0, burst=3)
BURST_OF_ALL = 10
TIMES = SendTimes(retry=(5.0, 30.0))
"""A second attempt only asks the citizen whether the first arrived; that question has all three."""

NOT_ACCEPTED = "Telegram không nhận mã bot; kiểm tra MOTCUA_TELEGRAM_TOKEN"
WRONG_ADDRESS = "Telegram không nhận địa chỉ webhook; kiểm tra MOTCUA_TELEGRAM_WEBHOOK_URL"

GroupHandler = Callable[[Update, dict[str, Any]], Awaitable[None]]


class TelegramChannel:
    """Receives by webhook or polling, sends through the outbox.

    Attributes:
        client: The Bot API, for parts of the house that need more of it, such as the officers' desk.
        on_group_update: Called with each update of a group; the update is confirmed when it returns,
            and may come again. Without it the bot leaves groups it is added to.
    """

    name = NAME
    send_times = TIMES

    def __init__(
        self,
        *,
        client: TelegramClient,
        intake: Intake,
        keeping: Keeping,
        database: Database,
        wakeups: Wakeups,
        secret: SecretStr,
        webhook_url: str | None,
        messages_per_second: float,
        poll_seconds: int = 50,
        files: Callable[[str], Awaitable[bytes | None]] | None = None,
    ) -> None:
        self.client = client
        self._files = files
        self.on_group_update: GroupHandler | None = None
        self._intake = intake
        self._keeping = keeping
        self._database = database
        self._secret = secret
        self._webhook_url = f"{webhook_url.rstrip('/')}{PATH}" if webhook_url else None
        self._pacer = Pacer(Pace(1 / messages_per_second, BURST_OF_ALL), EACH_CHAT)
        self._delivery = PartedDelivery[TelegramPart](NAME, database, wakeups, self)
        self._poller = Poller(client, keeping, self.take, self._report, poll_seconds)
        self._probe = Probe(client.ask_nothing)
        self._health = Health(HealthState.CONNECTING, "đang nối Telegram")
        self._errands: set[asyncio.Task[None]] = set()

    def router(self) -> APIRouter:
        """Return the webhook; it refuses everything that does not know the secret."""
        return create_webhook(self._secret.get_secret_value(), self.take)

    def health(self) -> Health:
        """Return how the channel is."""
        return self._health

    def public_address(self) -> str | None:
        """Return the address of the bot, once Telegram has said its name."""
        return f"https://t.me/{self.client.username}" if self.client.username else None

    async def reply_window(self, conversation_id: ConversationId) -> ReplyWindow:
        """Telegram sets no time limit, only the citizen does."""
        async with self._database.read() as connection:
            return ReplyWindow(is_reachable=await unreachable_since(connection, conversation_id) is None)

    async def run(self) -> None:
        """Connect, set commands and webhook or poll, until cancelled."""
        try:
            while True:
                try:
                    await self._connect()
                    await self._serve()
                except RejectedToken:
                    self._report(Health(HealthState.STOPPED, NOT_ACCEPTED))
                    logger.error("Telegram rejects the token; the channel waits for a restart")
                    await asyncio.Event().wait()
                except Exception as error:
                    logger.warning("the Telegram channel starts again: %s", type(error).__name__)
                    await asyncio.sleep(CONNECT_PAUSES[-1])
        finally:
            for errand in self._errands:
                errand.cancel()
            await self._delivery.settle()
            await self.client.close()

    async def deliver(self, message: Outgoing) -> str | None:
        """Send a reply; see `PushedChannel`."""
        return await self._delivery.deliver(message)

    async def tell(self, address: str, text: str) -> None:
        """Send a line past the outbox."""
        body = {"text": text, "buttons": ()}
        try:
            for part in render(body):
                await self.client.send(address, part)
        except Exception as error:
            logger.warning("a line past the outbox was not sent: %s", type(error).__name__)

    async def render(self, message: Outgoing) -> Sequence[TelegramPart]:
        """Return the parts of a reply, with its file if it has one that is still there."""
        parts = render(message.body, message.author.value)
        attachment = message.body.get("attachment")
        if attachment is None or self._files is None:
            return parts
        content = await self._files(str(attachment["id"]))
        if content is None:
            return parts
        is_picture = attachment["kind"] in {"jpeg", "png", "webp"}
        return with_file(parts, OutgoingFile(str(attachment["name"]), content, is_picture))

    async def fetch_file(self, source: Mapping[str, Any], limit: int) -> bytes:
        """Return a file of a citizen or an officer; see `bot.attachments.fetching.FetchFile`."""
        return await self.client.fetch_file(str(source["file_id"]), limit)

    async def send(self, message: Outgoing, part: TelegramPart) -> str:
        """Send one part within the rate limits."""
        if wait := self._pacer.take(message.address):
            raise RetryLater(wait)
        if self._probe.is_needed:
            await self._probe.check()
        try:
            return await self.client.send(message.address, part)
        except UnknownOutcome:
            self._probe.is_needed = True
            raise
        except RetryLater as error:
            self._pacer.refused(message.address, error.seconds)
            raise RetryLater(error.seconds + 1) from error

    async def find_sent(self, message: Outgoing, part: TelegramPart) -> str | None:
        """Bots cannot read what they sent; and the citizen is asked only once Telegram answers again."""
        await self._probe.check()
        raise UnknownOutcome("Telegram cannot tell")

    async def take(self, update: Update) -> None:
        """Store what an update means; afterwards Telegram may forget it.

        Raises:
            SQLAlchemyError: It was not stored.
        """
        if not update.is_private:
            await self._take_of_group(update)
            return
        event = to_event(update, self.client.bot_id, self.client.username)
        try:
            taken = await self._intake.take(event)
        except Exception as error:
            if is_passing(error):
                raise
            # A poison update must not stop all that come after it.
            logger.error("an update was dropped: %s", type(error).__name__)
            taken = Taken()
        if update.callback_query is not None:
            shown = taken if not isinstance(event, Nothing) else Taken(note=CHOSEN_ALREADY)
            self._errand(self._answer(update.callback_query.id, shown.note))
            if isinstance(event, Pressed) and taken.chosen and update.callback_query.message:
                self._errand(self._show(event.address, update.callback_query.message.message_id, taken.chosen))
        if taken.erased:
            self._errand(self.tell(taken.erased, ERASED))

    async def _take_of_group(self, update: Update) -> None:
        if self.on_group_update is not None:
            await self.on_group_update(update, update.model_dump(by_alias=True))
        elif update.my_chat_member is not None and update.my_chat_member.new_chat_member.status != "left":
            self._errand(self._leave(update.my_chat_member.chat.id))

    def _errand(self, work: Any) -> None:
        """Do something in the background that nobody misses when it fails."""
        task = asyncio.ensure_future(_quietly(work))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _answer(self, callback_id: str, note: str) -> None:
        await self.client.bot.answer_callback_query(callback_id, text=note or None)

    async def _show(self, address: str, message_id: int, title: str) -> None:
        await self.client.show_choice(address, message_id, title)

    async def _leave(self, chat_id: int) -> None:
        await self.client.bot.leave_chat(chat_id)

    def _report(self, health: Health) -> None:
        self._health = health

    async def _connect(self) -> None:
        failures = 0
        while True:
            try:
                await self.client.connect()
            except TelegramError:
                self._report(Health(HealthState.CONNECTING, "chưa nối được Telegram, đang thử lại"))
                await asyncio.sleep(CONNECT_PAUSES[min(failures, len(CONNECT_PAUSES) - 1)])
                failures += 1
            else:
                return

    async def _serve(self) -> None:
        await self._set_commands()
        if self._webhook_url is None:
            await self.client.bot.delete_webhook(drop_pending_updates=False)
            self._report(Health(HealthState.OK, "đang nhận tin"))
            cleaning = asyncio.create_task(self._clean_for_ever())
            try:
                await self._poller.run()
            finally:
                cleaning.cancel()
        while True:
            await self._check_webhook()
            await self._keeping.drop_old_events()
            await asyncio.sleep(CHECK_SECONDS)

    async def _clean_for_ever(self) -> None:
        while True:
            await asyncio.sleep(CLEAN_SECONDS)
            try:
                await self._keeping.drop_old_events()
            except Exception as error:
                logger.warning("forgetting old events failed: %s", type(error).__name__)

    async def _check_webhook(self) -> None:
        """Set the webhook where it differs from the wish, and report what Telegram says of it."""
        bot, url = self.client.bot, self._webhook_url or ""
        wish = hashlib.sha256(orjson.dumps([url, self._secret.get_secret_value(), ALLOWED])).hexdigest()
        kept = f"telegram:webhook:{self.client.bot_id}"
        try:
            info = await bot.get_webhook_info()
            if info.url != url or await self._keeping.get(kept) != wish:
                await bot.set_webhook(
                    url,
                    secret_token=self._secret.get_secret_value(),
                    allowed_updates=ALLOWED,
                    max_connections=20,
                    drop_pending_updates=False,
                )
                await self._keeping.put(kept, wish)
        except BadRequest as error:
            logger.error("Telegram refuses the webhook: %s", error.message)
            self._report(Health(HealthState.STOPPED, WRONG_ADDRESS))
            return
        except TelegramError:
            self._report(Health(HealthState.CONNECTING, "chưa nối được Telegram, đang thử lại"))
            return
        waiting = info.pending_update_count
        if info.last_error_message and waiting:
            self._report(Health(HealthState.TROUBLE, f"Telegram chưa gọi được vào, {waiting} tin đang chờ"))
        else:
            self._report(Health(HealthState.OK, "đang nhận tin qua webhook"))

    async def _set_commands(self) -> None:
        """Set the menu where it differs; Telegram limits how often that may be done."""
        menus = {None: COMMAND_MENU, "en": COMMAND_MENU_ENGLISH}
        shown = [[code, name.value, title] for code, menu in menus.items() for name, title in menu.items()]
        wish, kept = hashlib.sha256(orjson.dumps(shown)).hexdigest(), f"telegram:commands:{self.client.bot_id}"
        if await self._keeping.get(kept) == wish:
            return
        for code, menu in menus.items():
            commands = [BotCommand(name.value, title) for name, title in menu.items()]
            await self.client.bot.set_my_commands(commands, language_code=code)
        await self._keeping.put(kept, wish)


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except TelegramError as error:
        # "query is too old", "message is not modified" and the like: nothing depends on it.
        logger.debug("a courtesy failed: %s", type(error).__name__)
    except Exception as error:
        logger.warning("a courtesy failed: %s", type(error).__name__)
