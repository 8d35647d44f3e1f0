"""Citizens and officers talk while the processes between them are killed at random moments.

Every order goes to real processes, is repeated until it is acknowledged, sometimes sent twice and often
side by side with others. In the end no message may be lost, doubled, or shown to the wrong party. The
number of talks is set by MOTCUA_DESK_RUNS.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from core_support import Office, until
from desk_process import always_open
from desk_support import ASKS_PERSON
from sqlalchemy import select

from bot.conversations.sentences import APOLOGY, STALE_CHOICE
from bot.handoff.handoffs import Handoffs
from bot.handoff.lines import HEARD
from bot.handoff.offices import offices_of
from bot.handoff.sentences import CONSENT_EXPIRED
from bot.storage.database import Database
from bot.storage.handoff_tables import desk_copies, handoffs
from bot.storage.migrate import migrate
from bot.storage.tables import conversations, inbox, metadata, outbox

pytestmark = [pytest.mark.blackbox, pytest.mark.long]

RUNS = int(os.environ.get("MOTCUA_DESK_RUNS", "16"))
"""Talks, on each kind of database half of them."""
SEED = int(os.environ.get("MOTCUA_DESK_SEED", "20261125"))
PROCESSES = {"sqlite": 1, "postgresql": 2}
AT_ONCE = 8
MESSAGES, ANSWERS = 5, 4
ORDERS_BETWEEN_KILLS = (25, 110)
OFFICERS = 3
PRESSED_AGAIN_AFTER = 2.0
"""Seconds; the button may have been that of a question that was asked anew since."""


@dataclass
class Serving:
    """A process, as long as it lives."""

    pid: int
    writer: asyncio.StreamWriter
    dead: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Desks:
    """The processes, killed and started again."""

    url: str
    dice: random.Random
    count: int
    forker: asyncio.subprocess.Process = field(init=False)
    serving: list[Serving] = field(default_factory=list)
    waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    obeyed: int = 0
    kills: int = 0
    crashes: int = 0
    repeated: int = 0
    next_kill: int = ORDERS_BETWEEN_KILLS[0]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run a program that forks, and as many processes as there should be."""
        here = Path(__file__).parent
        paths = [str(here), str(here.parent), str(here.parent.parent)]
        async with await asyncio.start_server(self._greet, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            self.forker = await asyncio.create_subprocess_exec(
                *(sys.executable, str(here / "desk_process.py"), self.url, str(port)),
                stdin=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
            try:
                for _ in range(self.count):
                    self._fork()
                await self._someone()
                yield
            finally:
                ending, self.serving = self.serving, []
                for one in ending:
                    os.kill(one.pid, signal.SIGKILL)
                self.forker.kill()
                await self.forker.wait()
                server.close()

    async def order(self, name: str, **about: Any) -> Any:
        """Repeat an order until a process has obeyed; sometimes give it twice."""
        while True:
            if self.obeyed >= self.next_kill:
                await self._kill()
            twice = 2 if self.dice.random() < 0.15 else 1
            answers = await asyncio.gather(*(self._once(name, about) for _ in range(twice)))
            good = [answer for answer in answers if answer is not None and "error" not in answer]
            if good:
                self.obeyed += 1
                return good[0].get("result", good[0].get("refused"))
            self.repeated += 1
            await asyncio.sleep(self.dice.uniform(0.01, 0.05))

    async def _once(self, name: str, about: dict[str, Any]) -> dict[str, Any] | None:
        number = next(self.numbers)
        child = await self._someone()
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.waiting[number] = answer
        child.writer.write(json.dumps({"number": number, "order": name, **about}).encode() + b"\n")
        died = asyncio.create_task(child.dead.wait())
        await asyncio.wait({answer, died}, return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        del self.waiting[number]
        return answer.result() if answer.done() else None

    async def _someone(self) -> Serving:
        async with self.arrived:
            await self.arrived.wait_for(lambda: self.serving)
            return self.dice.choice(self.serving)

    async def _kill(self) -> None:
        self.next_kill = self.obeyed + self.dice.randint(*ORDERS_BETWEEN_KILLS)
        child = await self._someone()
        await asyncio.sleep(self.dice.uniform(0, 0.03))
        if child in self.serving:
            self.serving.remove(child)
            os.kill(child.pid, signal.SIGKILL)
            await child.dead.wait()
            self.kills += 1
            self._fork()

    def _fork(self) -> None:
        assert self.forker.stdin is not None
        self.forker.stdin.write(b"\n")

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        child = Serving(json.loads(await reader.readline())["pid"], writer)
        async with self.arrived:
            self.serving.append(child)
            self.arrived.notify_all()
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                with contextlib.suppress(json.JSONDecodeError):
                    answer = json.loads(line)
                    future = self.waiting.get(answer["number"])
                    if future is not None and not future.done():
                        future.set_result(answer)
        child.dead.set()
        writer.close()
        if child in self.serving:
            # It ended by itself, which it should not.
            self.serving.remove(child)
            self.crashes += 1
            self._fork()


@dataclass
class Talked:
    """What both sides said in one talk."""

    address: str
    conversation: str = ""
    handoff: int = 0
    said: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)


async def _agree(desks: Desks, address: str, ask: Callable[[], Awaitable[None]], ids: Iterator[int]) -> None:
    """Ask for a person and agree; like people, ask and press again when an apology or nothing comes."""
    apologies = await desks.order("apologies", address=address)
    await ask()
    press_id, pressed_at = f"{address}-{next(ids):03}", 0.0

    async def has_agreed() -> bool:
        nonlocal apologies, press_id, pressed_at
        if not pressed_at:
            if await desks.order("press", address=address, id=press_id, title="Đồng ý"):
                pressed_at = time.monotonic()
        elif await desks.order("waiting", address=address) is not None:
            return True
        apologised = (count := await desks.order("apologies", address=address)) > apologies
        if apologised:
            apologies = count
            await ask()
        if apologised or (pressed_at and time.monotonic() - pressed_at > PRESSED_AGAIN_AFTER):
            press_id, pressed_at = f"{address}-{next(ids):03}", 0.0
        return False

    await until(has_agreed)


async def _talk(desks: Desks, number: int, officers: list[int]) -> Talked:
    dice = random.Random(f"{SEED} {number}")
    talk = Talked(f"citizen-{number}")
    talk.conversation = await desks.order("open", address=talk.address)
    ids = itertools.count(1)

    async def say(text: str) -> None:
        talk.said.append(text)
        await desks.order("say", address=talk.address, id=f"{talk.address}-{next(ids):03}", text=text)

    async def waits(expected: bool) -> bool:
        return (await desks.order("waiting", address=talk.address) is not None) is expected

    await say(f"{number}: chào")
    await _agree(desks, talk.address, lambda: say(ASKS_PERSON), ids)
    talk.handoff = await desks.order("waiting", address=talk.address)

    async def citizen() -> None:
        for part in range(MESSAGES):
            texts = [f"{number}: tin {part} {which}" for which in range(dice.choice((1, 1, 2)))]
            await asyncio.gather(*map(say, texts))
            await asyncio.sleep(dice.uniform(0, 0.05))

    async def officer() -> None:
        rivals = [desks.order("claim", handoff=talk.handoff, officer=one) for one in officers]
        outcomes = await asyncio.gather(*rivals)
        holder = officers[outcomes.index("human")]
        assert outcomes.count("human") == 1, outcomes
        for part in range(ANSWERS):
            text = f"{number}: trả lời {part}"
            origin = f"test:{number}:{part}"
            outcome = await desks.order("answer", handoff=talk.handoff, officer=holder, text=text, origin=origin)
            if isinstance(outcome, int):
                talk.answered.append(text)
        if number % 3:
            await desks.order("finish", handoff=talk.handoff, officer=holder)
        else:
            await say("kết thúc")

    await asyncio.gather(citizen(), officer())
    # A message may have crossed the end; the next one must meet the bot.
    await until(lambda: waits(False))
    await say(f"{number}: cảm ơn")
    return talk


@pytest.mark.parametrize("kind", list(PROCESSES))
async def test_nothing_is_lost_doubled_or_shown_to_the_wrong_party(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(f"{kind}_url")
    database = Database(url)
    await migrate(database)
    async with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(table.delete())
    office = Office(database)
    at_desk = Handoffs(database, office.wakeups, offices=offices_of(always_open()))
    officers = []
    for name in range(OFFICERS):
        officer = await at_desk.officers.add(f"Cán bộ {name}")
        await at_desk.officers.set_duty(officer, on=True)
        officers.append(officer.id)
    runs = max(1, RUNS // len(PROCESSES))
    desks = Desks(url, random.Random(f"{SEED} {kind}"), PROCESSES[kind])
    slots = asyncio.Semaphore(AT_ONCE)

    async def run(number: int) -> Talked:
        async with slots:
            return await _talk(desks, number, officers)

    async with desks.running():
        talks = await asyncio.gather(*(run(number) for number in range(runs)))
        await office.until_done(60)
    print(f"{kind}: {runs} talks, {desks.obeyed} orders, {desks.kills} kills, {desks.repeated} repeated")
    assert desks.kills >= 1
    assert desks.crashes == 0
    await _check(office, at_desk, talks)
    await database.close()


async def _check(office: Office, at_desk: Handoffs, talks: list[Talked]) -> None:
    in_box = await office.all(inbox)
    out_box = await office.all(outbox)
    assert {row.status for row in in_box} <= {"done"}
    for talk in talks:
        mine = [row for row in in_box if row.conversation_id == talk.conversation]
        replies = [row for row in out_box if row.conversation_id == talk.conversation]
        numbers = sorted(row.seq for row in (*mine, *replies))
        assert numbers == list(range(1, len(numbers) + 1)), "the citizen's stream has a hole or a double"
        typed = Counter(row.text for row in mine if row.kind == "text")
        assert typed == Counter(talk.said), "a citizen's message was lost or doubled"

        heard = {row.text for row in mine if (row.understanding or {}).get(HEARD) == talk.handoff}
        by_bot = Counter(row.body["text"] for row in replies if row.author == "bot")
        given_up = {row.inbox_id for row in replies if row.body["text"] == APOLOGY.text}
        apologised = Counter(row.text for row in mine if row.id in given_up)
        desk_words = {ASKS_PERSON, "Đồng ý", "kết thúc"}
        for text in talk.said:
            if text not in desk_words:
                # A message over which processes died again and again gets an apology, once.
                echoed = by_bot[f"nghe {text}"] + apologised[text]
                assert echoed + (text in heard) == 1, f"{text!r}: bot {echoed}, officer {text in heard}"
        others = {text for text in by_bot if not text.startswith("nghe ") and "đồng ý" not in text}
        # A button pressed again may belong to a question that was asked anew, or agreed to, since.
        assert others <= {APOLOGY.text, STALE_CHOICE.text, CONSENT_EXPIRED.text}

        officer_said = [
            row.body["text"] for row in sorted(replies, key=lambda row: row.seq) if row.author == "officer"
        ]
        assert officer_said == talk.answered, "an officer's answer was lost, doubled or out of order"
        _check_silence(replies)

        lines = [line for line in await at_desk.desk.lines(talk.handoff, limit=1000) if line.author == "citizen"]
        shown = Counter(line.text for line in lines if line.text not in desk_words)
        before = {text for text in talk.said if text.endswith("chào")}
        assert shown == Counter(heard - desk_words) + Counter(before), "an officer saw what was not theirs"
    async with office.database.read() as connection:
        held = (await connection.execute(select(conversations.c.state).distinct())).scalars().all()
        open_ones = (await connection.execute(select(handoffs).where(handoffs.c.status != "ended"))).all()
        copies = (await connection.execute(select(desk_copies))).all()
    assert held == ["BOT"]
    assert open_ones == []
    copied = Counter((row.handoff_id, row.seq) for row in copies if row.kind == "line")
    assert set(copied.values()) <= {1}, "a line was copied twice"
    heard_lines = {
        (row.understanding[HEARD], row.seq) for row in in_box if row.understanding and HEARD in row.understanding
    }
    citizen_copies = {
        (row.handoff_id, row.seq) for row in copies if row.kind == "line" and row.body["author"] == "citizen"
    }
    assert citizen_copies == heard_lines


def _check_silence(replies: list[Any]) -> None:
    """Between the arrival of the officer and the end the bot must not have said anything."""
    claimed = [row.seq for row in replies if "đã vào cuộc trò chuyện" in row.body["text"]]
    ended = [row.seq for row in replies if "đã kết thúc" in row.body["text"]]
    assert len(claimed) == len(ended) == 1, (claimed, ended)
    assert not [row for row in replies if row.author == "bot" and claimed[0] < row.seq < ended[0]]
