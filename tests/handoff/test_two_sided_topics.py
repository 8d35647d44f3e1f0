"""Citizens on the website, officers in Telegram topics, and the process between them killed at random.

Telegram's updates come twice and out of order. In the end no message is lost, doubled unsaid, or shown to
the wrong party. A line of which nobody knows whether Telegram took it comes once more, marked so.

`MOTCUA_TOPIC_TALKS` sets how many talks there are, `MOTCUA_TOPIC_KILLS` how often the process is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import random
import socket
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
import pytest
from floor_process import run
from floor_support import LAN, WebCitizen, emptied, platforms, until

from bot.fakes.telegram.group import OfficersGroup
from bot.handoff.telegram.mirror import AGAIN

pytestmark = [pytest.mark.blackbox, pytest.mark.long]

TALKS = int(os.environ.get("MOTCUA_TOPIC_TALKS", "4"))
KILLS = int(os.environ.get("MOTCUA_TOPIC_KILLS", "3"))
"""At most; starting again is most of the time of a run."""
SEED = int(os.environ.get("MOTCUA_TOPIC_SEED", "20261125"))
LINES, ANSWERS = 6, 5
KILL_AFTER = (0.3, 1.5)
"""Seconds that a process lives once it serves."""

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["floor_process"])


@dataclass
class Process:
    """The house, killed and started again."""

    arguments: tuple[str, str, str, str, int]
    child: ForkServerProcess | None = None
    kills: int = 0
    is_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.arguments[4]}"

    async def start(self) -> None:
        self.child = processes.Process(target=run, args=self.arguments, daemon=True)
        self.child.start()
        async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as http:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.post(f"{self.address}/api/web/sessions", json={})).status_code == 201:
                        self.is_up.set()
                        return
                await asyncio.sleep(0.02)

    def kill(self) -> None:
        self.is_up.clear()
        if self.child is not None:
            self.child.kill()
            self.child.join()

    async def kill_now_and_then(self, dice: random.Random) -> None:
        while self.kills < KILLS:
            await asyncio.sleep(dice.uniform(*KILL_AFTER))
            self.kill()
            self.kills += 1
            await self.start()


class Patient(WebCitizen):
    """A citizen whose page sends again until it is acknowledged, under the same id."""

    process: Process

    async def again(self, path: str, body: dict[str, str]) -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                response = await self.http.post(path, json=body, headers=self.headers)
                if response.status_code == 202:
                    return
            await asyncio.sleep(0.05)

    async def says(self, number: str, text: str) -> None:
        await self.again("/api/web/messages", {"client_msg_id": f"client-{number}", "text": text})

    async def sees(self) -> list[dict[str, object]]:
        while True:
            with contextlib.suppress(httpx.HTTPError, KeyError):
                return await self.reads()
            await asyncio.sleep(0.05)

    async def agrees(self) -> None:
        while True:
            for item in await self.sees():
                for button in item["buttons"]:  # type: ignore[attr-defined]
                    if button["title"] == "Đồng ý":
                        body = {"client_msg_id": "client-agree", "kind": "choice", "choice_id": button["id"]}
                        await self.again("/api/web/messages", body)
                        return
            await asyncio.sleep(0.05)


@dataclass
class Talk:
    """Who said what."""

    citizen: Patient
    thread: int
    said: list[str]
    answered: list[str]


async def test_nothing_is_lost_or_doubled_between_page_and_topic(tmp_path: Path, url: str) -> None:
    await emptied(url)
    dice = random.Random(f"{SEED} {url.partition(':')[0]}")
    async with platforms() as (telegram, zalo, _, _, platform):
        telegram.pusher.habits.doubled, telegram.pusher.habits.reordered = 0.3, 0.3
        group = OfficersGroup(telegram)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = Process((str(tmp_path), url, platform, zalo.refresh_token, port))
        await process.start()
        await _list_lan(url)
        await until(lambda: bool(telegram.webhook["url"]))
        async with httpx.AsyncClient(base_url=process.address, trust_env=False, timeout=10) as http:
            talks = [await _begin(http, group, number) for number in range(TALKS)]
            killing = asyncio.create_task(process.kill_now_and_then(dice))
            try:
                await asyncio.gather(*(_talk(group, talk, number) for number, talk in enumerate(talks)))
            finally:
                killing.cancel()
                await asyncio.gather(killing, return_exceptions=True)
            if not process.is_up.is_set():
                process.kill()
                await process.start()
            for talk in talks:
                await until(lambda talk=talk: _is_complete(group, talk), 60)
            await telegram.pusher.settled()
            print(f"{TALKS} talks, {process.kills} kills")
            assert process.kills >= 1
            for talk in talks:
                await _check(group, talk)
        process.kill()


async def _list_lan(url: str) -> None:
    from floor_support import ALWAYS, mornings

    from bot.handoff.officers import Officers
    from bot.handoff.offices import offices_of
    from bot.storage.database import Database

    database = Database(url, durable=False)
    officers = Officers(database, offices_of(ALWAYS), mornings())
    lan = await officers.add("Lan", telegram_user=LAN)
    await officers.set_duty(lan, on=True)
    await database.close()


async def _begin(http: httpx.AsyncClient, group: OfficersGroup, number: int) -> Talk:
    citizen = Patient(http)
    await citizen.open()
    await citizen.says(f"{number:04}-ask", "gặp cán bộ")
    before = set(group.topics())
    await citizen.agrees()
    await until(lambda: bool(set(group.topics()) - before), 60)
    (thread,) = set(group.topics()) - before
    return Talk(citizen, thread, [], [])


async def _talk(group: OfficersGroup, talk: Talk, number: int) -> None:
    dice = random.Random(f"{SEED} {number}")

    async def citizen() -> None:
        for part in range(LINES):
            text = f"dân {number} dòng {part}."
            talk.said.append(text)
            await talk.citizen.says(f"{number:04}-{part:04}", text)
            await asyncio.sleep(dice.uniform(0, 0.4))

    async def officer() -> None:
        for part in range(ANSWERS):
            text = f"cán bộ {number} trả lời {part}."
            talk.answered.append(text)
            group.says(LAN, talk.thread, text)
            await asyncio.sleep(dice.uniform(0, 0.5))

    await asyncio.gather(citizen(), officer())


async def _is_complete(group: OfficersGroup, talk: Talk) -> bool:
    shown = "\n".join(group.texts(talk.thread))
    texts = [item["text"] for item in await talk.citizen.sees() if item["from"] == "officer"]
    return all(text in shown for text in talk.said) and len(texts) >= len(talk.answered)


async def _check(group: OfficersGroup, talk: Talk) -> None:
    items = await talk.citizen.sees()
    answered = Counter(item["text"] for item in items if item["from"] == "officer")
    assert answered == Counter(talk.answered), "an officer's answer was lost or doubled"
    said = Counter(item["text"] for item in items if item["from"] == "citizen" and "dòng" in str(item["text"]))
    assert said == Counter(talk.said), "a citizen's line was lost or doubled"
    numbers = [item["seq"] for item in items]
    assert numbers == sorted(set(numbers))
    plain = "\n".join(text for text in group.texts(talk.thread) if not text.startswith(AGAIN))
    everything = "\n".join(group.texts(talk.thread))
    for text in talk.said:
        assert plain.count(text) <= 1, "a line was shown twice and not marked"
        assert text in everything, "a line was not shown"
    others = [text for text in everything.splitlines() if "dân " in text and "dòng" in text]
    mine = talk.said[0].split(" dòng")[0]
    assert all(mine in text for text in others), "a line was shown in the wrong topic"
    assert all(text not in everything for text in talk.answered), "an answer came back to its author"
