"""Platforms that are away, double, reorder or drop: nothing is lost, nothing is sent twice.

`MOTCUA_OUTAGE_SECONDS` sets how long a platform is away; 600 is the ten minutes of the promise.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import Counter
from pathlib import Path

import pytest
from pushed_support import Line, line, platforms, until
from starlette.applications import Starlette

from bot.channels.base import HealthState
from bot.fakes.faults import Fault, FaultKind
from bot.fakes.hosting import serving
from bot.fakes.telegram.server import TelegramServer
from bot.fakes.zalo.server import ZaloServer
from bot.storage.tables import outbox

pytestmark = pytest.mark.long

OUTAGE_SECONDS = float(os.environ.get("MOTCUA_OUTAGE_SECONDS", "4"))
CHATS = 5
SENDS = ("sendMessage", "message_cs")


def heard(running: Line) -> dict[str, Counter[str]]:
    """Return what each person got, with how often."""
    people = {f"t{chat}": [m["text"] for m in running.telegram.sent(chat)] for chat in range(1, CHATS + 1)}
    people |= {f"z{n}": [row["message"] for row in running.zalo.sent(str(n))] for n in range(1, CHATS + 1)}
    return {person: Counter(texts) for person, texts in people.items()}


def everybody_says(running: Line, text: str) -> None:
    for number in range(1, CHATS + 1):
        running.telegram.say(number, text)
        running.zalo.say(str(number), text)


def once(*texts: str) -> dict[str, Counter[str]]:
    expected = Counter(f"Nghe: {text}" for text in texts)
    return {f"{kind}{number}": expected for kind in "tz" for number in range(1, CHATS + 1)}


@pytest.mark.parametrize("mode", ["webhook", "poll"])
async def test_replies_wait_for_a_platform_that_refuses(tmp_path: Path, mode: str) -> None:
    async with line(tmp_path, mode=mode) as running:
        for method in SENDS:
            running.faults.add(Fault(FaultKind.STATUS, method, 1_000_000, 503))
        for number in range(3):
            everybody_says(running, f"câu {number}")
            await asyncio.sleep(OUTAGE_SECONDS / 3)
        assert {row.status for row in await running.rows(outbox)} == {"pending"}
        running.faults.clear()
        await until(lambda: heard(running) == once("câu 0", "câu 1", "câu 2"), OUTAGE_SECONDS + 30)
        await running.quiet()
        assert heard(running) == once("câu 0", "câu 1", "câu 2")


@pytest.mark.parametrize("mode", ["webhook", "poll"])
async def test_replies_wait_for_a_platform_that_hangs_up(tmp_path: Path, mode: str) -> None:
    """Every call breaks off without an answer: what was on its way is in doubt, all else waits."""
    async with line(tmp_path, mode=mode, retry=(0.2,) * 6) as running:
        for channel in running.channels:
            await until(lambda name=channel.name: running.channel(name).health().state is HealthState.OK)
        running.faults.add(Fault(FaultKind.DROP_BEFORE, "*", 10_000_000))
        for number in range(3):
            everybody_says(running, f"câu {number}")
            await asyncio.sleep(OUTAGE_SECONDS / 3)
        running.faults.clear()
        await until(lambda: all(sum(told.values()) >= 3 for told in heard(running).values()), OUTAGE_SECONDS + 60)
        await running.quiet()
        for chat in range(1, CHATS + 1):
            for message, title, data in running.telegram.buttons(chat):
                assert title == "Gửi lại câu trả lời"
                running.telegram.tap(chat, message, data)
        answers = once("câu 0", "câu 1", "câu 2")
        await until(lambda: all(not answers[person] - told for person, told in heard(running).items()))
        await running.quiet()
        for person, told in heard(running).items():
            questions = told - answers[person]
            assert sum(questions.values()) <= (1 if person.startswith("t") else 0), (person, told)


async def test_replies_wait_for_a_platform_that_is_gone(tmp_path: Path) -> None:
    """Nobody listens at its address, as in a network that blocks it."""
    async with platforms() as around:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        around.address = f"http://127.0.0.1:{port}"
        app = Starlette(
            routes=[
                *TelegramServer(around.telegram, around.faults).routes(),
                *ZaloServer(around.zalo, around.faults).routes(),
            ]
        )
        async with line(tmp_path, around=around, mode="poll") as running:
            # Zalo still reaches us; Telegram keeps what it could not hand over.
            everybody_says(running, "một")
            await asyncio.sleep(OUTAGE_SECONDS)
            assert [row.status for row in await running.rows(outbox)] == ["pending"] * CHATS
            async with serving(app, port):
                await until(lambda: heard(running) == once("một"), 120)
                await running.quiet()
            assert heard(running) == once("một")


async def test_doubled_and_reordered_calls_are_answered_once(tmp_path: Path) -> None:
    async with line(tmp_path) as running:
        for world in (running.telegram, running.zalo):
            world.pusher.habits.doubled = 0.5
            world.pusher.habits.reordered = 0.5
        texts = [f"câu {number}" for number in range(12)]
        for text in texts:
            everybody_says(running, text)
        await until(lambda: heard(running) == once(*texts), 60)
        await running.quiet()
        assert heard(running) == once(*texts)


async def test_everything_goes_wrong_now_and_then(tmp_path: Path) -> None:
    """429, 5xx, lost answers and slow ones by chance; in the end each reply is there once, or is asked about."""
    async with line(tmp_path, retry=(0.05, 0.1, 0.1, 0.1)) as running:
        for method in SENDS:
            for kind, code in ((FaultKind.STATUS, 503), (FaultKind.DROP_AFTER, 0), (FaultKind.DROP_BEFORE, 0)):
                running.faults.add(Fault(kind, method, 1_000_000, code, chance=0.1))
        texts = [f"câu {number}" for number in range(6)]
        for text in texts:
            everybody_says(running, text)
        await asyncio.sleep(2)
        running.faults.clear()
        await running.quiet()
        for person, found in heard(running).items():
            asked = found.pop("Đường truyền vừa gián đoạn, tôi không chắc câu trả lời vừa rồi đã tới anh/chị. "
                              "Nếu chưa thấy, anh/chị bấm nút dưới đây.", 0)  # fmt: skip
            assert set(found.values()) <= {1}, "nothing twice"
            missing = len(texts) - len(found)
            assert missing <= asked if person.startswith("t") else missing == 0, person
