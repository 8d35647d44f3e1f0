"""A small service with both pushed channels, to be killed: forked from a process that has it all imported."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.registry import Surroundings, build_channels, start_channels
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.client import TelegramClient
from bot.channels.zalo import token_rows
from bot.channels.zalo.channel import ZaloChannel
from bot.channels.zalo.client import ZaloClient
from bot.channels.zalo.sealed_pair import SealedPair
from bot.channels.zalo.token_rows import TokenRows
from bot.conversations.dispatcher import Dispatcher, TurnTimes
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.messages import Outcome, Reply, Turn, TurnResult
from bot.conversations.outbox import SendTimes
from bot.conversations.wakeups import Wakeups
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate

QUICK = SendTimes(poll=0.05, delivery_limit=3.0, lease=3.5, retry=(0.3,) * 40)


@dataclass(frozen=True)
class Plan:
    """How to run, and at which step to die."""

    state_dir: str
    database: str
    port: int
    settings: dict[str, Any]
    die_at: int = 0
    only_tokens: bool = False
    """Count the steps of renewing tokens, and no others."""


TOKEN_STEPS = ("before the mark", "marked", "before asking", "answered", "kept", "committed", "tidied")


class Steps:
    """Counts the points between two effects, and dies at one of them as in a power cut."""

    def __init__(self, die_at: int) -> None:
        self._die_at = die_at
        self._count = 0
        self.is_counting = False

    def step(self) -> None:
        if self.is_counting:
            self._count += 1
            if self._count == self._die_at:
                os.kill(os.getpid(), signal.SIGKILL)


class SteppedDatabase(Database):
    """Each commit is two steps: just before and just after."""

    step: Callable[[], None]

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with super().write() as connection:
            yield connection
            self.step()
        self.step()


class Echo:
    async def respond(self, turn: Turn) -> TurnResult:
        if turn.payload:
            return TurnResult((Reply(f"Đã chọn {turn.payload}", Outcome.ANSWER),), None)
        count = 2 if turn.text.startswith("hai") else 1
        return TurnResult(
            tuple(Reply(f"Nghe: {turn.text} {part}", Outcome.ANSWER) for part in range(1, count + 1)), None
        )


def run(plan: Plan) -> None:
    """Run until killed."""
    asyncio.run(_run(plan))


async def _run(plan: Plan) -> None:
    steps = Steps(plan.die_at)
    if plan.only_tokens:
        _step_around_tokens(steps)
    else:
        _step_around_sending(steps)
    # A process that dies is not waited for as long as a real one.
    token_rows.ABANDONED = timedelta(seconds=0.5)
    TelegramChannel.send_times = ZaloChannel.send_times = QUICK
    settings = Settings(state_dir=Path(plan.state_dir), _env_file=None, **plan.settings)
    database = SteppedDatabase(plan.database, durable=False)
    database.step = (lambda: None) if plan.only_tokens else steps.step
    await migrate(database)
    wakeups, originals = Wakeups(database), OriginalTexts()
    inbox = Inbox(database, wakeups, originals)
    channels = build_channels(Surroundings(settings, database, inbox, wakeups, originals))
    app = FastAPI()
    for channel in channels:
        app.include_router(channel.router())
    times = TurnTimes(sweep=0.1)
    tasks = [
        asyncio.create_task(Dispatcher(database, Echo(), wakeups, originals, times).run()),
        asyncio.create_task(wakeups.listen()),
        *start_channels(channels, database, wakeups),
    ]
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=plan.port, log_config=None, access_log=False, ws="none")
    )
    steps.is_counting = True
    await server.serve()
    del tasks


def _step_around_sending(steps: Steps) -> None:
    """Each call that sends is two steps: the platform does not have it yet, or has it already."""
    for client in (TelegramClient, ZaloClient):
        original = client.send

        async def send(*arguments: Any, _original: Any = original) -> Any:
            steps.step()
            result = await _original(*arguments)
            steps.step()
            return result

        client.send = send  # type: ignore[method-assign,assignment]


def _step_around_tokens(steps: Steps) -> None:
    """The seven points of a renewal, as `TOKEN_STEPS` names them."""
    steps_of: list[tuple[type, str, bool]] = [
        (TokenRows, "mark", True),
        (ZaloClient, "refresh", True),
        (SealedPair, "put", False),
        (TokenRows, "replace", False),
        (SealedPair, "remove", False),
    ]
    for owner, name, counts_before in steps_of:
        setattr(owner, name, _stepped(getattr(owner, name), steps, counts_before=counts_before))


def _stepped(original: Any, steps: Steps, *, counts_before: bool) -> Any:
    if not inspect.iscoroutinefunction(original):

        def blocking(*arguments: Any) -> Any:
            result = original(*arguments)
            steps.step()
            return result

        return blocking

    async def stepped(*arguments: Any, **more: Any) -> Any:
        if counts_before:
            steps.step()
        result = await original(*arguments, **more)
        steps.step()
        return result

    return stepped
