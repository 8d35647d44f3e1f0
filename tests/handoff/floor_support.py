"""Officers in a Telegram group, citizens on the website, on Telegram and on Zalo; all of it over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from core_support import QUICK, Script
from desk_support import ASKS_PERSON, bot_that_knows_the_desk
from fastapi import FastAPI
from sqlalchemy import select
from starlette.applications import Starlette

from bot.attachments.attachments import Attachments
from bot.attachments.fetching import Fetcher
from bot.attachments.router import create_attachment_router
from bot.attachments.wiring import build_attachments
from bot.channels.pacer import Pace
from bot.channels.rate_limits import Rate
from bot.channels.registry import Surroundings, build_channels, start_channels
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.web import create_web_router
from bot.channels.web_attachments import WebAttachments, create_web_attachments_router
from bot.channels.web_limits import WebLimits
from bot.channels.web_sessions import SessionSigner
from bot.clock import VIETNAM, now
from bot.conversations.dispatcher import Dispatcher
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.wakeups import Wakeups
from bot.fakes.faults import Faults
from bot.fakes.hosting import serving
from bot.fakes.recording import Recorder
from bot.fakes.telegram.group import GROUP, OfficersGroup
from bot.fakes.telegram.server import TelegramServer
from bot.fakes.telegram.world import TelegramWorld
from bot.fakes.zalo.server import ZaloServer
from bot.fakes.zalo.world import ZaloWorld
from bot.handoff.copies import Copy
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import Handoff
from bot.handoff.offices import offices_of
from bot.handoff.telegram.api import EACH_GROUP
from bot.handoff.telegram.commands import CannedReplies
from bot.handoff.telegram.place import TelegramPlace
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.handoff_tables import desk_copies, handoffs, officer_lines
from bot.storage.migrate import migrate
from bot.storage.tables import inbox, outbox

TOKEN = "700100200:AA" + "Fake" * 8 + "-1"
APP_ID, OA_ID, APP_SECRET, OA_SECRET = "1000000000000000001", "3900000000000000009", "app-secret", "oa-secret"
LAN, MAI, STRANGER = 800_000_001, 800_000_002, 800_000_009
HOA, NAM = 700_000_001, "4820000000000000001"
ALWAYS = {
    "hours": {"weekly": {"mon-sun": ["00:00-23:59"]}},
    "announced_years": [2026, 2027, 2028],
    "departments": [
        {"id": "mot-cua", "name": "Bộ phận Một cửa", "default": True},
        {"id": "tu-phap", "name": "Tư pháp – Hộ tịch", "fields": ["Hộ tịch"]},
    ],
}
GENEROUS = WebLimits(Rate(10_000, 60), (Rate(10_000, 60),), Rate(10_000, 60), streams=10_000)
PATIENCE_SECONDS = 20.0
_numbers = itertools.count(1)


def mornings() -> Callable[[], datetime]:
    """Return a clock that runs as usual and began at nine in the morning of today."""
    begun = now()
    nine = begun.astimezone(VIETNAM).replace(hour=9, minute=0)
    shift = nine - begun
    return lambda: now() + timedelta(seconds=shift.total_seconds())


async def until(condition: Callable[[], Awaitable[bool] | bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)


@dataclass
class WebCitizen:
    """Somebody with the widget open."""

    http: httpx.AsyncClient
    token: str = ""

    async def open(self) -> WebCitizen:
        self.token = (await self.http.post("/api/web/sessions", json={})).json()["token"]
        return self

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def say(self, text: str, **fields: Any) -> dict[str, Any]:
        body = {"client_msg_id": f"client-{next(_numbers):08}", "text": text} | fields
        response = await self.http.post("/api/web/messages", json=body, headers=self.headers)
        assert response.status_code == 202, response.text
        return dict(response.json())

    async def reads(self) -> list[dict[str, Any]]:
        response = await self.http.get("/api/web/messages", params={"limit": 200}, headers=self.headers)
        return list(response.json()["items"])

    async def texts(self, author: str) -> list[str]:
        return [item["text"] for item in await self.reads() if item["from"] == author]

    async def press(self, title: str) -> None:
        for item in reversed(await self.reads()):
            for button in item["buttons"]:
                if button["title"] == title:
                    await self.say("", kind="choice", choice_id=button["id"])
                    return
        raise AssertionError(f"no button {title}")

    async def sends(self, content: bytes, name: str = "a.jpg", **fields: str) -> httpx.Response:
        data = {"client_msg_id": f"client-{next(_numbers):08}"} | fields
        return await self.http.post(
            "/api/web/attachments", data=data, files={"file": (name, content)}, headers=self.headers
        )


@dataclass
class Floor:
    """A running service, its platforms, and the officers' group."""

    database: Database
    desk: Handoffs
    kept: Attachments
    place: TelegramPlace
    address: str
    http: httpx.AsyncClient
    faults: Faults
    recorder: Recorder
    telegram: TelegramWorld
    zalo: ZaloWorld
    zalo_address: str
    group: OfficersGroup
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def citizen(self) -> WebCitizen:
        return await WebCitizen(self.http).open()

    async def lists(self, telegram_user: int = LAN, name: str = "Lan", **columns: Any) -> None:
        officer = await self.desk.officers.add(name, telegram_user=telegram_user, **columns)
        await self.desk.officers.set_duty(officer, on=True)

    async def waits(self, text: str = ASKS_PERSON) -> tuple[WebCitizen, int]:
        """Have a citizen of the website wait; return them and the thread of their topic."""
        citizen = await self.citizen()
        await citizen.say(text)
        await until(lambda: self._offered(citizen))
        before = set(self.group.topics())
        await citizen.press("Đồng ý")
        await until(lambda: bool(set(self.group.topics()) - before))
        (thread,) = set(self.group.topics()) - before
        await self.quiet()
        return citizen, thread

    async def talks(self) -> tuple[WebCitizen, int]:
        """Have a citizen of the website talk with Lan."""
        citizen, thread = await self.waits()
        self.group.says(LAN, thread, "/nhan")
        await until(lambda: self.is_status(thread, "human"))
        await self.quiet()
        return citizen, thread

    async def handoff(self, thread: int) -> Handoff:
        found = await self.place.updates._topics.find(self.group.id, thread)
        assert found is not None
        return found

    async def is_status(self, thread: int, status: str) -> bool:
        return (await self.handoff(thread)).status == status

    async def rows(self, table: Any) -> list[Any]:
        async with self.database.read() as connection:
            return list(await connection.execute(select(table).order_by(table.c.id)))

    async def rows_of(self, table: Any) -> list[Any]:
        """Return rows of a table whose ids are no numbers."""
        async with self.database.read() as connection:
            return list(await connection.execute(select(table).order_by(table.c.created_at)))

    async def quiet(self) -> None:
        """Wait until nothing is pending anywhere, receipts included."""

        async def is_quiet() -> bool:
            async with self.database.read() as connection:
                for table in (inbox, outbox, desk_copies):
                    if await connection.scalar(select(table.c.id).where(table.c.status == "pending").limit(1)):
                        return False
                waiting = await connection.scalar(
                    select(officer_lines.c.id).where(
                        officer_lines.c.origin.like("telegram:%"),
                        # 👀 is not the last word: a slow machine shows it before 👍.
                        officer_lines.c.told.is_(None) | (officer_lines.c.told == "stored"),
                    )
                )
            calling = self.telegram.pusher.pending or self.zalo.pusher.pending or self.telegram.updates
            return waiting is None and not calling and not self.place.updates.courtesies.are_pending

        await until(is_quiet)

    async def shown(self, thread: int, text: str) -> None:
        """Wait until the topic shows a text."""
        await until(lambda: any(text in shown for shown in self.group.texts(thread)))

    async def copies(self, kind: Copy) -> list[Any]:
        return [row for row in await self.rows(desk_copies) if row.kind == kind.value]

    async def _offered(self, citizen: WebCitizen) -> bool:
        return any(button["title"] == "Đồng ý" for item in await citizen.reads() for button in item["buttons"])


@dataclass
class House:
    """Our side: one process with all its parts."""

    database: Database
    desk: Handoffs
    kept: Attachments
    place: TelegramPlace
    address: str
    tasks: list[asyncio.Task[None]]


@asynccontextmanager
async def house(
    state_dir: Path,
    url: str,
    platform: str,
    refresh_token: str,
    *,
    port: int = 0,
    has_limits: bool = False,
    join_seconds: float = 0.0,
    groups: dict[str, int] | None = None,
    canned: CannedReplies = lambda handoff: (),
    **settings: Any,
) -> AsyncIterator[House]:
    """Run everything but the platforms."""
    app = FastAPI()
    async with serving(app, port) as ours:
        made = Settings(
            state_dir=state_dir,
            _env_file=None,
            **{
                "telegram_token": TOKEN,
                "telegram_api": platform,
                "telegram_webhook_url": ours,
                "telegram_messages_per_second": 1000,
                "telegram_officer_groups": groups or {"*": GROUP},
                "zalo_app_id": APP_ID,
                "zalo_app_secret": APP_SECRET,
                "zalo_oa_id": OA_ID,
                "zalo_oa_secret": OA_SECRET,
                "zalo_refresh_token": refresh_token,
                "zalo_api": platform,
                "zalo_oauth": platform,
                "zalo_media_hosts": ["127.0.0.1"],
                **settings,
            },
        )
        database = Database(url, durable=False)
        await migrate(database)
        wakeups, originals = Wakeups(database), OriginalTexts()
        inbox_ = Inbox(database, wakeups, originals)
        desk = Handoffs(database, wakeups, offices=offices_of(ALWAYS), clock=mornings())
        kept = build_attachments(made, database)
        fetcher = Fetcher(database, wakeups, kept)
        around = Surroundings(made, database, inbox_, wakeups, originals, desk=desk.platforms, kept=kept)
        channels = build_channels(around)
        for channel in channels:
            app.include_router(channel.router())
            fetcher.sources[channel.name] = channel.fetch_file
        bot = next(channel for channel in channels if isinstance(channel, TelegramChannel))
        place = TelegramPlace(
            channel=bot,
            database=database,
            wakeups=wakeups,
            desk=desk,
            kept=kept,
            groups=made.telegram_officer_groups,
            procedure_name=lambda code: "Đăng ký khai sinh",
            canned=canned,
            public=made.public_address,
            join_seconds=join_seconds,
            pace=EACH_GROUP if has_limits else Pace(0.001, 1000),
        )
        signer = SessionSigner(["a secret of the tests, long enough"])
        calls = WebAttachments(database=database, inbox=inbox_, wakeups=wakeups, signer=signer, kept=kept)
        app.include_router(create_web_attachments_router(calls))
        app.include_router(create_attachment_router(kept))
        web = {"database": database, "inbox": inbox_, "wakeups": wakeups, "originals": originals}
        app.include_router(create_web_router(**web, signer=signer, limits=GENEROUS))
        engine = Script(bot_that_knows_the_desk)
        dispatcher = Dispatcher(database, engine, wakeups, originals, QUICK, desk=desk.citizens)
        tasks = [
            asyncio.create_task(dispatcher.run()),
            asyncio.create_task(fetcher.run()),
            asyncio.create_task(place.run()),
            asyncio.create_task(wakeups.listen()),
            *start_channels(channels, database, wakeups),
        ]
        try:
            yield House(database, desk, kept, place, ours, tasks)
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await asyncio.gather(*tasks, return_exceptions=True)
            await database.close()


@asynccontextmanager
async def floor(tmp_path: Path, url: str, *, has_limits: bool = False, **more: Any) -> AsyncIterator[Floor]:
    """Run the house on one side and the platforms on the other."""
    async with AsyncExitStack() as stack:
        around = await stack.enter_async_context(platforms(has_limits=has_limits))
        telegram, zalo, faults, recorder, platform = around
        running = house(tmp_path, url, platform, zalo.refresh_token, has_limits=has_limits, **more)
        ours = await stack.enter_async_context(running)
        zalo.webhook_url = f"{ours.address}/webhooks/zalo"
        client = httpx.AsyncClient(base_url=ours.address, trust_env=False, timeout=20)
        http = await stack.enter_async_context(client)
        parts = (ours.database, ours.desk, ours.kept, ours.place, ours.address, http)
        await until(lambda: bool(telegram.webhook["url"]))
        yield Floor(*parts, faults, recorder, telegram, zalo, platform, OfficersGroup(telegram), ours.tasks)


@asynccontextmanager
async def platforms(
    *, has_limits: bool = False
) -> AsyncIterator[tuple[TelegramWorld, ZaloWorld, Faults, Recorder, str]]:
    """Run both fakes."""
    recorder, faults = Recorder(), Faults()
    telegram = TelegramWorld(TOKEN, recorder, has_limits=has_limits)
    zalo = ZaloWorld(recorder, app_id=APP_ID, oa_id=OA_ID, app_secret=APP_SECRET, oa_secret=OA_SECRET)
    for world in (telegram, zalo):
        world.pusher.habits.pauses = (0.05, 0.1, 0.2)
    OfficersGroup(telegram)
    routes = [*TelegramServer(telegram, faults).routes(), *ZaloServer(zalo, faults).routes()]
    async with serving(Starlette(routes=routes)) as address:
        yield telegram, zalo, faults, recorder, address
        await telegram.pusher.close()
        await zalo.pusher.close()


async def emptied(url: str) -> None:
    """Delete everything of earlier tests."""
    from bot.storage.tables import metadata

    database = Database(url, durable=False)
    await migrate(database)
    async with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
    await database.close()


__all__ = ["handoffs"]
