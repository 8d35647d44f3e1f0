"""What a Bot API server remembers: chats, messages, waiting updates, the webhook."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.channels.rate_limits import Rate, RateLimiter
from bot.fakes.pushing import Pusher
from bot.fakes.recording import Recorder

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_MESSAGE, FIRST_UPDATE = 100, 900_000


@dataclass(slots=True)
class Chat:
    """A chat with one citizen, or a group."""

    id: int
    name: str
    type: str = "private"
    is_forum: bool = False
    has_blocked: bool = False
    """Whether the citizen blocked the bot, or the group removed it."""
    rights: frozenset[str] = frozenset({"can_manage_topics", "can_delete_messages", "can_pin_messages"})
    """What the bot may do as an administrator of a group; empty for a mere member."""
    has_reactions: bool = True
    topics: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By the id of the message that opened it: `name` and `is_closed`."""
    reactions: dict[int, str] = field(default_factory=dict)
    """What the bot thinks of a message."""
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By id, in the form of the Bot API, with `from.is_bot` for ours."""

    def shown(self) -> dict[str, Any]:
        """Return the chat in the form of the Bot API."""
        base: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.type == "private":
            return base | {"first_name": self.name}
        return base | {"title": self.name} | ({"is_forum": True} if self.is_forum else {})


@dataclass(frozen=True, slots=True)
class File:
    """Bytes that people or the bot uploaded."""

    id: str
    name: str
    content: bytes
    type: str

    @property
    def path(self) -> str:
        """Where it can be fetched from."""
        return f"files/{self.id}/{self.name}"


class TelegramWorld:
    """The state of the server, and what citizens do in it."""

    def __init__(self, token: str, recorder: Recorder, *, has_limits: bool = True, seed: int = 0) -> None:
        self.token = token
        self.me = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Một Cửa",
            "username": "motcua_fake_bot",
        }
        self.recorder = recorder
        self.pusher = Pusher("telegram", recorder, seed)
        self.chats: dict[int, Chat] = {}
        self.migrated: dict[int, int] = {}
        self.files: dict[str, File] = {}
        self.updates: list[dict[str, Any]] = []
        self.has_updates = asyncio.Event()
        self.delivered: list[dict[str, Any]] = []
        self.webhook: dict[str, Any] = {"url": ""}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.answered_callbacks: list[dict[str, Any]] = []
        self.polling = 0
        self._callbacks = 0
        self._next_message, self._next_update = FIRST_MESSAGE, FIRST_UPDATE
        self.chat_limit = RateLimiter(Rate(5, 5)) if has_limits else None
        self.group_limit = RateLimiter(Rate(20, 60)) if has_limits else None
        self.all_limit = RateLimiter(Rate(30, 1)) if has_limits else None

    def chat(self, chat_id: int, name: str = "Nguyễn Thị Hoa") -> Chat:
        """Return a private chat, opened when it is new."""
        return self.chats.setdefault(chat_id, Chat(chat_id, name))

    def say(self, chat_id: int, text: str) -> dict[str, Any]:
        """A citizen writes."""
        return self.post(chat_id, text=text)

    def reply(self, chat_id: int, to: int, text: str, **content: Any) -> dict[str, Any]:
        """A citizen answers a certain message."""
        return self.post(chat_id, text=text, reply_to_message=dict(self.chat(chat_id).messages[to]), **content)

    def post(self, chat_id: int, **content: Any) -> dict[str, Any]:
        """A citizen sends a message of any kind; return it."""
        chat = self.chat(chat_id)
        message = self.new_message(chat, self._citizen(chat), **content)
        self.deliver({"message": message})
        return message

    def post_file(self, chat_id: int, content: bytes, name: str, kind: str = "image/jpeg", **more: Any) -> Any:
        """A citizen sends a file or, without a name, a photo; return the message."""
        return self.post(chat_id, **self.file_fields(content, name, kind), **more)

    def file_fields(self, content: bytes, name: str, kind: str) -> dict[str, Any]:
        """Keep a file and return the fields of a message that carries it."""
        file = self.keep_file(content, name or "photo.jpg", kind)
        about = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(content)}
        if not name:
            return {"photo": [{**about, "width": 90, "height": 60}, {**about, "width": 900, "height": 600}]}
        return {"document": {**about, "file_name": name, "mime_type": kind}}

    def keep_file(self, content: bytes, name: str, kind: str) -> File:
        """Keep a file."""
        number = f"F{len(self.files) + 1:05}"
        self.files[number] = File(number, name, content, kind)
        return self.files[number]

    def edit(self, chat_id: int, message_id: int, text: str) -> None:
        """A citizen corrects a message."""
        message = self.chats[chat_id].messages[message_id]
        message |= {"text": text, "edit_date": int(time.time())}
        self.deliver({"edited_message": dict(message)})

    def tap(self, chat_id: int, message_id: int, data: str, person: dict[str, Any] | None = None) -> str:
        """A citizen, or somebody in a group, presses a button; return the id of the query."""
        chat = self.chats[chat_id]
        self._callbacks += 1
        query = {
            "id": str(8_000 + self._callbacks), "from": person or self._citizen(chat), "chat_instance": "1",
            "data": data, "message": dict(chat.messages[message_id]),
        }  # fmt: skip
        self.deliver({"callback_query": query})
        return str(query["id"])

    def block(self, chat_id: int, *, blocked: bool = True) -> None:
        """A citizen blocks the bot, or unblocks it."""
        chat = self.chat(chat_id)
        chat.has_blocked = blocked
        states = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = ({"status": state, "user": self.me} for state in states)
        self.deliver(
            {"my_chat_member": {
                "date": int(time.time()), "chat": chat.shown(), "from": self._citizen(chat),
                "old_chat_member": old, "new_chat_member": new,
            }}
        )  # fmt: skip

    def deliver(self, content: dict[str, Any]) -> dict[str, Any]:
        """Hand an update to the webhook, or keep it until it is polled."""
        self._next_update += 1
        update = {"update_id": self._next_update, **content}
        self.delivered.append(update)
        self.deliver_again(update)
        return update

    def deliver_again(self, update: dict[str, Any]) -> None:
        """Hand over an update that may have been handed over before."""
        if self.webhook["url"]:
            self.push(update)
        else:
            self.recorder.note("telegram", "push", "getUpdates", update, 200)
            self.updates.append(update)
            self.has_updates.set()

    def push(self, update: dict[str, Any]) -> None:
        """Call the webhook with an update, again and again until it is taken."""
        secret = self.webhook.get("secret_token")
        headers = {SECRET_HEADER: secret} if secret else {}
        self.pusher.push(self.webhook["url"], orjson.dumps(update), headers, update)

    def new_message(self, chat: Chat, sender: dict[str, Any], **content: Any) -> dict[str, Any]:
        """Store a message and return it."""
        self._next_message += 1
        message = {
            "message_id": self._next_message, "date": int(time.time()), "chat": chat.shown(),
            "from": sender, **content,
        }  # fmt: skip
        chat.messages[self._next_message] = message
        return message

    def sent(self, chat_id: int) -> list[dict[str, Any]]:
        """Return what the bot sent into a chat."""
        chat = self.chats.get(chat_id)
        return [message for message in chat.messages.values() if message["from"]["is_bot"]] if chat else []

    def buttons(self, chat_id: int) -> list[tuple[int, str, str]]:
        """Return the newest keyboard: message id, title and data of each button."""
        for message in reversed(self.sent(chat_id)):
            if rows := message.get("reply_markup", {}).get("inline_keyboard"):
                return [
                    (message["message_id"], b["text"], b.get("callback_data", "")) for row in rows for b in row
                ]
        return []

    def _citizen(self, chat: Chat) -> dict[str, Any]:
        return {"id": abs(chat.id), "is_bot": False, "first_name": chat.name, "language_code": "vi"}
