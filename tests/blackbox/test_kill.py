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
from sqlalchemy import Row, select

from bot.conversations.dispatcher import MAX_ATTEMPTS
from bot.storage.database import Database
from bot.storage.tables import inbox, outbox

pytestmark = [pytest.mark.blackbox, pytest.mark.long]

SEED = 20261124
CITIZENS = 12
KILLS = 6
"""For each kind of service; with several workers every second one hits a worker, the others all."""
WORKERS = {"sqlite": 1, "postgresql": 2}
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
    is_up: asyncio.Event
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
            await self.is_up.wait()


@dataclass
class Story:
    """What happened to the citizens of one service."""

    url: str
    citizens: list[Citizen]
    undisturbed: list[list[tuple[Any, ...]]]
    """The replies to each message of a conversation in which nothing happens."""
    log: str


@pytest.fixture(scope="module")
async def stories(databases: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Story]:
    """Both kinds of service under fire, side by side: starting them keeps one core busy each."""
    print(f"seed {SEED}")
    told = await asyncio.gather(
        *(_tell(url, tmp_path_factory.mktemp(kind), WORKERS[kind]) for kind, url in databases.items())
    )
    return dict(zip(databases, told, strict=True))


@pytest.fixture(params=list(WORKERS))
def story(request: pytest.FixtureRequest, stories: dict[str, Story]) -> Story:
    if request.param not in stories:
        pytest.skip("no PostgreSQL on this machine")
    return stories[request.param]


def test_every_accepted_message_is_kept_once_and_in_order(story: Story) -> None:
    for citizen in story.citizens:
        assert [row["seq"] for row in citizen.said] == [receipt["seq"] for receipt in citizen.receipts]
        assert [row["client_msg_id"] for row in citizen.said] == [
            f"message-{number:05}" for number in range(len(citizen.receipts))
        ]


def test_every_accepted_message_is_answered_once_and_in_order(story: Story) -> None:
    for citizen in story.citizens:
        answers = story.undisturbed[: len(citizen.receipts)]
        assert citizen.heard == list(itertools.chain.from_iterable(answers))


def test_readers_get_every_number_once_across_all_restarts(story: Story) -> None:
    for citizen in story.citizens:
        assert [row["seq"] for row in citizen.read] == list(range(1, len(citizen.read) + 1))


async def test_the_tables_hold_one_set_of_replies_for_each_message(story: Story) -> None:
    database = Database(story.url)
    async with database.read() as connection:
        said = (await connection.execute(select(inbox).order_by(inbox.c.seq))).all()
        replied = (await connection.execute(select(outbox).order_by(outbox.c.seq))).all()
    await database.close()
    for citizen in story.citizens:
        mine = [row for row in said if row.conversation_id == citizen.conversation]
        assert len(mine) == len(citizen.receipts)
        assert {row.status for row in mine} == {"done"}
        assert all(1 <= row.attempts <= MAX_ATTEMPTS for row in mine)
        replies = [row for row in replied if row.conversation_id == citizen.conversation]
        sets = [(inbox_id, list(parts)) for inbox_id, parts in itertools.groupby(replies, _inbox_id)]
        assert [inbox_id for inbox_id, _ in sets] == [row.id for row in mine]
        for _, parts in sets:
            assert [row.part for row in parts] == list(range(len(parts)))


def test_the_service_reports_no_fault_of_its_own(story: Story) -> None:
    assert "Traceback" not in story.log


def _inbox_id(row: Row[Any]) -> int:
    return int(row.inbox_id)


async def _tell(url: str, state_dir: Path, workers: int) -> Story:
    dice = random.Random(SEED)
    service = ServiceProcess(url, state_dir, workers)
    async with _client(service) as http:
        citizens = [Citizen(http, service.is_up, random.Random(dice.random())) for _ in range(CITIZENS)]
        try:
            await _write_while_killing(service, http, citizens, dice, workers)
            await _until_nothing_waits(url)
            await asyncio.gather(*(citizen.read_to_the_end() for citizen in citizens))
            messages = max(len(citizen.receipts) for citizen in citizens)
            calm = Citizen(http, service.is_up, random.Random(0))
            undisturbed = await _undisturbed(calm, messages)
            await asyncio.to_thread(service.stop)
        finally:
            service.kill()
    total = sum(len(citizen.receipts) for citizen in citizens)
    repeated = sum(citizen.repeated for citizen in citizens)
    print(f"{workers} workers: {total} messages, {repeated} requests repeated")
    return Story(url, citizens, undisturbed, service.log.read_text())


@asynccontextmanager
async def _client(service: ServiceProcess) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url=service.address, trust_env=False, timeout=30, limits=limits) as http:
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
    try:
        for _ in range(KILLS // workers):
            await _until_written(citizens, dice.randint(5, 60))
            if workers > 1:
                service.kill_one_worker()
                await _until_written(citizens, dice.randint(5, 60))
            await asyncio.sleep(dice.uniform(0, 0.1))
            service.kill()
            service.start()
            await service.until_ready(http)
        enough.set()
        await asyncio.gather(*writing)
    finally:
        for task in (*writing, *reading):
            task.cancel()
        outcomes = await asyncio.gather(*reading, return_exceptions=True)
    for outcome in outcomes:
        assert isinstance(outcome, asyncio.CancelledError), outcome


async def _until_written(citizens: list[Citizen], count: int) -> None:
    """Wait until so many more messages are accepted."""
    wanted = sum(len(citizen.receipts) for citizen in citizens) + count
    async with asyncio.timeout(30):
        while sum(len(citizen.receipts) for citizen in citizens) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def _undisturbed(citizen: Citizen, messages: int) -> list[list[tuple[Any, ...]]]:
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
