"""Asking from the command line: a fresh conversation through inbox, dialogue and outbox."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from bot.conversations.messages import ConversationId, Incoming, Kind
from bot.conversations.transcript import read_lines
from bot.service import Service, build, running
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import ensure_tables
from bot.storage.tables import inbox
from bot.training.releases import Release

ANSWER_WITHIN_SECONDS = 60.0
FIELDS = ("outcome", "procedure", "aspect", "offers", "sources")


class NoAnswer(RuntimeError):
    """A turn did not end in time."""


@asynccontextmanager
async def throwaway_service(settings: Settings, release: Release) -> AsyncIterator[Service]:
    """Run the whole line below the channels against a database that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="motcua-ask-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'ask.db'}", durable=False)
        imported_from = Database(settings.database_url)
        try:
            await ensure_tables(imported_from)
            async with running(build(settings, database, imported_from), release) as service:
                yield service
        finally:
            await imported_from.close()


class Asker:
    """One conversation, asked turn by turn."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._address = uuid4().hex
        self._conversation: ConversationId | None = None
        self._seen = 0

    async def ask(self, text: str) -> list[dict[str, Any]]:
        """Return the replies to one message, in the public form.

        Raises:
            NoAnswer: The turn did not end within a minute.
        """
        message = Incoming("cli", self._address, uuid4().hex, Kind.TEXT, text)
        receipt = await self._service.inbox.accept(message, self._conversation)
        self._conversation = receipt.conversation_id
        await self._wait(receipt.inbox_id)
        lines = await read_lines(self._service.database, receipt.conversation_id, self._seen)
        self._seen = max((line.seq for line in lines), default=self._seen)
        return [public_reply(line.body) for line in lines if line.body is not None]

    async def _wait(self, inbox_id: int) -> None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
                while not await self._is_done(inbox_id):
                    if self._conversation is not None:
                        await self._service.wakeups.wait_for_reply(self._conversation, 0.25)
        except TimeoutError:
            raise NoAnswer from None

    async def _is_done(self, inbox_id: int) -> bool:
        async with self._service.database.read() as connection:
            status = await connection.scalar(select(inbox.c.status).where(inbox.c.id == inbox_id))
        return status != "pending"


def public_reply(body: dict[str, Any]) -> dict[str, Any]:
    """Return a stored reply as the public contract has it."""
    return {
        "text": body["text"],
        "buttons": [{"title": button["title"]} for button in body["buttons"]],
        **{name: body[name] for name in FIELDS},
    }


async def ask_all(
    service: Service, conversations: Sequence[dict[str, Any]], side_by_side: int = 4
) -> AsyncIterator[dict[str, Any]]:
    """Yield the replies to each conversation, in the order given.

    Args:
        service: A running service.
        conversations: Each with `id` and `turns` (texts).
        side_by_side: How many are asked at the same time.
    """
    slots = asyncio.Semaphore(side_by_side)

    async def one(item: dict[str, Any]) -> dict[str, Any]:
        async with slots:
            asker = Asker(service)
            return {"id": item["id"], "replies": [await asker.ask(text) for text in item["turns"]]}

    tasks = [asyncio.create_task(one(item)) for item in conversations]
    for task in tasks:
        yield await task
