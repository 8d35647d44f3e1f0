"""What changed at the desk: a short signature that a page compares, and waiting until it is another.

Wake-ups make waiting quick; looking again now and then makes it certain.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.messages import ConversationId
from bot.conversations.typing import typing_name
from bot.conversations.wakeups import Wakeups
from bot.handoff.copies import DESK
from bot.handoff.model import Officer, Status
from bot.handoff.windows import Windows
from bot.storage.database import Database
from bot.storage.handoff_tables import contact_requests, handoff_notes, handoffs
from bot.storage.tables import conversations, inbox, outbox

LOOK_SECONDS = 2.5
"""How often a waiting page's state is read by itself, should a wake-up be lost."""


@dataclass(frozen=True, slots=True)
class View:
    """How the desk looks to one officer at one moment."""

    queue: str
    """Changes with the queue, with who holds what and with open contact requests."""
    talk: str
    """Changes with the lines, notes and state of the conversation that is looked at; empty without one."""
    waiting: int
    """Citizens the officer could take."""
    contacts: int
    """Open contact requests of the officer."""
    newest: int
    """Id of the newest handoff that waits; a larger one rings."""
    heard: int
    """Number of the citizen's newest line in the conversation that is looked at; a larger one rings."""
    is_typing: bool = False
    """The citizen typed while the page waited."""


class DeskWatch:
    """Reads views and waits for other ones."""

    def __init__(
        self, database: Database, wakeups: Wakeups, windows: Windows, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self._wakeups = wakeups
        self._windows = windows
        self._clock = clock

    async def view(self, officer: Officer | None, handoff_id: int | None = None) -> View:
        """Return how the desk looks now; without an officer, to somebody who answers for everything."""
        view, _ = await self._look(officer, handoff_id)
        return view

    async def wait(
        self,
        officer: Officer | None,
        handoff_id: int | None,
        seen: tuple[str, str],
        seconds: float,
        is_gone: Callable[[], bool] = lambda: False,
    ) -> View:
        """Return the view as soon as it differs from `seen` (queue, talk), after `seconds` at the latest.

        A citizen's typing ends the wait too.
        """
        time = asyncio.get_running_loop().time
        end = time() + seconds
        with ExitStack() as stack:
            desk = stack.enter_context(self._wakeups.subscribe(DESK))
            view, conversation = await self._look(officer, handoff_id)
            typing = stack.enter_context(self._wakeups.subscribe(typing_name(conversation or "", "citizen")))
            while True:
                if (view.queue, view.talk) != seen or time() >= end or is_gone():
                    return view
                desk.clear()
                await _first(desk, typing, seconds=min(LOOK_SECONDS, end - time()))
                view, _ = await self._look(officer, handoff_id)
                if typing.is_set():
                    return View(
                        view.queue, view.talk, view.waiting, view.contacts, view.newest, view.heard, is_typing=True
                    )

    async def _look(self, officer: Officer | None, handoff_id: int | None) -> tuple[View, str | None]:
        open_ones = (
            select(
                handoffs.c.id,
                handoffs.c.status,
                handoffs.c.department,
                handoffs.c.unit,
                handoffs.c.officer_id,
                handoffs.c.priority,
                self._windows.rank().label("rank"),
            )
            .outerjoin(conversations, conversations.c.id == handoffs.c.conversation_id)
            .where(handoffs.c.status.in_([Status.WAITING.value, Status.HUMAN.value]))
            .order_by(handoffs.c.id)
        )
        requests = (
            select(contact_requests.c.id, contact_requests.c.department, contact_requests.c.unit)
            .where(contact_requests.c.state == "open")
            .order_by(contact_requests.c.id)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(open_ones)).all()
            left = (await connection.execute(requests)).all()
            talk, conversation, heard = await self._talk(connection, handoff_id)
        mine = [row for row in rows if officer is None or officer.is_responsible(row.department, row.unit)]
        waiting = [row.id for row in mine if row.status == Status.WAITING.value]
        contacts = [row.id for row in left if officer is None or officer.is_responsible(row.department, row.unit)]
        until = officer.duty_until if officer else None
        is_on = until is not None and until > self._clock()
        view = View(
            queue=_sign([tuple(row) for row in rows], contacts, is_on),
            talk=talk,
            waiting=len(waiting),
            contacts=len(contacts),
            newest=max(waiting, default=0),
            heard=heard,
        )
        return view, conversation

    async def _talk(
        self, connection: AsyncConnection, handoff_id: int | None
    ) -> tuple[str, ConversationId | None, int]:
        if handoff_id is None:
            return "", None, 0
        handoff = (await connection.execute(select(handoffs).where(handoffs.c.id == handoff_id))).one_or_none()
        if handoff is None or handoff.conversation_id is None:
            return "gone", None, 0
        heard = await connection.scalar(
            select(func.max(inbox.c.seq)).where(
                inbox.c.conversation_id == handoff.conversation_id, inbox.c.status != "pending"
            )
        )
        replies = await connection.execute(
            select(outbox.c.status, func.count(), func.max(outbox.c.seq))
            .where(outbox.c.conversation_id == handoff.conversation_id)
            .group_by(outbox.c.status)
            .order_by(outbox.c.status)
        )
        notes = await connection.scalar(
            select(func.max(handoff_notes.c.id)).where(handoff_notes.c.handoff_id == handoff_id)
        )
        state = (handoff.status, handoff.officer_id, handoff.department, handoff.result_code, handoff.rating)
        said = [tuple(row) for row in replies]
        return _sign(state, heard, said, notes), ConversationId(handoff.conversation_id), int(heard or 0)


def _sign(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


async def _first(*events: asyncio.Event, seconds: float) -> None:
    """Return when one of the events is set, or after `seconds`."""
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
