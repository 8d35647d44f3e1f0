"""The methods of the Bot API, one function each; what is not here is answered with 404."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.texts import utf16_length
from bot.fakes.telegram.asking import (
    ApiError,
    Arguments,
    in_thread,
    limit,
    markup_of,
    own,
    quoted,
    text_of,
    writable,
)
from bot.fakes.telegram.world import TelegramWorld

_NAME = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
LONGEST_CALLBACK_ANSWER = 200


async def get_me(world: TelegramWorld, _: Arguments) -> Any:
    """Return who the bot is."""
    return world.me


async def get_updates(world: TelegramWorld, arguments: Arguments) -> Any:
    """Hold the call until there are updates; a higher offset forgets those below it."""
    if world.webhook["url"]:
        raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
    if world.polling:
        raise ApiError(409, "Conflict: terminated by other getUpdates request")
    world.polling += 1
    try:
        if offset := int(arguments.get("offset", 0)):
            world.updates = [update for update in world.updates if update["update_id"] >= offset]
        if not world.updates:
            world.has_updates.clear()
            try:
                async with asyncio.timeout(min(int(arguments.get("timeout", 0)), 50)):
                    await world.has_updates.wait()
            except TimeoutError:
                pass
        return world.updates[: int(arguments.get("limit", 100))]
    finally:
        world.polling -= 1


async def set_webhook(world: TelegramWorld, arguments: Arguments) -> Any:
    """Take the address to call; what waits is called now."""
    url = str(arguments.get("url", ""))
    secret = arguments.get("secret_token")
    if url and not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if secret is not None and not _SECRET.fullmatch(str(secret)):
        raise ApiError(400, "Bad Request: secret token contains unallowed characters")
    world.webhook = {"url": url, "secret_token": secret, "allowed_updates": arguments.get("allowed_updates", [])}
    if url:
        waiting, world.updates = world.updates, []
        for update in waiting:
            world.push(update)
    return True


async def delete_webhook(world: TelegramWorld, _: Arguments) -> Any:
    """Go back to polling."""
    world.webhook = {"url": ""}
    return True


async def get_webhook_info(world: TelegramWorld, _: Arguments) -> Any:
    """Say how calling goes."""
    info = {
        "url": world.webhook["url"],
        "has_custom_certificate": False,
        "pending_update_count": world.pusher.pending or len(world.updates),
    }
    if world.pusher.last_error and world.pusher.pending:
        info |= {"last_error_date": int(time.time()), "last_error_message": world.pusher.last_error}
    return info


async def send_message(world: TelegramWorld, arguments: Arguments) -> Any:
    """Post a text of the bot."""
    chat = writable(world, arguments)
    limit(world, chat)
    content: dict[str, Any] = {"text": text_of(arguments), **quoted(chat, arguments)}
    if arguments.get("parse_mode") == "HTML":
        content["html"] = str(arguments["text"])
    content |= in_thread(chat, arguments)
    if markup := markup_of(arguments):
        content["reply_markup"] = markup
    return world.new_message(chat, world.me, **content)


async def edit_message_text(world: TelegramWorld, arguments: Arguments) -> Any:
    """Change a text of the bot."""
    message = own(world, arguments)
    limit(world, writable(world, arguments))
    text, markup = text_of(arguments), markup_of(arguments)
    if message.get("text") == text and message.get("reply_markup") == markup:
        raise ApiError(400, "Bad Request: message is not modified")
    message |= {"text": text, "edit_date": int(time.time())}
    message.pop("html", None)
    if arguments.get("parse_mode") == "HTML":
        message["html"] = str(arguments["text"])
    message.pop("reply_markup", None)
    if markup:
        message["reply_markup"] = markup
    return message


async def edit_message_reply_markup(world: TelegramWorld, arguments: Arguments) -> Any:
    """Change the buttons below a text of the bot."""
    message = own(world, arguments)
    markup = markup_of(arguments)
    if message.get("reply_markup") == markup:
        raise ApiError(400, "Bad Request: message is not modified")
    message.pop("reply_markup", None)
    if markup:
        message["reply_markup"] = markup
    return message


async def answer_callback_query(world: TelegramWorld, arguments: Arguments) -> Any:
    """Stop the spinner on a button."""
    if utf16_length(str(arguments.get("text", ""))) > LONGEST_CALLBACK_ANSWER:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    world.answered_callbacks.append({"at": time.time(), **arguments})
    return True


async def set_my_commands(world: TelegramWorld, arguments: Arguments) -> Any:
    """Take the menu of commands."""
    commands = arguments.get("commands", [])
    if len(commands) > 100 or any(not _NAME.fullmatch(item["command"]) for item in commands):
        raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
    scope = arguments.get("scope") or {}
    place = f"chat:{scope['chat_id']}" if scope.get("type") == "chat" else str(arguments.get("language_code", ""))
    world.commands[place] = commands
    return True


async def leave_chat(world: TelegramWorld, arguments: Arguments) -> Any:
    """Leave a group."""
    world.chats.pop(int(arguments["chat_id"]), None)
    return True


async def just_true(world: TelegramWorld, arguments: Arguments) -> Any:
    """Accept what has no effect here."""
    return True


METHODS: dict[str, Callable[[TelegramWorld, Arguments], Awaitable[Any]]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "leaveChat": leave_chat,
    "sendChatAction": just_true,
    "pinChatMessage": just_true,
}
