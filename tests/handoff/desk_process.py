"""Processes that serve a desk: each obeys one JSON order a line, and answers each with one line.

Usage: python desk_process.py DATABASE_URL PORT

Starting Python takes seconds, so this program only forks: a process for each line it reads. Those connect
to the port and say their id.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import datetime, timedelta
from typing import Any

from core_support import QUICK, Office, Script
from desk_support import OFFICES, bot_that_knows_the_desk

from bot.clock import VIETNAM
from bot.conversations.dispatcher import Dispatcher
from bot.conversations.messages import ConversationId, Incoming, Kind
from bot.conversations.sentences import APOLOGY
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import Refused
from bot.handoff.offices import offices_of
from bot.handoff.settings import DeskSettings
from bot.storage.database import Database


def always_open() -> dict[str, Any]:
    """Return offices that are open around the clock, on holidays too."""
    today = datetime.now(VIETNAM).date()
    days = {(today + timedelta(days=number)).isoformat(): ["00:00-23:59"] for number in (-1, 0, 1)}
    return OFFICES | {"hours": {"weekly": {}, "extra_open": days}}


class Obeying:
    """The orders."""

    def __init__(self, office: Office, handoffs: Handoffs) -> None:
        self.office = office
        self.handoffs = handoffs

    async def open(self, address: str) -> str:
        return await self.office.inbox.open("web", address)

    async def say(self, address: str, id: str, text: str) -> str:
        message = Incoming("web", address, id, Kind.TEXT, text)
        return str((await self.office.inbox.accept(message)).seq)

    async def press(self, address: str, id: str, title: str) -> bool:
        """Press a button once it is there; say whether it is."""
        conversation = await self.office.inbox.open("web", address)
        for row in reversed(await self.office.all_outbox(ConversationId(conversation))):
            for button in row.body["buttons"]:
                if button["title"] == title:
                    await self.office.inbox.accept(Incoming("web", address, id, Kind.CHOICE, title, button["id"]))
                    return True
        return False

    async def apologies(self, address: str) -> int:
        """Count the messages that were given up after processes died over them."""
        conversation = await self.office.inbox.open("web", address)
        rows = await self.office.all_outbox(ConversationId(conversation))
        return sum(row.body["text"] == APOLOGY.text for row in rows)

    async def waiting(self, address: str) -> int | None:
        conversation = await self.office.inbox.open("web", address)
        handoff = await self.handoffs.desk.of_conversation(conversation)
        return handoff.id if handoff and handoff.status != "asked" else None

    async def claim(self, handoff: int, officer: int) -> str:
        return (await self.handoffs.desk.claim(handoff, await self._officer(officer))).status

    async def answer(self, handoff: int, officer: int, text: str, origin: str) -> int:
        by = await self._officer(officer)
        return (await self.handoffs.desk.answer(handoff, by, text, origin=origin)).seq

    async def finish(self, handoff: int, officer: int) -> str:
        return (await self.handoffs.desk.finish(handoff, await self._officer(officer))).status

    async def _officer(self, officer_id: int) -> Any:
        officer = await self.handoffs.officers.of_id(officer_id)
        assert officer is not None
        return officer


async def _main(url: str, port: int) -> None:
    office = Office(Database(url))
    handoffs = Handoffs(
        office.database, office.wakeups, DeskSettings(places=("telegram",)), offices_of(always_open())
    )
    engine = Script(bot_that_knows_the_desk)
    dispatcher = Dispatcher(
        office.database, engine, office.wakeups, office.originals, QUICK, desk=handoffs.citizens
    )
    obeying = Obeying(office, handoffs)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def obey(order: dict[str, Any]) -> None:
        number, name = order.pop("number"), order.pop("order")
        try:
            result: dict[str, Any] = {"result": await getattr(obeying, name)(**order)}
        except Refused as refused:
            result = {"refused": refused.why.value}
        except Exception as error:
            result = {"error": repr(error)[:200]}
        writer.write(json.dumps(result | {"number": number}).encode() + b"\n")

    async with office.serving_with(dispatcher), asyncio.TaskGroup() as tasks:
        alarms = asyncio.create_task(handoffs.alarms.run())
        writer.write(json.dumps({"number": 0, "pid": os.getpid()}).encode() + b"\n")
        while line := await reader.readline():
            tasks.create_task(obey(json.loads(line)))
        alarms.cancel()


def _fork_on_demand(url: str, port: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while sys.stdin.readline():
        if os.fork() == 0:
            asyncio.run(_main(url, port))
            os._exit(0)


if __name__ == "__main__":
    _fork_on_demand(sys.argv[1], int(sys.argv[2]))
