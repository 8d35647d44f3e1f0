"""What officers did in a group, from updates of the Bot API; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

ANONYMOUS_ADMIN = 1087968824
"""The account under which Telegram shows administrators who hide."""
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,64}))?(?:\s+|$)(.*)", re.DOTALL)
_FILES = ("photo", "document", "voice", "audio")
_UNSENDABLE = (
    "sticker",
    "location",
    "venue",
    "contact",
    "poll",
    "video",
    "video_note",
    "animation",
    "dice",
    "story",
)


@dataclass(frozen=True, slots=True)
class File:
    """A file somebody sent."""

    id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Written:
    """A message somebody wrote in a group."""

    chat_id: int
    message_id: int
    thread: int | None
    """None outside of all topics."""
    person: int | None
    """None for somebody who hides, and for channels."""
    is_bot: bool
    text: str
    """The caption, of a file."""
    file: File | None
    has_unsendable: bool
    service: str | None
    """`closed`, `reopened` or another name of a service message."""
    quoted: int | None
    """The message it answers, when somebody chose one."""
    quoted_text: str
    moved_to: int | None
    is_edit: bool

    @property
    def origin(self) -> str:
        """The id of the message for the desk; an edit of it has the same."""
        return f"telegram:{self.chat_id}:{self.message_id}"


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button somebody pressed in a group."""

    query_id: str
    chat_id: int
    message_id: int
    thread: int | None
    person: int
    words: tuple[str, ...]
    """The data, taken apart."""
    quoted: Written | None
    """The message to which the message with the button is an answer."""


def read_written(message: dict[str, Any], *, is_edit: bool = False) -> Written:
    """Return a message; its form was checked before."""
    sender = message.get("from") or {}
    hides = message.get("sender_chat") is not None or sender.get("id") == ANONYMOUS_ADMIN
    answered = message.get("reply_to_message") or {}
    # In a topic, every message answers the one that opened it.
    is_chosen = bool(answered) and "forum_topic_created" not in answered
    service = next(
        (name.removeprefix("forum_topic_") for name in message if name.startswith("forum_topic_")),
        None,
    )
    in_topic = bool(message.get("is_topic_message"))
    return Written(
        chat_id=message["chat"]["id"],
        message_id=message["message_id"],
        thread=message.get("message_thread_id") if in_topic else None,
        person=None if hides else sender.get("id"),
        is_bot=bool(sender.get("is_bot")) and not hides,
        text=str(message.get("text") or message.get("caption") or "").strip(),
        file=_file(message),
        has_unsendable=any(message.get(name) is not None for name in _UNSENDABLE),
        service=service,
        quoted=answered.get("message_id") if is_chosen else None,
        quoted_text=str(answered.get("text") or "") if is_chosen else "",
        moved_to=message.get("migrate_to_chat_id"),
        is_edit=is_edit,
    )


def read_pressed(query: dict[str, Any]) -> Pressed | None:
    """Return a press on one of our buttons, or None for another one."""
    words = str(query.get("data") or "").split(":")
    message = query.get("message")
    if words[0] != "o" or len(words) < 3 or not message:
        return None
    quoted = message.get("reply_to_message")
    return Pressed(
        str(query["id"]),
        message["chat"]["id"],
        message["message_id"],
        message.get("message_thread_id") if message.get("is_topic_message") else None,
        query["from"]["id"],
        tuple(words[1:]),
        read_written({**quoted, "chat": message["chat"]}) if quoted else None,
    )


def command(text: str, username: str | None) -> tuple[str, str] | None:
    """Return name and argument of a command, an empty name for one of another bot, None for none."""
    found = _COMMAND.fullmatch(text)
    if found is None:
        return None
    name, other, argument = found.groups()
    if other and username and other.lower() != username.lower():
        return "", ""
    return name.lower(), argument.strip()


def _file(message: dict[str, Any]) -> File | None:
    for kind in _FILES:
        content = message.get(kind)
        if not content:
            continue
        # Of a photo there are several sizes, the largest last.
        one = content[-1] if isinstance(content, list) else content
        name = str(one.get("file_name") or "")
        return File(str(one["file_id"]), name, int(one.get("file_size") or 0))
    return None
