"""Files: sent by the bot as uploads, fetched by it from people."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.fakes.telegram.asking import (
    LONGEST_CAPTION,
    ApiError,
    Arguments,
    in_thread,
    limit,
    markup_of,
    quoted,
    text_of,
    writable,
)
from bot.fakes.telegram.world import TelegramWorld

MEGABYTE = 1_000_000
MOST_DOWNLOADED, MOST_UPLOADED, MOST_OF_PHOTO = 20 * MEGABYTE, 50 * MEGABYTE, 10 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart body."""

    name: str
    type: str
    content: bytes


async def send_document(world: TelegramWorld, arguments: Arguments) -> Any:
    """Post a file of the bot."""
    return _send(world, arguments, "document", MOST_UPLOADED)


async def send_photo(world: TelegramWorld, arguments: Arguments) -> Any:
    """Post a picture of the bot."""
    return _send(world, arguments, "photo", MOST_OF_PHOTO)


async def get_file(world: TelegramWorld, arguments: Arguments) -> Any:
    """Say where a file can be fetched."""
    file = world.files.get(str(arguments.get("file_id")))
    if file is None:
        raise ApiError(400, "Bad Request: invalid file_id")
    if len(file.content) > MOST_DOWNLOADED:
        raise ApiError(400, "Bad Request: file is too big")
    return {
        "file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(file.content),
        "file_path": file.path,
    }  # fmt: skip


FILE_METHODS: dict[str, Callable[[TelegramWorld, Arguments], Awaitable[Any]]] = {
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "getFile": get_file,
}


def _send(world: TelegramWorld, arguments: Arguments, kind: str, most: int) -> Any:
    chat = writable(world, arguments)
    given = arguments.get(kind)
    if isinstance(given, Upload):
        if not given.content:
            raise ApiError(400, "Bad Request: file must be non-empty")
        if len(given.content) > most:
            raise ApiError(413, "Request Entity Too Large")
        if kind == "photo" and not given.type.startswith("image/"):
            raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
        file = world.keep_file(given.content, given.name, given.type)
    elif (found := world.files.get(str(given))) is not None:
        file = found
    else:
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    limit(world, chat)
    about = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(file.content)}
    carried: Any = {**about, "file_name": file.name, "mime_type": file.type}
    content: dict[str, Any] = {kind: [{**about, "width": 900, "height": 600}] if kind == "photo" else carried}
    if caption := text_of(arguments, "caption", LONGEST_CAPTION):
        content["caption"] = caption
    content |= in_thread(chat, arguments) | quoted(chat, arguments)
    if markup := markup_of(arguments):
        content["reply_markup"] = markup
    return world.new_message(chat, world.me, **content)
