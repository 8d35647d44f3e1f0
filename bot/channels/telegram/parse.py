"""What Telegram's updates mean; pure, and strict about types, because anybody's JSON may come here."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.events import (
    Blocked,
    Command,
    Commanded,
    Event,
    FileRef,
    Nothing,
    Pressed,
    Said,
    SentUnread,
    Unblocked,
    Unread,
)

CALLBACK_MARK = "b:"
DONE_MARK = "done"
"""Callback data of a button that only shows what was chosen."""
LATEST_EDIT_SECONDS = 15 * 60
"""A question corrected within this time is asked anew; later edits reach officers only."""
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,64}))?(?:\s+|$)(.*)", re.DOTALL)
_COMMANDS = frozenset(command.value for command in Command)
_LEADING = re.compile(r"^[\s/\\]+")
_KINDS = {
    "photo": Unread.PHOTO,
    "voice": Unread.VOICE,
    "audio": Unread.VOICE,
    "video": Unread.VIDEO,
    "video_note": Unread.VIDEO,
    "animation": Unread.VIDEO,
    "document": Unread.DOCUMENT,
    "sticker": Unread.STICKER,
    "location": Unread.LOCATION,
    "venue": Unread.LOCATION,
    "contact": Unread.CONTACT,
    "poll": Unread.OTHER,
    "dice": Unread.OTHER,
    "game": Unread.OTHER,
    "story": Unread.OTHER,
    "paid_media": Unread.OTHER,
    "checklist": Unread.OTHER,
}


class BadUpdate(ValueError):
    """This is not an update of the Bot API."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _Chat(_Strict):
    id: int
    type: str


class _User(_Strict):
    id: int
    is_bot: bool = False


class _Message(_Strict):
    message_id: int
    date: int
    chat: _Chat
    sender: _User | None = Field(default=None, alias="from")
    text: str | None = None
    caption: str | None = None
    edit_date: int | None = None
    media_group_id: str | None = None


class _Callback(_Strict):
    id: str
    sender: _User = Field(alias="from")
    data: str | None = None
    message: _Message | None = None


class _Member(_Strict):
    status: str


class _MyMember(_Strict):
    chat: _Chat
    new_chat_member: _Member


class Update(_Strict):
    """The fields of an update that we read."""

    update_id: int
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Callback | None = None
    my_chat_member: _MyMember | None = None

    @property
    def chat(self) -> tuple[int, str] | None:
        """Id and type of the chat it happened in, when there is one."""
        message = self.message or self.edited_message
        if message is None and self.callback_query is not None:
            message = self.callback_query.message
        chat = message.chat if message else self.my_chat_member.chat if self.my_chat_member else None
        return (chat.id, chat.type) if chat else None

    @property
    def is_private(self) -> bool:
        """Whether it happened in a chat with one citizen, or in no chat at all."""
        return self.chat is None or self.chat[1] == "private"


def read_update(content: Any) -> Update:
    """Return a decoded JSON value as an update.

    Raises:
        BadUpdate: It is none.
    """
    try:
        return Update.model_validate(content)
    except (ValidationError, RecursionError) as error:
        raise BadUpdate("not an update") from error


def to_event(update: Update, bot_id: str, username: str | None) -> Event:
    """Return what an update of a private chat means.

    Args:
        update: As `read_update` made it.
        bot_id: The number before the colon of the token; makes ids unique over a change of bots.
        username: The bot's own name, once it is known.
    """
    event_id = f"{bot_id}:{update.update_id}"
    if update.message is not None:
        return _message(update.message, event_id, bot_id, username)
    if update.edited_message is not None:
        return _edited(update.edited_message, event_id, bot_id, username)
    if update.callback_query is not None:
        return _pressed(update.callback_query, event_id, bot_id)
    if update.my_chat_member is not None:
        return _member(update.my_chat_member, event_id)
    return Nothing("unknown")


def _message(message: _Message, event_id: str, bot_id: str, username: str | None) -> Event:
    if message.sender is not None and message.sender.is_bot:
        return Nothing("bot")
    address = str(message.chat.id)
    if message.text is not None:
        event = _text(message.text, address, event_id, username)
        return replace(event, quoted=_quoted(message)) if isinstance(event, Said) else event
    kinds = message.model_extra or {}
    what = next((kind for field, kind in _KINDS.items() if kinds.get(field) is not None), None)
    if what is None:
        return Nothing("service")
    # An album arrives as several messages; one sentence answers it.
    album = f"{bot_id}:g:{message.media_group_id[:64]}" if message.media_group_id is not None else ""
    if message.caption and message.caption.strip():
        return Said(address, event_id, message.caption, _file(kinds), album)
    return SentUnread(address, event_id, what, _file(kinds), album)


def _file(kinds: dict[str, Any]) -> FileRef | None:
    """Return what is needed to fetch a picture, a document or a voice message."""
    for kind in ("photo", "document", "voice"):
        content = kinds.get(kind)
        # Of a photo there are several sizes, the largest last.
        one = content[-1] if isinstance(content, list) and content else content
        if isinstance(one, dict) and isinstance(one.get("file_id"), str):
            return FileRef({"file_id": one["file_id"]}, str(one.get("file_name") or ""))
    return None


def _edited(message: _Message, event_id: str, bot_id: str, username: str | None) -> Event:
    is_late = (message.edit_date or message.date) - message.date > LATEST_EDIT_SECONDS
    if message.text is None:
        return Nothing("edited")
    event = _message(message, event_id, bot_id, username)
    if isinstance(event, Said):
        return replace(event, is_edit=True, is_late=is_late)
    return Nothing("edited") if is_late else event


def _quoted(message: _Message) -> str:
    """Return what a message answers: the part somebody marked, else all of it."""
    content = message.model_extra or {}
    answered = content.get("reply_to_message")
    for source, name in ((content.get("quote"), "text"), (answered, "text"), (answered, "caption")):
        if isinstance(source, dict) and isinstance(source.get(name), str):
            return str(source[name])
    return ""


def _text(text: str, address: str, event_id: str, username: str | None) -> Event:
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        # Rasa obeys what begins with a slash, so none is left.
        return Said(address, event_id, _LEADING.sub("", text))
    name, other, argument = found.groups()
    if other and username and other.lower() != username.lower():
        return Nothing("foreign_command")
    if name.lower() in _COMMANDS:
        return Commanded(address, event_id, Command(name.lower()), argument.strip())
    return Said(address, event_id, f"{name.replace('_', ' ')} {argument}".strip())


def _pressed(callback: _Callback, event_id: str, bot_id: str) -> Event:
    data = callback.data or ""
    if not data.startswith(CALLBACK_MARK) or callback.message is None:
        return Nothing("callback")
    address = str(callback.message.chat.id)
    choice_id = data.removeprefix(CALLBACK_MARK)[:40]
    # A second tap on the same button of the same message is the same event.
    return Pressed(address, f"{bot_id}:t:{address}:{callback.message.message_id}:{choice_id}", choice_id)


def _member(member: _MyMember, event_id: str) -> Event:
    address, status = str(member.chat.id), member.new_chat_member.status
    if status in {"kicked", "left"}:
        return Blocked(address, event_id)
    return Unblocked(address, event_id) if status in {"member", "restricted"} else Nothing("member")
