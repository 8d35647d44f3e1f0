"""A desk with citizens who write, officers who answer, and a clock that a test sets."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from core_support import QUICK, Office, Script, echo

import bot.clock
from bot.clock import VIETNAM
from bot.conversations.dispatcher import Dispatcher
from bot.conversations.messages import (
    Accepted,
    ConversationId,
    Incoming,
    Kind,
    Outcome,
    PersonWanted,
    Reply,
    Turn,
    TurnResult,
)
from bot.conversations.states import State, read_state
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import Handoff, Officer
from bot.handoff.offices import offices_of
from bot.handoff.settings import DeskSettings
from bot.storage.tables import conversations

WEEK = {"mon-fri": ["07:30-11:30", "13:30-17:00"]}
OFFICES = {
    "hours": {"weekly": WEEK},
    "announced_years": [2026, 2027],
    "departments": [
        {"id": "mot-cua", "name": "Bộ phận Một cửa", "default": True},
        {"id": "tu-phap", "name": "Tư pháp – Hộ tịch", "fields": ["Hộ tịch"]},
    ],
}
ASKS_PERSON = "gặp cán bộ"


def at(text: str) -> datetime:
    """Return a moment in Việt Nam, "2026-11-25 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM).astimezone(UTC)


class Clock:
    """Says what a test set and goes on from there, always later than before."""

    def __init__(self, text: str) -> None:
        self.set(text)

    def __call__(self) -> datetime:
        passed = timedelta(seconds=time.monotonic() - self._set_at)
        self._last = max(self.moment + passed, self._last + timedelta(microseconds=1))
        return self._last

    def set(self, text: str) -> None:
        self._start(at(text))

    def pass_minutes(self, minutes: float) -> None:
        self._start(self() + timedelta(minutes=minutes))

    def _start(self, moment: datetime) -> None:
        self.moment = self._last = moment
        self._set_at = time.monotonic()

    @contextmanager
    def for_everybody(self) -> Iterator[None]:
        """Let every part of the process read this clock; PostgreSQL keeps its own for claims."""
        here = self

        class Reading(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return here().astimezone(tz)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bot.clock, "datetime", Reading)
            yield


async def bot_that_knows_the_desk(turn: Turn) -> TurnResult:
    """Ask for a person when somebody wants one, else echo."""
    if turn.text.startswith(ASKS_PERSON):
        field = "Hộ tịch" if "hộ tịch" in turn.text else None
        wanted = PersonWanted("citizen", "Hỏi khai sinh.", "1.001193", field=field)
        return TurnResult((Reply("Chưa mở.", Outcome.HANDOFF),), turn.dialogue, wants=wanted)
    return await echo(turn)


@dataclass
class DeskOffice:
    """One process with a desk."""

    office: Office
    clock: Clock
    settings: DeskSettings = field(default_factory=DeskSettings)
    offices: dict[str, Any] = field(default_factory=lambda: OFFICES)
    handoffs: Handoffs = field(init=False)

    def __post_init__(self) -> None:
        self.handoffs = Handoffs(
            self.office.database, self.office.wakeups, self.settings, offices_of(self.offices), self.clock
        )

    @asynccontextmanager
    async def serving(self, engine: Any = None) -> AsyncIterator[None]:
        dispatcher = Dispatcher(
            self.office.database,
            engine or Script(bot_that_knows_the_desk),
            self.office.wakeups,
            self.office.originals,
            QUICK,
            desk=self.handoffs.citizens,
        )
        async with self.office.serving_with(dispatcher, listens=False):
            yield

    async def officer(self, name: str = "Lan", **columns: Any) -> Officer:
        officer = await self.handoffs.officers.add(name, **columns)
        await self.handoffs.officers.set_duty(officer, on=True)
        return officer

    async def hears(self, text: str, address: str = "a", channel: str = "web", **fields: Any) -> list[Reply | Any]:
        """Let a citizen write, wait for the turn, and return what was said since."""
        before = await self.said(address, channel)
        await self.office.say(text, address, channel=channel, **fields)
        await self.office.until_done()
        return (await self.said(address, channel))[len(before) :]

    async def press(self, title: str, address: str = "a", channel: str = "web") -> list[Any]:
        """Press a button of a recent reply."""
        for body in reversed(await self.bodies(address, channel)):
            for button in body["buttons"]:
                if button["title"] == title:
                    return await self.hears(
                        title, address, kind=Kind.CHOICE, choice_id=button["id"], channel=channel
                    )
        raise AssertionError(f"no button {title}")

    async def bodies(self, address: str = "a", channel: str = "web") -> list[dict[str, Any]]:
        conversation = await self.conversation(address, channel)
        rows = await self.office.all_outbox(conversation)
        return [row.body for row in rows]

    async def said(self, address: str = "a", channel: str = "web") -> list[str]:
        return [body["text"] for body in await self.bodies(address, channel)]

    async def conversation(self, address: str = "a", channel: str = "web") -> ConversationId:
        return await self.office.inbox.open(channel, address)

    async def state(self, address: str = "a", channel: str = "web") -> State:
        async with self.office.database.read() as connection:
            held = await read_state(connection, await self.conversation(address, channel))
        assert held is not None
        return held.state

    async def wait_in_queue(self, address: str = "a", text: str = ASKS_PERSON, channel: str = "web") -> Handoff:
        """Ask for a person and agree."""
        await self.hears(text, address, channel)
        await self.press("Đồng ý", address, channel)
        handoff = await self.handoffs.desk.of_conversation(await self.conversation(address, channel))
        assert handoff is not None
        return handoff

    async def talk(self, officer: Officer, address: str = "a", channel: str = "web") -> Handoff:
        """Have a conversation that an officer has taken."""
        handoff = await self.wait_in_queue(address, channel=channel)
        return await self.handoffs.desk.claim(handoff.id, officer)

    async def wrote_ago(self, address: str, channel: str, **length: float) -> None:
        """Let a citizen have written last so long ago."""
        moment = self.clock() - timedelta(**length)
        async with self.office.database.write() as connection:
            await connection.execute(
                conversations.update()
                .where(conversations.c.id == await self.conversation(address, channel))
                .values(last_message_at=moment)
            )


__all__ = ["Accepted", "Incoming"]
