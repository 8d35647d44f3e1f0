"""Places in the queue, and an estimate only where there is enough to go by."""

from __future__ import annotations

import math
import statistics
from datetime import datetime, timedelta

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware
from bot.handoff.hours import Hours
from bot.handoff.model import End, Handoff, Status
from bot.handoff.officers import on_duty
from bot.handoff.windows import Windows
from bot.storage.handoff_tables import handoffs
from bot.storage.tables import conversations

ENOUGH_ENDED = 20
"""Handoffs that must have ended lately before an estimate is shown."""
LATELY_WORKING_DAYS = 10
STEP_MINUTES = 5
MOST_LOOKED_AT = 500
_TALKED = (End.DONE.value, End.CITIZEN_ENDED.value, End.TIMEOUT_IDLE.value)


async def place_of(connection: AsyncConnection, handoff: Handoff, windows: Windows) -> int:
    """Return the place of a waiting handoff in its department, 1 is next.

    Who can be answered for a little while only comes before all others.
    """
    rank = windows.rank()
    window = await windows.read(connection, handoff.channel, handoff.conversation_id)
    is_lifted = window is not None and window.is_soon
    asked_before = or_(
        handoffs.c.priority < handoff.priority,
        and_(
            handoffs.c.priority == handoff.priority,
            or_(
                handoffs.c.requested_at < handoff.requested_at,
                and_(handoffs.c.requested_at == handoff.requested_at, handoffs.c.id < handoff.id),
            ),
        ),
    )
    same = rank == literal(0 if is_lifted else 1)
    earlier = and_(same, asked_before) if is_lifted else or_(rank == literal(0), and_(same, asked_before))
    before = await connection.scalar(
        select(func.count())
        .select_from(handoffs)
        .join(conversations, conversations.c.id == handoffs.c.conversation_id)
        .where(
            handoffs.c.department == handoff.department,
            handoffs.c.status == Status.WAITING.value,
            handoffs.c.id != handoff.id,
            earlier,
        )
    )
    return 1 + int(before or 0)


async def estimate(
    connection: AsyncConnection, handoff: Handoff, place: int, hours: Hours, moment: datetime
) -> int | None:
    """Return the minutes a citizen may have to wait, a multiple of five, or None without enough to go by."""
    officers = await on_duty(connection, handoff.department, handoff.unit, moment)
    if officers == 0:
        return None
    minutes = await _handling_minutes(connection, handoff.department, _since(hours, moment))
    if len(minutes) < ENOUGH_ENDED:
        return None
    return math.ceil(place * statistics.median(minutes) / officers / STEP_MINUTES) * STEP_MINUTES or None


async def _handling_minutes(connection: AsyncConnection, department: str, since: datetime) -> list[float]:
    rows = await connection.execute(
        select(handoffs.c.claimed_at, handoffs.c.ended_at)
        .where(
            handoffs.c.department == department,
            handoffs.c.claimed_at.is_not(None),
            handoffs.c.ended_at >= since,
            handoffs.c.end_reason.in_(_TALKED),
        )
        .order_by(handoffs.c.ended_at.desc())
        .limit(MOST_LOOKED_AT)
    )
    return [(aware(row.ended_at) - aware(row.claimed_at)).total_seconds() / 60 for row in rows]


def _since(hours: Hours, moment: datetime) -> datetime:
    """Return the beginning of the tenth working day before this one."""
    day = moment.astimezone(hours.zone).date()
    left = LATELY_WORKING_DAYS
    for number in range(1, 40):
        if hours.times(day - timedelta(days=number)):
            left -= 1
        if left == 0:
            return moment - timedelta(days=number)
    return moment - timedelta(days=40)
