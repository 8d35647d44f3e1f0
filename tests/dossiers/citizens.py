"""Somebody who writes on the website, and the whole service behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from talking import Said

from bot.conversations.messages import ConversationId, Incoming, Kind
from bot.conversations.transcript import read_lines
from bot.dossiers.settings import DossierSettings
from bot.service import Service, build, running
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import inbox
from bot.training.releases import Release

PATIENCE_SECONDS = 30.0


@asynccontextmanager
async def service_with(
    sandbox_url: str, release: Release, folder: Path, **settings: Any
) -> AsyncIterator[Service]:
    """The whole service on a database of its own that asks the given sandbox."""
    database = Database(f"sqlite:///{folder / 'motcua.db'}", durable=False)
    dossiers = DossierSettings(sandbox_url=sandbox_url, _env_file=None, **settings)  # type: ignore[call-arg, arg-type]
    service = build(Settings(state_dir=folder), database, dossier_settings=dossiers)
    async with running(service, release):
        yield service


class Citizen:
    """One conversation on a channel."""

    def __init__(self, service: Service, channel: str = "web") -> None:
        self.service = service
        self.channel = channel
        self.address = uuid4().hex
        self.id: ConversationId | None = None
        self.inbox_id = 0
        self._seen = 0

    async def __call__(self, text: str) -> Said:
        return await self.answers(await self.send(text))

    async def press(self, choice_id: str) -> Said:
        message = Incoming(self.channel, self.address, uuid4().hex, Kind.CHOICE, "", choice_id)
        receipt = await self.service.inbox.accept(message, self.id)
        return await self.answers(receipt.inbox_id)

    async def send(self, text: str) -> int:
        message = Incoming(self.channel, self.address, uuid4().hex, Kind.TEXT, text)
        receipt = await self.service.inbox.accept(message, self.id)
        self.id, self.inbox_id = receipt.conversation_id, receipt.inbox_id
        return receipt.inbox_id

    async def answers(self, inbox_id: int) -> Said:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.row(inbox_id, inbox.c.status) == "pending":  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return Said(await self.news())

    async def news(self) -> list[dict[str, Any]]:
        """What was said since it was last looked at."""
        assert self.id
        lines = await read_lines(self.service.database, self.id, self._seen)
        self._seen = max((line.seq for line in lines), default=self._seen)
        return [line.body for line in lines if line.body is not None]

    async def row(self, inbox_id: int, column: Any) -> Any:
        async with self.service.database.read() as connection:
            return await connection.scalar(select(column).where(inbox.c.id == inbox_id))

    async def stored(self) -> str:
        """How the last message is kept."""
        return str(await self.row(self.inbox_id, inbox.c.text))
