"""What happens when a timer is due; one task in each process, each timer taken by one of them."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware
from bot.conversations.messages import Button, Reply
from bot.conversations.states import StateConflict
from bot.handoff import sentences
from bot.handoff.copies import Copies, Copy
from bot.handoff.edges import Edges
from bot.handoff.form import ContactForm
from bot.handoff.model import End, Handoff, Refused, Status
from bot.handoff.offices import Offices
from bot.handoff.rows import Conversation, lock_handoff
from bot.handoff.timers import OF_FIRST_ANSWER, OF_OFFICER, Rhythm, Timer, drop_timers
from bot.storage.database import Database
from bot.storage.handoff_tables import desk_timers

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
LEASE = timedelta(seconds=30)
"""After this another process may take a timer whose process died."""
BATCH = 50
_OF_WAITING = frozenset({Timer.REMIND, Timer.ESCALATE, Timer.WAIT, Timer.DAY_END, Timer.WINDOW})


class Alarms:
    """Looks for timers that are due."""

    def __init__(
        self,
        database: Database,
        offices: Offices,
        edges: Edges,
        copies: Copies,
        rhythm: Rhythm,
        form: ContactForm,
    ) -> None:
        self._database = database
        self._offices = offices
        self._edges = edges
        self._copies = copies
        self._rhythm = rhythm
        self._form = form

    async def run(self) -> None:
        """Work until cancelled; outlives any failure."""
        while True:
            try:
                await self.ring()
            except Exception as error:
                logger.warning("looking for timers failed: %s", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def ring(self) -> int:
        """Do what is due now; return how many timers were due."""
        due = await self._take()
        for handoff_id, kind in due:
            try:
                await self._ring(handoff_id, kind)
            except StateConflict:
                # Somebody changed the conversation; the timer is still there and comes again.
                logger.info("timer %s of handoff %s comes again", kind, handoff_id)
        return len(due)

    async def _take(self) -> list[tuple[int, Timer]]:
        """Lease the timers that are due, so that other processes leave them alone."""
        moment = self._edges.clock()
        is_free = or_(desk_timers.c.lease_until.is_(None), desk_timers.c.lease_until <= moment)
        found = (
            select(desk_timers.c.id, desk_timers.c.handoff_id, desk_timers.c.kind)
            .where(desk_timers.c.due_at <= moment, is_free)
            .order_by(desk_timers.c.due_at, desk_timers.c.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        async with self._database.read() as connection:
            if (
                await connection.scalar(select(desk_timers.c.id).where(desk_timers.c.due_at <= moment).limit(1))
                is None
            ):
                return []
        async with self._database.write() as connection:
            rows = (await connection.execute(found)).all()
            if rows:
                await connection.execute(
                    update(desk_timers)
                    .where(desk_timers.c.id.in_([row.id for row in rows]))
                    .values(lease_until=moment + LEASE)
                )
        return [(row.handoff_id, Timer(row.kind)) for row in rows]

    async def _ring(self, handoff_id: int, kind: Timer) -> None:
        async with self._database.write() as connection:
            try:
                handoff, conversation = await lock_handoff(connection, handoff_id)
            except Refused:
                await drop_timers(connection, handoff_id)
                return
            if not await self._is_still_due(connection, handoff_id, kind):
                return
            await drop_timers(connection, handoff_id, [kind])
            await self._do(connection, handoff, conversation, kind)
        self._edges.wake(conversation)

    async def _is_still_due(self, connection: AsyncConnection, handoff_id: int, kind: Timer) -> bool:
        """Say whether nobody has dropped the timer or set it anew meanwhile."""
        due_at = await connection.scalar(
            select(desk_timers.c.due_at).where(
                desk_timers.c.handoff_id == handoff_id, desk_timers.c.kind == kind.value
            )
        )
        return due_at is not None and aware(due_at) <= self._edges.clock()

    async def _do(
        self, connection: AsyncConnection, handoff: Handoff, conversation: Conversation, kind: Timer
    ) -> None:
        if handoff.status is Status.ASKED:
            if kind is Timer.CONSENT:
                await self._edges.end(connection, handoff, conversation, End.NO_CONSENT, None)
        elif handoff.status is Status.WAITING:
            if kind in _OF_WAITING:
                await self._waiting(connection, handoff, conversation, kind)
        elif handoff.status is Status.HUMAN:
            await self._held(connection, handoff, conversation, kind)

    async def _waiting(
        self, connection: AsyncConnection, handoff: Handoff, conversation: Conversation, kind: Timer
    ) -> None:
        moment = self._edges.clock()
        hours = self._edges.hours(handoff)
        since = handoff.requested_at or moment
        minutes = int(hours.office_seconds(since, moment) // 60)
        match kind:
            case Timer.REMIND:
                await self._copies.add(connection, handoff.id, Copy.REMIND, moment, minutes=minutes)
                await self._rhythm.remind_again(connection, handoff.id, hours, moment)
            case Timer.ESCALATE:
                await self._copies.add(connection, handoff.id, Copy.ESCALATE, moment, minutes=minutes)
            case Timer.WINDOW:
                await self._window_closes(connection, handoff, conversation)
            case Timer.WAIT:
                await self._nobody_came(connection, handoff, conversation, End.TIMEOUT_WAIT)
            case Timer.DAY_END:
                await self._nobody_came(connection, handoff, conversation, End.TIMEOUT_CLOSED)

    async def _nobody_came(
        self, connection: AsyncConnection, handoff: Handoff, conversation: Conversation, reason: End
    ) -> None:
        """T5: apologise, and offer to leave a message."""
        moment = self._edges.clock()
        why = sentences.NOBODY_CAME
        if reason is End.TIMEOUT_CLOSED:
            opens_at = self._edges.hours(handoff).next_open(moment)
            again = sentences.closed(opens_at, moment, is_confirmed=self._offices.is_confirmed)
            why = f"{sentences.CLOSED_MEANWHILE} {again}"
        offer = await self._form.offer_after(connection, handoff, why)
        await self._edges.end(connection, handoff, conversation, reason, offer)

    async def _held(
        self, connection: AsyncConnection, handoff: Handoff, conversation: Conversation, kind: Timer
    ) -> None:
        moment = self._edges.clock()
        add = self._copies.add
        match kind:
            case Timer.FIRST_ANSWER_REMIND:
                await add(connection, handoff.id, Copy.FIRST_ANSWER, moment)
            case Timer.OFFICER_REMIND | Timer.OFFICER_ESCALATE:
                is_for_supervisor = kind is Timer.OFFICER_ESCALATE
                await add(connection, handoff.id, Copy.SILENT, moment, supervisor=is_for_supervisor)
            case Timer.FIRST_ANSWER | Timer.OFFICER:
                await self._officer_away(connection, handoff, conversation, kind)
            case Timer.IDLE_ASK:
                button = Button("Kết thúc", sentences.order("cancel", handoff.id))
                await self._edges.tell(connection, conversation, sentences.system(sentences.STILL_THERE, button))
            case Timer.IDLE_END:
                await self._edges.end(connection, handoff, conversation, End.TIMEOUT_IDLE, sentences.IDLE)
            case Timer.WINDOW:
                await self._window_closes(connection, handoff, conversation)
            case Timer.CLOSING:
                await add(connection, handoff.id, Copy.CLOSING, moment)

    async def _window_closes(
        self, connection: AsyncConnection, handoff: Handoff, conversation: Conversation
    ) -> None:
        window = self._edges.windows.of(conversation.channel, conversation.last_message_at)
        if window is None or not window.is_open:
            return
        moment = self._edges.clock()
        await self._copies.add(
            connection, handoff.id, Copy.WINDOW, moment, until=window.closes_at.isoformat(timespec="seconds")
        )
        await self._copies.add(connection, handoff.id, Copy.CARD, moment)

    async def _officer_away(
        self, connection: AsyncConnection, handoff: Handoff, conversation: Conversation, kind: Timer
    ) -> None:
        """T6: the officer does not write; somebody else may."""
        if kind in OF_FIRST_ANSWER and handoff.first_answer_at is not None and kind not in OF_OFFICER:
            return
        reply: Reply = sentences.system(sentences.BACK_IN_QUEUE)
        note = "Cán bộ không trả lời trong thời hạn, trả lại hàng chờ."
        await self._edges.requeue(connection, handoff, conversation, note, reply)
