"""Calls of the Bot API in an officers' group, each within the group's pace."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ForumIconColor
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.channels.pacer import Pace, Pacer
from bot.channels.telegram.client import TelegramClient, failure
from bot.conversations.outbox import DeliveryError, RetryLater, Undeliverable

ALL, EACH_GROUP = Pace(1 / 25, 10), Pace(60 / 18, 5)
"""Telegram allows 20 messages a minute in a group, all topics together."""
Buttons = Sequence[Sequence[tuple[str, str]]]
"""Rows of title and data; data that is an address opens it."""
_SAME = ("message is not modified", "topic_not_modified", "topic_closed_already")


class TopicGone(DeliveryError):
    """Somebody deleted the topic, or the message in it."""


class TopicClosed(DeliveryError):
    """Somebody closed the topic."""


class GroupMoved(DeliveryError):
    """The group has another id."""

    def __init__(self, chat_id: int) -> None:
        self.chat_id = chat_id
        super().__init__("the group moved")


class GroupApi:
    """What the desk does in groups.

    All calls raise, besides the errors above:
        RetryLater: The group had enough for now; nothing was sent.
        NotTaken: Nothing was sent.
        UnknownOutcome: Nobody knows.
        Undeliverable: Telegram will never take this.
    """

    def __init__(self, client: TelegramClient, pace: Pace = EACH_GROUP) -> None:
        self.client = client
        self._pacer = Pacer(ALL, pace)

    async def create_topic(self, chat_id: int, name: str) -> int:
        """Open a topic and return its number."""
        self._take(chat_id)
        try:
            topic = await self.client.bot.create_forum_topic(chat_id, name[:128], icon_color=ForumIconColor.BLUE)
        except TelegramError as error:
            raise self._failure(error, chat_id) from None
        return topic.message_thread_id

    async def send(
        self, chat_id: int, thread: int | None, html: str, buttons: Buttons = (), reply_to: int | None = None
    ) -> int:
        """Post a message and return its number."""
        self._take(chat_id)
        quoted = ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None
        try:
            message = await self.client.bot.send_message(
                chat_id,
                html,
                parse_mode="HTML",
                message_thread_id=thread,
                reply_markup=_keyboard(buttons),
                reply_parameters=quoted,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramError as error:
            raise self._failure(error, chat_id) from None
        return message.message_id

    async def send_file(self, chat_id: int, thread: int | None, name: str, content: bytes, caption: str) -> int:
        """Post a file and return its message."""
        self._take(chat_id)
        try:
            message = await self.client.bot.send_document(
                chat_id, content, caption=caption, filename=name, message_thread_id=thread
            )
        except TelegramError as error:
            raise self._failure(error, chat_id) from None
        return message.message_id

    async def edit(self, chat_id: int, message_id: int, html: str, buttons: Buttons = ()) -> None:
        """Change a message; one that says so already is fine."""
        self._take(chat_id)
        try:
            await self.client.bot.edit_message_text(
                html,
                chat_id,
                message_id,
                parse_mode="HTML",
                reply_markup=_keyboard(buttons),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramError as error:
            self._unless_same(error, chat_id)

    async def react(self, chat_id: int, message_id: int, emoji: str) -> None:
        """React to a message of an officer."""
        self._take(chat_id)
        try:
            await self.client.bot.set_message_reaction(chat_id, message_id, emoji)
        except TelegramError as error:
            raise self._failure(error, chat_id) from None

    async def rename_topic(self, chat_id: int, thread: int, name: str) -> None:
        """Give a topic another name."""
        try:
            await self.client.bot.edit_forum_topic(chat_id, thread, name[:128])
        except TelegramError as error:
            self._unless_same(error, chat_id)

    async def close_topic(self, chat_id: int, thread: int) -> None:
        """Close a topic; a closed one is fine."""
        try:
            await self.client.bot.close_forum_topic(chat_id, thread)
        except TelegramError as error:
            self._unless_same(error, chat_id)

    async def reopen_topic(self, chat_id: int, thread: int) -> None:
        """Open a closed topic; an open one is fine."""
        try:
            await self.client.bot.reopen_forum_topic(chat_id, thread)
        except TelegramError as error:
            self._unless_same(error, chat_id)

    async def delete_topic(self, chat_id: int, thread: int) -> None:
        """Delete a topic with everything in it."""
        try:
            await self.client.bot.delete_forum_topic(chat_id, thread)
        except TelegramError as error:
            raise self._failure(error, chat_id) from None

    def _take(self, chat_id: int) -> None:
        if wait := self._pacer.take(str(chat_id)):
            raise RetryLater(wait)

    def _unless_same(self, error: TelegramError, chat_id: int) -> None:
        if isinstance(error, BadRequest) and any(text in error.message.lower() for text in _SAME):
            return
        raise self._failure(error, chat_id) from None

    def _failure(self, error: TelegramError, chat_id: int) -> Exception:
        if isinstance(error, ChatMigrated):
            return GroupMoved(error.new_chat_id)
        if isinstance(error, BadRequest):
            text = error.message.lower()
            if "thread not found" in text or "message to edit not found" in text or "topic_deleted" in text:
                return TopicGone(text)
            if "topic" in text and "closed" in text:
                return TopicClosed(text)
            return Undeliverable(f"refused: {text[:80]}")
        found = failure(error)
        if isinstance(found, RetryLater):
            self._pacer.refused(str(chat_id), found.seconds)
            return RetryLater(found.seconds + 1)
        return found


def _keyboard(rows: Buttons) -> InlineKeyboardMarkup | None:
    keyboard = [
        [
            InlineKeyboardButton(title, url=data)
            if data.startswith(("https://", "http://"))
            else InlineKeyboardButton(title, callback_data=data)
            for title, data in row
        ]
        for row in rows
    ]
    return InlineKeyboardMarkup(keyboard) if keyboard else None
