"""Processes with Telegram and Zalo, killed between any two steps and at random under load.

In the end every message was answered, and no answer came twice. Telegram cannot say whether it got a
message; there an answer may be replaced by the question whether it arrived, and its button brings it.

`MOTCUA_KILLS` sets how often the loaded service is killed; `MOTCUA_KILL_STRIDE=1` tries every one of the
steps that taking, answering and sending have, 4 every fourth.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import secrets
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerProcess
from multiprocessing.forkserver import ensure_running
from pathlib import Path

import httpx
import psycopg
import pytest
from pushed_child import TOKEN_STEPS, Plan, run
from sqlalchemy import select
from starlette.applications import Starlette

from bot.channels.registry import zalo_parts
from bot.channels.zalo.token_rows import Standing
from bot.fakes.faults import Faults
from bot.fakes.hosting import serving
from bot.fakes.recording import Recorder
from bot.fakes.telegram.server import TelegramServer
from bot.fakes.telegram.world import TelegramWorld
from bot.fakes.zalo.server import ZaloServer
from bot.fakes.zalo.world import ZaloWorld
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import inbox, outbox

pytestmark = [pytest.mark.blackbox, pytest.mark.long]

KILLS = int(os.environ.get("MOTCUA_KILLS", "5"))
STRIDE = int(os.environ.get("MOTCUA_KILL_STRIDE", "4"))
STEPS = range(1, 49, STRIDE)
"""From the first commit on; the later ones are looks into the database while nothing is left to do."""
SIDE_BY_SIDE = 4
TOKEN = "700100200:AA" + "Kill" * 8 + "-1"
QUESTION = "Đường truyền vừa gián đoạn"
POSTGRESQL = "postgresql://postgres@127.0.0.1:5432"

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["pushed_child"])


@pytest.fixture(scope="session", autouse=True)
def forkserver() -> None:
    """Start the process all others are forked from; it finds its module only by the environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        ensure_running()


@dataclass
class World:
    """Both platforms, and a service that can be killed."""

    telegram: TelegramWorld
    zalo: ZaloWorld
    plan: Plan
    process: ForkServerProcess | None = None

    def start(self, die_at: int = 0, *, only_tokens: bool = False) -> None:
        plan = replace(self.plan, die_at=die_at, only_tokens=only_tokens)
        self.process = processes.Process(target=run, args=(plan,), daemon=True)
        self.process.start()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()

    def is_dead(self) -> bool:
        return self.process is None or self.process.exitcode is not None

    async def until_up(self) -> None:
        async with asyncio.timeout(90), httpx.AsyncClient(trust_env=False) as http:
            while not self.is_dead():
                try:
                    await http.get(f"http://127.0.0.1:{self.plan.port}/webhooks/zalo")
                except httpx.HTTPError:
                    await asyncio.sleep(0.02)
                else:
                    return

    async def until_set_up(self) -> None:
        """Wait for the webhook, and for tokens that are stored."""
        async with asyncio.timeout(60):
            while not (self.telegram.webhook["url"] and self.telegram.recorder.calls("getoa")):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def log_in_if_asked(self) -> bool:
        """Wait until Zalo hears from us again; log in when the service asks for it, and say so."""
        settings = Settings(state_dir=Path(self.plan.state_dir), _env_file=None, **self.plan.settings)
        database = Database(self.plan.database)
        client, tokens = zalo_parts(settings, database)
        try:
            async with asyncio.timeout(60):
                while not self.told_on_zalo("1"):
                    found = await tokens.read()
                    if found is not None and found.standing is Standing.NEEDS_LOGIN:
                        self.zalo.codes.add("code")
                        await tokens.save(await client.redeem_code("code", "verifier"))
                        return True
                    await asyncio.sleep(0.05)
            return False
        finally:
            await client.close()
            await database.close()

    async def quiet(self, seconds: float = 60) -> None:
        database = Database(self.plan.database)
        try:
            async with asyncio.timeout(seconds):
                while await self._is_busy(database):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        finally:
            await database.close()

    async def _is_busy(self, database: Database) -> bool:
        if self.telegram.pusher.pending or self.zalo.pusher.pending:
            return True
        async with database.read() as connection:
            for table in (inbox, outbox):
                if await connection.scalar(select(table.c.id).where(table.c.status == "pending").limit(1)):
                    return True
        return False

    def told(self, chat: int) -> Counter[str]:
        return Counter(message["text"] for message in self.telegram.sent(chat))

    def told_on_zalo(self, person: str) -> Counter[str]:
        return Counter(row["message"] for row in self.zalo.sent(person))

    async def press_all(self, chat: int) -> None:
        """Let a citizen press every button that brings an answer again."""
        for message in list(self.telegram.sent(chat)):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                if message["text"].startswith(QUESTION) and row[0]["callback_data"] != "done":
                    self.telegram.tap(chat, message["message_id"], row[0]["callback_data"])


@asynccontextmanager
async def world(folder: Path, database: str | None = None) -> AsyncIterator[World]:
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240
    recorder = Recorder()
    telegram = TelegramWorld(TOKEN, recorder, has_limits=False)
    zalo = ZaloWorld(recorder, app_id="1000001", oa_id="3900009", app_secret="app secret", oa_secret="oa secret")
    for platform in (telegram, zalo):
        platform.pusher.habits.pauses = (0.2, 0.5, 1.0)
        platform.pusher.habits.timeout = 3
    routes = [*TelegramServer(telegram, Faults()).routes(), *ZaloServer(zalo, Faults()).routes()]
    port = free_port()
    service = f"http://127.0.0.1:{port}"
    async with serving(Starlette(routes=routes)) as address:
        settings = {
            "telegram_token": TOKEN, "telegram_api": address, "telegram_webhook_url": service,
            "telegram_messages_per_second": 1000, "zalo_app_id": "1000001", "zalo_app_secret": "app secret",
            "zalo_oa_id": "3900009", "zalo_oa_secret": "oa secret", "zalo_refresh_token": zalo.refresh_token,
            "zalo_api": address, "zalo_oauth": address,
        }  # fmt: skip
        zalo.webhook_url = f"{service}/webhooks/zalo"
        url = database or f"sqlite:///{folder / 'killed.db'}"
        found = World(telegram, zalo, Plan(str(folder), url, port, settings))
        try:
            yield found
        finally:
            found.kill()
            await telegram.pusher.close()
            await zalo.pusher.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def killed_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    name = f"motcua_pushed_{secrets.token_hex(4)}"
    try:
        with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True, connect_timeout=3) as connection:
            connection.execute(f"CREATE DATABASE {name}")
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on this machine")
    yield f"{POSTGRESQL}/{name}"
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def assert_once(found: World, expected: dict[int, Counter[str]]) -> int:
    """Every answer came once, or is asked about and then comes; return how many were asked about."""
    asked = 0
    for person, wanted in expected.items():
        assert found.told_on_zalo(str(person)) == wanted, "Zalo can be asked, so nothing is ever in doubt"
        told = found.told(person)
        questions = sum(count for text, count in told.items() if text.startswith(QUESTION))
        answers = Counter({text: count for text, count in told.items() if not text.startswith(QUESTION)})
        assert set(answers.values()) <= {1}, (person, told)
        assert not answers - wanted
        assert sum((wanted - answers).values()) <= questions, (person, told)
        asked += questions
    for person in expected:
        await found.press_all(person)
    await asyncio.sleep(0.3)
    await found.quiet()
    for person, wanted in expected.items():
        assert not wanted - found.told(person), "the button brings what is missing"
    return asked


async def test_between_any_two_steps(tmp_path: Path) -> None:
    """Die at step 1, 2, 3… of taking, answering and sending; then go on as if nothing had been."""
    slots = asyncio.Semaphore(SIDE_BY_SIDE)

    async def die_at(step: int) -> bool:
        async with slots, world(tmp_path / f"step{step}") as found:
            found.start()
            await found.until_up()
            # The first start sets webhook, menu and tokens; the one that dies has only messages to do.
            await found.until_set_up()
            found.kill()
            found.telegram.say(1, "hai câu")
            found.zalo.say("1", "hai câu")
            found.start(die_at=step)
            async with asyncio.timeout(90):
                while not found.is_dead() and not _all_told(found):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            has_died = found.is_dead()
            found.kill()
            found.start()
            await found.until_up()
            await found.quiet()
            await assert_once(found, {1: Counter({"Nghe: hai câu 1": 1, "Nghe: hai câu 2": 1})})
            return has_died

    async with asyncio.TaskGroup() as group:
        tasks = {step: group.create_task(die_at(step)) for step in STEPS}
    died = [step for step, task in tasks.items() if task.result()]
    print(f"died at {len(died)} of {len(STEPS)} steps: {died}", file=sys.stderr)
    assert len(died) >= len(STEPS) // 2, "the steps were reached"


async def test_while_tokens_are_renewed(tmp_path: Path) -> None:
    """Only the death between Zalo's answer and the disk asks for a login, and not even that loses a message."""
    slots = asyncio.Semaphore(SIDE_BY_SIDE)

    async def die_at(step: int) -> bool:
        async with slots, world(tmp_path / f"step{step}") as found:
            found.zalo.say("1", "chào")
            found.start(die_at=step, only_tokens=True)
            async with asyncio.timeout(60):
                while not found.is_dead():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            found.start()
            await found.until_up()
            asked = await found.log_in_if_asked()
            await found.quiet()
            assert found.told_on_zalo("1") == Counter({"Nghe: chào 1": 1}), TOKEN_STEPS[step - 1]
            assert found.zalo.reused_refresh_tokens == (1 if asked else 0)
            return asked

    # The three around the answer are where something could be lost.
    names = TOKEN_STEPS if STRIDE == 1 else ("before asking", "answered", "kept")
    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(die_at(TOKEN_STEPS.index(name) + 1)) for name in names}
    assert [name for name, task in tasks.items() if task.result()] == ["answered"]


def _all_told(found: World) -> bool:
    return len(found.telegram.sent(1)) >= 2 and len(found.zalo.sent("1")) >= 2


async def test_at_random_under_load(tmp_path: Path, killed_url: str | None) -> None:
    dice = random.Random(20261124)
    people, said = range(1, 9), 0
    async with world(tmp_path / "load", killed_url) as found:
        for platform in (found.telegram, found.zalo):
            platform.pusher.habits.doubled = 0.2
        found.start()
        await found.until_up()
        await found.until_set_up()
        for _ in range(KILLS):
            for _ in range(4):
                said += 1
                for person in people:
                    found.telegram.say(person, f"câu {said}")
                    found.zalo.say(str(person), f"câu {said}")
                await asyncio.sleep(dice.uniform(0, 0.25))
            found.kill()
            found.start()
            await found.until_up()
            await asyncio.sleep(dice.uniform(0, 0.5))
        await found.quiet(120)
        wanted = Counter(f"Nghe: câu {number} 1" for number in range(1, said + 1))
        asked = await assert_once(found, dict.fromkeys(people, wanted))
    print(f"{KILLS} kills, {said * len(people) * 2} messages, {asked} asked about", file=sys.stderr)
