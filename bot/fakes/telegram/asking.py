"""What all methods of the fake Bot API need: errors, limits, and checks of what was asked."""

from __future__ import annotations

from typing import Any

from bot.channels.texts import utf16_length
from bot.fakes.telegram.markup import BadMarkup, visible_text
from bot.fakes.telegram.world import Chat, TelegramWorld

Arguments = dict[str, Any]
LONGEST_TEXT, LONGEST_CAPTION, MOST_DATA_BYTES = 4096, 1024, 64


class ApiError(RuntimeError):
    """An error as the Bot API reports it."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code, self.description, self.parameters = code, description, parameters
        super().__init__(description)


def too_many(seconds: float) -> ApiError:
    """Return the answer to somebody who sends too much."""
    pause = max(1, round(seconds + 0.5))
    return ApiError(429, f"Too Many Requests: retry after {pause}", retry_after=pause)


def known(world: TelegramWorld, arguments: Arguments, name: str = "chat_id") -> Chat:
    """Return the chat that is meant.

    Raises:
        ApiError: There is none, or it moved.
    """
    number = int(arguments.get(name, 0))
    if moved := world.migrated.get(number):
        raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=moved)
    chat = world.chats.get(number)
    if chat is None:
        raise ApiError(400, "Bad Request: chat not found")
    return chat


def writable(world: TelegramWorld, arguments: Arguments) -> Chat:
    """Return the chat that is meant, if the bot may write there.

    Raises:
        ApiError: It may not.
    """
    chat = known(world, arguments)
    if chat.has_blocked:
        if chat.type == "private":
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        raise ApiError(403, f"Forbidden: bot was kicked from the {chat.type} chat")
    return chat


def limit(world: TelegramWorld, chat: Chat) -> None:
    """Count a message, or refuse it.

    Raises:
        ApiError: 429, with the pause.
    """
    limits = (world.all_limit, world.chat_limit if chat.id > 0 else world.group_limit)
    for each, key in zip(limits, ("all", str(chat.id)), strict=True):
        if each is not None and (wait := each.take(key)):
            raise too_many(wait)


def in_thread(chat: Chat, arguments: Arguments) -> dict[str, Any]:
    """Return the fields that say in which topic a message is.

    Raises:
        ApiError: The topic is gone or closed.
    """
    thread = arguments.get("message_thread_id")
    if not thread:
        return {}
    topic = chat.topics.get(int(thread))
    if topic is None:
        raise ApiError(400, "Bad Request: message thread not found")
    if topic["is_closed"]:
        raise ApiError(400, "Bad Request: TOPIC_CLOSED")
    return {"message_thread_id": int(thread), "is_topic_message": True}


def quoted(chat: Chat, arguments: Arguments) -> dict[str, Any]:
    """Return the message that is replied to.

    Raises:
        ApiError: It is gone, and the caller does not say that this does not matter.
    """
    reply = arguments.get("reply_parameters")
    if not reply:
        return {}
    message = chat.messages.get(int(reply["message_id"]))
    if message is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise ApiError(400, "Bad Request: message to be replied not found")
    return {"reply_to_message": {name: value for name, value in message.items() if name != "reply_to_message"}}


def text_of(arguments: Arguments, name: str = "text", longest: int = LONGEST_TEXT) -> str:
    """Return the visible text.

    Raises:
        ApiError: It is empty, too long, or badly marked up.
    """
    text = str(arguments.get(name, ""))
    if arguments.get("parse_mode") == "HTML":
        try:
            text = visible_text(text)
        except BadMarkup as error:
            raise ApiError(400, f"Bad Request: can't parse entities: {error}") from error
    if not text.strip() and name == "text":
        raise ApiError(400, "Bad Request: message text is empty")
    if utf16_length(text) > longest:
        raise ApiError(400, f"Bad Request: {'message' if name == 'text' else 'message caption'} is too long")
    return text


def markup_of(arguments: Arguments) -> dict[str, Any] | None:
    """Return the buttons.

    Raises:
        ApiError: The server would refuse one.
    """
    markup: dict[str, Any] | None = arguments.get("reply_markup")
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if "url" in button:
                if not str(button["url"]).startswith(("https://", "http://")):
                    raise ApiError(400, "Bad Request: inline keyboard button URL is invalid")
                continue
            size = len(str(button.get("callback_data", "")).encode())
            if not 1 <= size <= MOST_DATA_BYTES:
                raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    return markup


def own(world: TelegramWorld, arguments: Arguments) -> dict[str, Any]:
    """Return a message of the bot that is to be changed.

    Raises:
        ApiError: There is none.
    """
    chat = writable(world, arguments)
    message = chat.messages.get(int(arguments.get("message_id", 0)))
    if message is None:
        raise ApiError(400, "Bad Request: message to edit not found")
    if not message["from"]["is_bot"]:
        raise ApiError(400, "Bad Request: message can't be edited")
    return message
