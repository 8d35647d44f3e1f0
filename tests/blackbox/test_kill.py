"""Processes that are killed at random moments lose no accepted message and double no reply.

Twelve citizens write without waiting for answers while the service is killed and started again. Each
says the same things in the same order, so in the end each must have got, once and in order, what an
undisturbed conversation gets.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_process import ServiceProcess
from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.tables import inbox, outbox

pytestmark = pytest.mark.blackbox

SEED = 20261124
CITIZENS = 12
KILLS = 6
PAUSE_SECONDS = 0.3
"""Between two messages of a citizen, on average."""
QUESTIONS = (
    "xin chào",
    "đăng ký khai sinh cần giấy tờ gì",
    "lệ phí cấp hộ chiếu là bao nhiêu",
    "làm căn cước mất bao lâu",
    "cảm ơn bạn nhiều",
    "thủ tục đăng ký kết hôn nộp ở đâu",
    "xin giấy phép xây dựng nhà ở",
    "đăng ký tạm trú online được không",
    "hôm nay trời đẹp quá",
    "cấp lại bằng lái xe cần gì",
)


@dataclass
class Citizen:
    """Somebody who writes, repeats what was not acknowledged, and reads on where the stream broke."""

    http: httpx.AsyncClient
    dice: random.Random
    token: str = ""
    conversation: str = ""
    receipts: list[dict[str, Any]] = field(default_factory=list)
    read: list[dict[str, Any]] = field(default_factory=list)
    repeated: int = 0

    async def open(self) -> None:
        session = (await self._insist("POST", "/api/web/sessions", json={})).json()
        self.token, self.conversation = session["token"], session["conversation"]

    async def write_until(self, enough: asyncio.Event) -> None:
        while not enough.is_set():
            await self.say()
            await asyncio.sleep(self.dice.uniform(0, 2 * PAUSE_SECONDS))

    async def say(self) -> None:
        number = len(self.receipts)
        body = {
            "client_msg_id": f"message-{number:05}",
            "text": QUESTIONS[number % len(QUESTIONS)],
        }
        answer = await self._insist("POST", "/api/web/messages", json=body)
        assert answer.status_code == 202, answer.text
        self.receipts.append(answer.json())

    async def read_for_ever(self) -> None:
        while True:
            await self.read_on(wait=10)

    async def read_on(self, wait: int) -> None:
        after = self.read[-1]["seq"] if self.read else 0
        path = f"/api/web/events?after={after}&wait={wait}"
        answer = await self._insist("GET", path, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        self.read += answer.json()

    async def read_to_the_end(self) -> None:
        before = -1
        while len(self.read) > before:
            before = len(self.read)
            await self.read_on(wait=0)

    @property
    def said(self) -> list[dict[str, Any]]:
        return [row for row in self.read if row["from"] == "citizen"]

    @property
    def heard(self) -> list[tuple[Any, ...]]:
        """What the service said, without what differs between conversations."""
        return [
            (row["text"], row["outcome"], row["procedure"], row["aspect"], len(row["buttons"]))
            for row in self.read
            if row["from"] == "bot"
        ]

    async def _insist(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Repeat a request until it is answered; every message keeps its id."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= options.pop("headers", {})
        while True:
            try:
                answer = await self.http.request(method, path, headers=headers, **options)
                if answer.status_code < 500:
                    return answer
            except httpx.TransportError:
                pass
            self.repeated += 1
            await asyncio.sleep(self.dice.uniform(0.02, 0.2))


@pytest.mark.parametrize(
    ("kind", "workers"), [("sqlite", 1), ("postgresql", 2)], ids=["sqlite-1", "postgresql-2"]
)
async def test_every_accepted_message_is_answered_once_and_in_order(
    request: pytest.FixtureRequest, kind: str, workers: int, tmp_path: Path
) -> None:
    url: str = request.getfixturevalue(f"{kind}_url")
    dice = random.Random(SEED)
    service = ServiceProcess(url, tmp_path, workers)
    print(f"seed {SEED}")
    async with _client(service) as http:
        citizens = [Citizen(http, random.Random(dice.random())) for _ in range(CITIZENS)]
        try:
            await _write_while_killing(service, http, citizens, dice, workers)
            await _until_nothing_waits(url)
            await asyncio.gather(*(citizen.read_to_the_end() for citizen in citizens))
            undisturbed = await _undisturbed(http, max(len(c.receipts) for c in citizens))
            service.stop()
        finally:
            service.kill()
    total = sum(len(citizen.receipts) for citizen in citizens)
    repeated = sum(citizen.repeated for citizen in citizens)
    print(f"{total} messages, {KILLS} kills, {repeated} requests repeated")
    for citizen in citizens:
        _check(citizen, undisturbed)
    await _check_rows(url, {citizen.conversation: len(citizen.receipts) for citizen in citizens})
    assert "Traceback" not in service.log.read_text()


@asynccontextmanager
async def _client(service: ServiceProcess) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(
        base_url=service.address, trust_env=False, timeout=30, limits=limits
    ) as http:
        yield http


async def _write_while_killing(
    service: ServiceProcess,
    http: httpx.AsyncClient,
    citizens: list[Citizen],
    dice: random.Random,
    workers: int,
) -> None:
    enough = asyncio.Event()
    service.start()
    await service.until_ready(http)
    await asyncio.gather(*(citizen.open() for citizen in citizens))
    writing = [asyncio.create_task(citizen.write_until(enough)) for citizen in citizens]
    reading = [asyncio.create_task(citizen.read_for_ever()) for citizen in citizens]
    for number in range(KILLS):
        before = sum(len(citizen.receipts) for citizen in citizens)
        await asyncio.sleep(dice.uniform(0.2, 1.2))
        if workers > 1 and number % 3 == 1:
            service.kill_one_worker()
            await asyncio.sleep(dice.uniform(0.2, 1.0))
        service.kill()
        after = sum(len(citizen.receipts) for citizen in citizens)
        assert after > before, "the service was killed at work"
        service.start()
        await service.until_ready(http)
    enough.set()
    await asyncio.gather(*writing)
    for task in reading:
        task.cancel()
    for outcome in await asyncio.gather(*reading, return_exceptions=True):
        assert isinstance(outcome, asyncio.CancelledError), outcome


async def _undisturbed(http: httpx.AsyncClient, messages: int) -> list[list[tuple[Any, ...]]]:
    """Return the replies to each message of a conversation in which nothing happens."""
    citizen = Citizen(http, random.Random(0))
    await citizen.open()
    replies: list[list[tuple[Any, ...]]] = []
    for _ in range(messages):
        before = len(citizen.heard)
        await citizen.say()
        async with asyncio.timeout(20):
            while len(citizen.heard) == before:
                await citizen.read_on(wait=10)
        replies.append(citizen.heard[before:])
    return replies


async def _until_nothing_waits(url: str) -> None:
    database = Database(url)
    waiting = select(inbox.c.id).where(inbox.c.status == "pending").limit(1)
    async with asyncio.timeout(30):
        while True:
            async with database.read() as connection:
                if await connection.scalar(waiting) is None:
                    break
            await asyncio.sleep(0.05)
    await database.close()


def _check(citizen: Citizen, undisturbed: list[list[tuple[Any, ...]]]) -> None:
    assert [row["seq"] for row in citizen.read] == list(range(1, len(citizen.read) + 1)), (
        "the stream gave every number once, across all restarts"
    )
    assert [row["seq"] for row in citizen.said] == [receipt["seq"] for receipt in citizen.receipts]
    assert [row["client_msg_id"] for row in citizen.said] == [
        f"message-{number:05}" for number in range(len(citizen.receipts))
    ]
    expected = list(itertools.chain.from_iterable(undisturbed[: len(citizen.receipts)]))
    assert citizen.heard == expected


async def _check_rows(url: str, messages: dict[str, int]) -> None:
    """Look at the tables: every message has one set of replies, numbered in the order of messages."""
    database = Database(url)
    async with database.read() as connection:
        said = (await connection.execute(select(inbox).order_by(inbox.c.seq))).all()
        replied = (await connection.execute(select(outbox).order_by(outbox.c.seq))).all()
    await database.close()
    for conversation, count in messages.items():
        mine = [row for row in said if row.conversation_id == conversation]
        assert len(mine) == count
        assert {(row.status, row.attempts) for row in mine} == {("done", 0)}
        replies = [row for row in replied if row.conversation_id == conversation]
        answered = [inbox_id for inbox_id, _ in itertools.groupby(replies, lambda row: row.inbox_id)]
        assert answered == [row.id for row in mine]
        for _, parts in itertools.groupby(replies, lambda row: row.inbox_id):
            numbers = [row.part for row in parts]
            assert numbers == list(range(len(numbers)))
