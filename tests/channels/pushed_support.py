"""Pushed channels as they run: our webhooks and senders on one side, a fake platform on the other."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select
from starlette.applications import Starlette

from bot.channels.base import PushedChannel
from bot.channels.rate_limits import Rate
from bot.channels.registry import Surroundings, build_channels, start_channels
from bot.channels.web import create_web_router
from bot.channels.web_limits import WebLimits
from bot.channels.web_sessions import SessionSigner
from bot.conversations.dispatcher import Dispatcher
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.messages import Button, Outcome, Reply, Turn, TurnResult
from bot.conversations.wakeups import Wakeups
from bot.fakes.faults import Faults
from bot.fakes.hosting import serving
from bot.fakes.recording import Recorder
from bot.fakes.telegram.server import TelegramServer
from bot.fakes.telegram.world import TelegramWorld
from bot.fakes.zalo.server import ZaloServer
from bot.fakes.zalo.world import ZaloWorld
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import inbox, outbox

TOKEN = "700100200:AA" + "Fake" * 8 + "-1"
APP_ID, OA_ID = "1000000000000000001", "3900000000000000009"
APP_SECRET, OA_SECRET = "app-secret-thu-nghiem", "khoa-oa-thu-nghiem"
GENEROUS = WebLimits(Rate(10_000, 60), (Rate(10_000, 60),), Rate(10_000, 60))
PATIENCE_SECONDS = 15.0
LONG_SENTENCE = "Anh/chị nộp hồ sơ tại Trung tâm Phục vụ hành chính công của xã. "


@dataclass
class Echo:
    """An engine that repeats what was said, and does more when asked to."""

    turns: list[Turn] = field(default_factory=list)
    seconds: float = 0.0

    async def respond(self, turn: Turn) -> TurnResult:
        self.turns.append(turn)
        await asyncio.sleep(self.seconds)
        return TurnResult(tuple(self._replies(turn)), "state")

    def _replies(self, turn: Turn) -> list[Reply]:
        if turn.unsupported:
            return [Reply(f"Chưa đọc được {turn.text}", Outcome.CLARIFY)]
        if turn.payload:
            return [Reply(f"Đã chọn {turn.payload}", Outcome.ANSWER, procedure="1.001193", aspect="fee")]
        if turn.text == "cho chọn":
            buttons = (Button("Đăng ký khai sinh", "/one"), Button("Đăng ký kết hôn", "/two"))
            return [Reply("Thủ tục nào?\n1. Đăng ký khai sinh\n2. Đăng ký kết hôn", Outcome.CLARIFY, buttons)]
        if turn.text == "nói dài":
            return [Reply(LONG_SENTENCE * 120, Outcome.ANSWER)]
        if turn.text == "ba câu":
            return [Reply(f"Câu {number}", Outcome.ANSWER) for number in (1, 2, 3)]
        return [Reply(f"Nghe: {turn.text}", Outcome.ANSWER)]


@dataclass
class Line:
    """A running service with its pushed channels, and the platforms around it."""

    settings: Settings
    database: Database
    engine: Echo
    channels: tuple[PushedChannel, ...]
    address: str
    http: httpx.AsyncClient
    faults: Faults
    recorder: Recorder
    telegram: TelegramWorld
    zalo: ZaloWorld

    def channel(self, name: str) -> PushedChannel:
        return next(channel for channel in self.channels if channel.name == name)

    async def rows(self, table: Any) -> list[Any]:
        async with self.database.read() as connection:
            return list(await connection.execute(select(table).order_by(table.c.id)))

    async def quiet(self) -> None:
        """Wait until nothing is pending anywhere."""

        async def is_quiet() -> bool:
            # What was just said begins now; what ends during the look into the database was seen before it.
            await asyncio.sleep(0)
            calling = self._is_calling()
            async with self.database.read() as connection:
                waiting = [
                    await connection.scalar(select(table.c.id).where(table.c.status == "pending").limit(1))
                    for table in (inbox, outbox)
                ]
            return waiting == [None, None] and not calling and not self._is_calling()

        await until(is_quiet)

    def _is_calling(self) -> bool:
        return bool(self.telegram.pusher.pending or self.zalo.pusher.pending or self.telegram.updates)


async def until(condition: Callable[[], Awaitable[bool] | bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)


def telegram_settings(platform: str, webhook: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "telegram_token": TOKEN,
        "telegram_api": platform,
        "telegram_webhook_url": webhook,
        "telegram_messages_per_second": 1000,
        **more,
    }


def zalo_settings(platform: str, world: ZaloWorld) -> dict[str, Any]:
    return {
        "zalo_app_id": APP_ID,
        "zalo_app_secret": APP_SECRET,
        "zalo_oa_id": OA_ID,
        "zalo_oa_secret": OA_SECRET,
        "zalo_refresh_token": world.refresh_token,
        "zalo_api": platform,
        "zalo_oauth": platform,
    }


@dataclass
class Platforms:
    """Both fakes behind one address."""

    telegram: TelegramWorld
    zalo: ZaloWorld
    faults: Faults
    recorder: Recorder
    address: str


@asynccontextmanager
async def platforms(*, has_limits: bool = False, port: int = 0) -> AsyncIterator[Platforms]:
    """Run both fakes."""
    recorder, faults = Recorder(), Faults()
    telegram = TelegramWorld(TOKEN, recorder, has_limits=has_limits)
    zalo = ZaloWorld(recorder, app_id=APP_ID, oa_id=OA_ID, app_secret=APP_SECRET, oa_secret=OA_SECRET)
    for world in (telegram, zalo):
        world.pusher.habits.pauses = (0.05, 0.1, 0.2)
    routes = [*TelegramServer(telegram, faults).routes(), *ZaloServer(zalo, faults).routes()]
    async with serving(Starlette(routes=routes), port) as address:
        yield Platforms(telegram, zalo, faults, recorder, address)
        await telegram.pusher.close()
        await zalo.pusher.close()


@asynccontextmanager
async def line(
    tmp_path: Path,
    *,
    mode: str = "webhook",
    url: str | None = None,
    has_limits: bool = False,
    is_started: bool = True,
    around: Platforms | None = None,
    engine: Any = None,
    retry: tuple[float, ...] | None = None,
    **more: Any,
) -> AsyncIterator[Line]:
    """Run the house on one side and the platforms on the other.

    `retry` are the pauses after an attempt of which nobody knows how it ended; shorter than real ones.
    """
    async with AsyncExitStack() as stack:
        if around is None:
            around = await stack.enter_async_context(platforms(has_limits=has_limits))
        world = around.telegram
        app = FastAPI()
        ours = await stack.enter_async_context(serving(app))
        settings = Settings(
            state_dir=tmp_path,
            _env_file=None,
            **{
                **zalo_settings(around.address, around.zalo),
                **telegram_settings(around.address, ours if mode == "webhook" else None, **more),
            },
        )
        database = Database(url or f"sqlite:///{tmp_path / 'line.db'}", durable=False)
        await migrate(database)
        wakeups, originals = Wakeups(database), OriginalTexts()
        engine = engine or Echo()
        channels = build_channels(
            Surroundings(settings, database, Inbox(database, wakeups, originals), wakeups, originals, topic)
        )
        for channel in channels:
            app.include_router(channel.router())
            if retry is not None:
                channel.send_times = replace(channel.send_times, retry=retry)  # type: ignore[misc]
        app.include_router(
            create_web_router(
                database=database,
                inbox=Inbox(database, wakeups, originals),
                wakeups=wakeups,
                originals=originals,
                signer=SessionSigner(["a secret of the tests, long enough"]),
                limits=GENEROUS,
            )
        )
        tasks = []
        if is_started:
            dispatcher = Dispatcher(database, engine, wakeups, originals)
            tasks = [asyncio.create_task(dispatcher.run()), *start_channels(channels, database, wakeups)]
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=ours, trust_env=False))
        around.zalo.webhook_url = f"{ours}/webhooks/zalo"
        line = Line(
            *(settings, database, engine, channels, ours, http),
            *(around.faults, around.recorder, world, around.zalo),
        )
        try:
            if is_started:
                await until(lambda: bool(world.webhook["url"]) or mode != "webhook")
            yield line
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await asyncio.gather(*tasks, return_exceptions=True)
            await database.close()


def topic(payload: str) -> str | None:
    found = re.fullmatch(r"tt_(\d)-(\d{6})", payload)
    return "Đăng ký khai sinh" if found else None
