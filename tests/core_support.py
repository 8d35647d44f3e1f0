"""One process of the service below the channels, with an engine that does what a test says."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, Table, select

from bot.conversations.dispatcher import Dispatcher, Engine, TurnTimes
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.messages import (
    Accepted,
    Button,
    ConversationId,
    Incoming,
    Kind,
    Outcome,
    Reply,
    Turn,
    TurnResult,
)
from bot.conversations.states import Held, State, change_state, read_state
from bot.conversations.wakeups import Wakeups
from bot.storage.database import Database
from bot.storage.tables import inbox, outbox

QUICK = TurnTimes(sweep=0.05, turn_limit=5.0, retry=(0.05, 0.05), lease=1.0)
WAKEUPS_ONLY = TurnTimes(sweep=60.0, turn_limit=5.0)
"""For tests that must not be saved by the sweep."""
PATIENCE_SECONDS = 20
_numbers = itertools.count(1)


def message(text: str, *, address: str = "a", message_id: str | None = None, **fields: Any) -> Incoming:
    fields = {"channel": "web", "kind": Kind.TEXT} | fields
    number = message_id or f"m{next(_numbers)}"
    return Incoming(address=address, platform_message_id=number, text=text, **fields)


class Script:
    """An engine that answers as told, and counts what must never happen at once."""

    def __init__(
        self,
        answer: Callable[[Turn], Awaitable[TurnResult]] | None = None,
        running: Counter[str] | None = None,
    ) -> None:
        """Args: `running` is shared by engines of processes on one database."""
        self.turns: list[Turn] = []
        self.overlaps = 0
        self.most_at_once = 0
        self._answer = answer or echo
        self._running = Counter() if running is None else running

    @property
    def texts(self) -> list[str]:
        return [turn.text for turn in self.turns]

    async def respond(self, turn: Turn) -> TurnResult:
        self.turns.append(turn)
        self._running[turn.conversation_id] += 1
        self.overlaps += self._running[turn.conversation_id] > 1
        self.most_at_once = max(self.most_at_once, self._running.total())
        try:
            return await self._answer(turn)
        finally:
            self._running[turn.conversation_id] -= 1


def answered(text: str, *buttons: Button, dialogue: str | None = None) -> TurnResult:
    return TurnResult((Reply(text, Outcome.ANSWER, buttons),), dialogue)


async def echo(turn: Turn) -> TurnResult:
    """Repeat what was said, and remember everything said so far."""
    said = f"{turn.dialogue or ''}|{turn.payload or turn.text}"
    return answered(f"nghe {turn.payload or turn.text}", dialogue=said)


@dataclass
class Office:
    """What one process has."""

    database: Database
    wakeups: Wakeups = field(init=False)
    originals: OriginalTexts = field(init=False)
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        self.wakeups = Wakeups(self.database)
        self.originals = OriginalTexts()
        self.inbox = Inbox(self.database, self.wakeups, self.originals)

    async def say(self, text: str, address: str = "a", **fields: Any) -> Accepted:
        return await self.inbox.accept(message(text, address=address, **fields))

    @asynccontextmanager
    async def serving(self, engine: Engine, times: TurnTimes = QUICK) -> AsyncIterator[Dispatcher]:
        """Run a dispatcher and a listener, as a process does."""
        dispatcher = Dispatcher(self.database, engine, self.wakeups, self.originals, times)
        async with self.serving_with(dispatcher):
            yield dispatcher

    @asynccontextmanager
    async def serving_with(self, dispatcher: Dispatcher, *, listens: bool = True) -> AsyncIterator[None]:
        """Run a dispatcher; one process alone need not listen to others."""
        tasks = [asyncio.create_task(dispatcher.run())]
        if listens:
            tasks.append(asyncio.create_task(self.wakeups.listen()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    @asynccontextmanager
    async def colleague(self) -> AsyncIterator[Office]:
        """Another process on the same database."""
        database = Database(str(self.database.url))
        yield Office(database)
        await database.close()

    async def take_over(self, conversation_id: ConversationId, to: State = State.HUMAN) -> Held:
        async with self.database.write() as connection:
            held = await read_state(connection, conversation_id)
            assert held is not None
            return await change_state(connection, conversation_id, held, to)

    async def all(self, statement: Select[Any] | Table) -> Sequence[Row[Any]]:
        chosen = select(statement).order_by(statement.c.id) if isinstance(statement, Table) else statement
        async with self.database.read() as connection:
            return (await connection.execute(chosen)).all()

    async def replies(self, conversation_id: ConversationId | None = None) -> list[str]:
        rows = await self.all(outbox)
        wanted = (row for row in rows if conversation_id in (None, row.conversation_id))
        return [row.body["text"] for row in sorted(wanted, key=lambda row: row.seq)]

    async def all_outbox(self, conversation_id: ConversationId) -> Sequence[Row[Any]]:
        mine = select(outbox).where(outbox.c.conversation_id == conversation_id).order_by(outbox.c.seq)
        return await self.all(mine)

    async def until_done(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until no message waits."""

        async def is_done() -> bool:
            return not await self.all(select(inbox.c.id).where(inbox.c.status == "pending").limit(1))

        await until(is_done, seconds)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = PATIENCE_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class Gate:
    """A turn that has begun and waits to be let on."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.open = asyncio.Event()

    async def __call__(self, turn: Turn) -> TurnResult:
        self.begun.set()
        await self.open.wait()
        return await echo(turn)

    async def wait(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.begun.wait()
