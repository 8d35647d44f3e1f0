"""The officers' group as people live in it: they write, press, close, delete and move topics."""

from __future__ import annotations

import time
from typing import Any

from bot.fakes.telegram.forum import remove_topic
from bot.fakes.telegram.world import Chat, TelegramWorld

GROUP = -1_002_000_000_001


class OfficersGroup:
    """A supergroup with topics in a world."""

    def __init__(self, world: TelegramWorld, chat_id: int = GROUP, title: str = "Cán bộ một cửa") -> None:
        self.world = world
        self.id = chat_id
        self.names: dict[int, str] = {}
        world.chats.setdefault(chat_id, Chat(chat_id, title, "supergroup", is_forum=True))

    @property
    def chat(self) -> Chat:
        """The chat as the server knows it."""
        return self.world.chats[self.id]

    def topics(self) -> dict[int, str]:
        """Return the names of the topics by thread."""
        return {thread: str(topic["name"]) for thread, topic in self.chat.topics.items()}

    def sent(self, thread: int) -> list[dict[str, Any]]:
        """Return what the bot wrote in a topic, without service messages."""
        return [
            message
            for message in self.world.sent(self.id)
            if message.get("message_thread_id") == thread and not _is_service(message)
        ]

    def texts(self, thread: int) -> list[str]:
        """Return the texts the bot wrote in a topic, as they stand now."""
        return [str(message.get("text") or message.get("caption", "")) for message in self.sent(thread)]

    def buttons(self, thread: int) -> list[tuple[int, str, str]]:
        """Return all buttons of a topic that call the bot: message id, title, data; the newest last."""
        return [
            (message["message_id"], button["text"], button["callback_data"])
            for message in self.sent(thread)
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if "callback_data" in button
        ]

    def says(self, person: int, thread: int | None, text: str | None = None, **content: Any) -> dict[str, Any]:
        """Somebody writes in a topic, or outside of all; return the message."""
        return self._post(person, thread, **({"text": text} if text is not None else {}), **content)

    def replies(self, person: int, thread: int, to: int, text: str) -> dict[str, Any]:
        """Somebody answers a certain message."""
        return self._post(person, thread, text=text, reply_to_message=dict(self.chat.messages[to]))

    def edits(self, message_id: int, text: str) -> None:
        """Somebody corrects their message."""
        message = self.chat.messages[message_id]
        message |= {"text": text, "edit_date": int(time.time())}
        self.world.deliver({"edited_message": dict(message)})

    def presses(self, person: int, thread: int, title: str) -> str:
        """Somebody presses the newest button with this title; return the id of the query."""
        message, _, data = next(found for found in reversed(self.buttons(thread)) if found[1] == title)
        return self.world.tap(self.id, message, data, self.person(person))

    def closes(self, person: int, thread: int) -> None:
        """Somebody closes a topic in the app."""
        self.chat.topics[thread]["is_closed"] = True
        self._post(person, thread, forum_topic_closed={})

    def reopens(self, person: int, thread: int) -> None:
        """Somebody opens a closed topic in the app."""
        self.chat.topics[thread]["is_closed"] = False
        self._post(person, thread, forum_topic_reopened={})

    def deletes(self, thread: int) -> None:
        """Somebody deletes a topic; bots are not told."""
        remove_topic(self.chat, thread)

    def moves(self, chat_id: int) -> None:
        """The group gets another id, as when it becomes a supergroup; topics stay."""
        chat = self.world.chats.pop(self.id)
        self.world.migrated[self.id] = chat_id
        old, chat.id = chat.shown(), chat_id
        self.world.chats[chat_id] = chat
        message = {"message_id": 1, "date": int(time.time()), "chat": old, "migrate_to_chat_id": chat_id}
        self.world.deliver({"message": message})
        self.id = chat_id

    def person(self, number: int) -> dict[str, Any]:
        """Return somebody in the form of the Bot API."""
        return {"id": number, "is_bot": False, "first_name": self.names.get(number, f"Cán bộ {number}")}

    def _post(self, person: int, thread: int | None, **content: Any) -> dict[str, Any]:
        where = {"message_thread_id": thread, "is_topic_message": True} if thread is not None else {}
        message = self.world.new_message(self.chat, self.person(person), **where, **content)
        self.world.deliver({"message": dict(message)})
        return message


def _is_service(message: dict[str, Any]) -> bool:
    return any(name.startswith("forum_topic_") for name in message)
