"""The web channel as citizens and their browsers meet it: a real server, a real client."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import orjson
import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.rate_limits import Rate
from bot.channels.web import create_web_router
from bot.channels.web_limits import OpenStreams, WebLimits
from bot.channels.web_rows import KnowsStanding
from bot.channels.web_sessions import SessionSigner
from bot.channels.web_stream import StreamTimes
from bot.conversations.dispatcher import Dispatcher
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.messages import Button, Outcome, Reply, Turn, TurnResult
from bot.conversations.wakeups import Wakeups
from bot.storage.database import Database
from bot.storage.sqlite_thread import Work

T = TypeVar("T")
SECRET = "a secret of the tests, long enough"
GENEROUS = WebLimits(sessions=Rate(10_000, 60), messages=(Rate(10_000, 60),), messages_of_address=Rate(10_000, 60))
QUICK = StreamTimes(poll=0.3, heartbeat=15, longest=600)
PAYLOAD = '/inform{"procedure": "1.001193"}'


class SwitchedDatabase(Database):
    """A database whose cable can be pulled."""

    is_away = False

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        self._check()
        async with super().read() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        self._check()
        async with super().write() as connection:
            yield connection

    async def in_thread(self, work: Work[T], *, waits_for_disk: bool = True) -> T:
        self._check()
        return await super().in_thread(work, waits_for_disk=waits_for_disk)

    def _check(self) -> None:
        if self.is_away:
            raise OperationalError("SELECT secret", {}, OSError("connection refused"))


@dataclass
class Echo:
    """An engine that repeats what was said, and offers buttons when asked to."""

    turns: list[Turn] = field(default_factory=list)
    seconds: float = 0.0

    async def respond(self, turn: Turn) -> TurnResult:
        self.turns.append(turn)
        await asyncio.sleep(self.seconds)
        if turn.payload:
            return TurnResult((Reply("Đã chọn.", Outcome.ANSWER, procedure="1.001193", aspect="fee"),), None)
        if turn.text == "cho chọn":
            button = Button("Đăng ký khai sinh", PAYLOAD)
            return TurnResult((Reply("Thủ tục nào?", Outcome.CLARIFY, (button,), offers=("1.001193",)),), "state")
        sources = ("https://dichvucong.gov.vn/",)
        return TurnResult((Reply(f"Nghe: {turn.text}", Outcome.ANSWER, sources=sources),), None)


@dataclass
class Service:
    """A running service."""

    http: httpx.AsyncClient
    database: SwitchedDatabase
    engine: Echo
    signer: SessionSigner
    streams: OpenStreams
    originals: OriginalTexts
    wakeups: Wakeups

    async def citizen(self) -> Citizen:
        """Return somebody with a fresh session."""
        response = await self.http.post("/api/web/sessions", json={"lang": "vi"})
        assert response.status_code == 201, response.text
        return Citizen(self.http, response.json()["token"], response.json()["conversation"])


@dataclass
class Citizen:
    """Somebody with a session."""

    http: httpx.AsyncClient
    token: str
    conversation: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def send(self, body: dict[str, Any] | bytes, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        all_headers = {"Content-Type": "application/json"} | self.headers | headers
        return await self.http.post("/api/web/messages", content=content, headers=all_headers)

    async def say(self, text: str, client_msg_id: str | None = None) -> httpx.Response:
        return await self.send({"client_msg_id": client_msg_id or str(uuid4()), "kind": "text", "text": text})

    async def press(self, choice_id: str) -> httpx.Response:
        return await self.send({"client_msg_id": str(uuid4()), "kind": "choice", "choice_id": choice_id})

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=self.headers | headers)

    async def rows(self, after: int = 0, wait: int = 0) -> list[dict[str, Any]]:
        response = await self.get(f"/api/web/events?after={after}&wait={wait}", Accept="application/json")
        assert response.status_code == 200, response.text
        rows: list[dict[str, Any]] = response.json()
        return rows

    async def rows_until(self, seq: int) -> list[dict[str, Any]]:
        """Return all messages once there are `seq` of them."""
        async with asyncio.timeout(10):
            rows: list[dict[str, Any]] = []
            while not rows or rows[-1]["seq"] < seq:
                rows += await self.rows(after=rows[-1]["seq"] if rows else 0, wait=5)
        return rows

    @asynccontextmanager
    async def stream(self, after: int = 0, **headers: str) -> AsyncIterator[Stream]:
        request = self.http.stream("GET", f"/api/web/events?after={after}", headers=self.headers | headers)
        async with request as response:
            assert response.status_code == 200, await response.aread()
            yield Stream(response)


class Stream:
    """An event stream, read event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._blocks = self._split()

    async def next(self) -> dict[str, str]:
        """Return the fields of the next block, comments under the name `comment`."""
        async with asyncio.timeout(10):
            block = await anext(self._blocks)
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            fields[name or "comment"] = value
        return fields

    async def until_end(self) -> list[dict[str, str]]:
        """Return all blocks up to the end of the stream."""
        blocks = []
        with contextlib.suppress(StopAsyncIteration):
            while True:
                blocks.append(await self.next())
        return blocks

    async def messages(self, count: int) -> list[dict[str, Any]]:
        """Return the data of the next `count` messages."""
        found: list[dict[str, Any]] = []
        while len(found) < count:
            block = await self.next()
            if block.get("event") == "message":
                found.append(orjson.loads(block["data"]))
                assert block["id"] == str(found[-1]["seq"])
        return found

    async def _split(self) -> AsyncIterator[str]:
        rest = ""
        async for text in self.response.aiter_text():
            *blocks, rest = (rest + text).split("\n\n")
            for block in blocks:
                yield block


@asynccontextmanager
async def running(
    url: str,
    *,
    limits: WebLimits | None = None,
    times: StreamTimes | None = None,
    signer: SessionSigner | None = None,
    origins: tuple[str, ...] = (),
    trusted_proxies: int = 0,
    desk: KnowsStanding | None = None,
) -> AsyncIterator[Service]:
    """Run the web channel with a real dispatcher behind a real server."""
    database = SwitchedDatabase(url, pool_size=4)
    wakeups, originals, engine = Wakeups(database), OriginalTexts(), Echo()
    signer = signer or SessionSigner([SECRET])
    limits = limits or WebLimits()
    streams = OpenStreams(limits.streams)
    router = create_web_router(
        database=database,
        inbox=Inbox(database, wakeups, originals),
        wakeups=wakeups,
        originals=originals,
        signer=signer,
        limits=limits,
        allowed_origins=origins,
        trusted_proxies=trusted_proxies,
        streams=streams,
        stream_times=times,
        desk=desk,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(Dispatcher(database, engine, wakeups, originals).run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await database.close()

    app = FastAPI(openapi_url="/api/openapi.json", lifespan=lifespan)
    app.include_router(router)
    async with serving(app) as address, httpx.AsyncClient(base_url=address, trust_env=False) as http:
        yield Service(http, database, engine, signer, streams, originals, wakeups)
        streams.stop()


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve an application on a free port of this machine."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="error",
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        ws="none",  # the websockets release that Sanic wants is too old for uvicorn
    )
    server = uvicorn.Server(config)
    # `serve` would take over the signals of the test run.
    task = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.005)
        assert not task.done(), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
