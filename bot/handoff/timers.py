"""Timers that survive restarts: rows that say what is due when, set and dropped with what they time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from bot.handoff.hours import Hours
from bot.handoff.settings import DeskSettings
from bot.storage.handoff_tables import desk_timers
from bot.storage.together import Writing


class Timer(StrEnum):
    """What may become due; one of a kind for each handoff."""

    CONSENT = "consent"
    REMIND = "remind"
    ESCALATE = "escalate"
    WAIT = "wait"
    DAY_END = "day_end"
    """The office closes while the citizen waits."""
    FIRST_ANSWER_REMIND = "first_answer_remind"
    FIRST_ANSWER = "first_answer"
    OFFICER_REMIND = "officer_remind"
    OFFICER_ESCALATE = "officer_escalate"
    OFFICER = "officer"
    IDLE_ASK = "idle_ask"
    IDLE_END = "idle_end"
    CLOSING = "closing"
    WINDOW = "window"
    """The platform soon takes no answer any more."""


OF_WAITING = (Timer.REMIND, Timer.ESCALATE, Timer.WAIT, Timer.DAY_END)
OF_FIRST_ANSWER = (Timer.FIRST_ANSWER_REMIND, Timer.FIRST_ANSWER)
OF_OFFICER = (Timer.OFFICER_REMIND, Timer.OFFICER_ESCALATE, Timer.OFFICER)
OF_CITIZEN = (Timer.IDLE_ASK, Timer.IDLE_END)


Due = Mapping[Timer, datetime | None]
"""When what is due; None, when the office does not open in sight, sets nothing."""


async def set_timers(connection: Writing, handoff_id: int, due: Due) -> None:
    """Set timers anew."""
    rows = [
        {"handoff_id": handoff_id, "kind": kind.value, "due_at": moment, "lease_until": None}
        for kind, moment in due.items()
        if moment is not None
    ]
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(desk_timers).values(rows)
    fresh = {"due_at": statement.excluded.due_at, "lease_until": None}
    await connection.execute(statement.on_conflict_do_update(index_elements=["handoff_id", "kind"], set_=fresh))


async def drop_timers(connection: Writing, handoff_id: int, kinds: Sequence[Timer] | None = None) -> None:
    """Drop timers of a handoff; None drops all."""
    statement = delete(desk_timers).where(desk_timers.c.handoff_id == handoff_id)
    if kinds is not None:
        statement = statement.where(desk_timers.c.kind.in_([kind.value for kind in kinds]))
    await connection.execute(statement)


async def only_timers(connection: Writing, handoff_id: int, due: Due) -> None:
    """Set timers anew and drop all others; no row is touched twice, so both may be written together."""
    kept = [kind.value for kind, moment in due.items() if moment is not None]
    others = delete(desk_timers).where(desk_timers.c.handoff_id == handoff_id, desk_timers.c.kind.not_in(kept))
    await connection.execute(others)
    await set_timers(connection, handoff_id, due)


class Rhythm:
    """Sets the timers of a state; most count the seconds in which the office is open."""

    def __init__(self, settings: DeskSettings) -> None:
        self._settings = settings

    async def asked(self, connection: Writing, handoff_id: int, at: datetime) -> None:
        """Begin to wait for consent, by the clock."""
        due_at = at + timedelta(minutes=self._settings.consent_minutes)
        await set_timers(connection, handoff_id, {Timer.CONSENT: due_at})

    async def waiting(
        self,
        connection: Writing,
        handoff_id: int,
        hours: Hours,
        since: datetime,
        at: datetime,
        window: datetime | None = None,
    ) -> None:
        """Begin to wait for an officer, since the first request; `window` is when its end is to be told."""
        settings = self._settings
        # Given back to the queue late, the citizen still gets a few minutes of being looked for.
        counted = max(since, at - timedelta(minutes=settings.wait_minutes / 2))
        due = {
            Timer.REMIND: hours.after(at, settings.remind_minutes * 60),
            Timer.ESCALATE: hours.after(at, settings.escalate_minutes * 60),
            Timer.WAIT: hours.after(counted, settings.wait_minutes * 60),
            # Given back after closing time: the citizen is told at once, not the next morning.
            Timer.DAY_END: hours.day_ends_at(at) or at,
            Timer.WINDOW: window,
        }
        await only_timers(connection, handoff_id, due)

    async def remind_again(self, connection: Writing, handoff_id: int, hours: Hours, at: datetime) -> None:
        """Set the next reminder of a waiting citizen."""
        due_at = hours.after(at, self._settings.remind_minutes * 60)
        await set_timers(connection, handoff_id, {Timer.REMIND: due_at})

    async def claimed(
        self,
        connection: Writing,
        handoff_id: int,
        hours: Hours,
        at: datetime,
        window: datetime | None = None,
    ) -> None:
        """Begin to wait for the officer's first answer; `window` as for `waiting`."""
        settings = self._settings
        due = {
            Timer.FIRST_ANSWER_REMIND: hours.after(at, settings.first_answer_remind_minutes * 60),
            Timer.FIRST_ANSWER: hours.after(at, settings.first_answer_minutes * 60),
            Timer.WINDOW: window,
        }
        closing = hours.day_ends_at(at)
        if closing is not None:
            due[Timer.CLOSING] = max(closing - timedelta(minutes=settings.closing_minutes), at)
        await only_timers(connection, handoff_id, due)

    async def citizen_wrote(
        self,
        connection: Writing,
        handoff_id: int,
        hours: Hours,
        at: datetime,
        *,
        is_first: bool,
        window: datetime | None = None,
    ) -> None:
        """Begin to wait for the officer, unless the citizen has written before without an answer."""
        gone = OF_CITIZEN if window is not None else (*OF_CITIZEN, Timer.WINDOW)
        await drop_timers(connection, handoff_id, gone)
        due: dict[Timer, datetime | None] = {Timer.WINDOW: window}
        if is_first:
            settings = self._settings
            for kind, minutes in (
                (Timer.OFFICER_REMIND, settings.officer_remind_minutes),
                (Timer.OFFICER_ESCALATE, settings.officer_escalate_minutes),
                (Timer.OFFICER, settings.officer_minutes),
            ):
                due[kind] = hours.after(at, minutes * 60)
        await set_timers(connection, handoff_id, due)

    async def window(self, connection: Writing, handoff_id: int, due_at: datetime | None) -> None:
        """Note when the end of the platform's window is to be told, the citizen having written again."""
        if due_at is None:
            await drop_timers(connection, handoff_id, (Timer.WINDOW,))
        await set_timers(connection, handoff_id, {Timer.WINDOW: due_at})

    async def officer_wrote(self, connection: Writing, handoff_id: int, channel: str, at: datetime) -> None:
        """Begin to wait for the citizen, by the clock."""
        settings = self._settings
        await drop_timers(connection, handoff_id, (*OF_FIRST_ANSWER, *OF_OFFICER, Timer.WINDOW))
        is_web = channel in {"web", "cli"}
        ask = settings.web_idle_minutes if is_web else settings.chat_idle_minutes
        end = settings.web_idle_end_minutes if is_web else settings.chat_idle_end_minutes
        due = {
            Timer.IDLE_ASK: at + timedelta(minutes=ask),
            Timer.IDLE_END: at + timedelta(minutes=max(end, ask)),
        }
        await set_timers(connection, handoff_id, due)
