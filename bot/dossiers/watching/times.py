"""When a watched dossier is looked at again, and when a notice may be sent."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from bot.clock import VIETNAM
from bot.dossiers.dossier import Dossier
from bot.dossiers.status import Status

SEND_FROM, SEND_UNTIL = time(7, 30), time(20, 0)
WORK_FROM, WORK_UNTIL = time(7, 30), time(17, 30)
"""Outside office hours nothing changes in a one-stop system."""
SUNDAY = 6
_OFTEN = timedelta(hours=3)
_TWICE_A_DAY = timedelta(hours=5)
_DAILY = timedelta(hours=10)
JITTER = 0.25


def may_send(moment: datetime) -> bool:
    """Say whether people may be written to now."""
    return SEND_FROM <= moment.astimezone(VIETNAM).time() < SEND_UNTIL


def next_check(dossier: Dossier, moment: datetime, pace: float = 1.0) -> datetime:
    """Return when to look again, within office hours, spread at random.

    Twice a working day while the office works on it, once a day while the citizen must act, three times
    around the due day.

    Args:
        dossier: As last seen.
        moment: Now, UTC.
        pace: Factor on the intervals; under 1 is only for trials with the sandbox, and ignores office hours.
    """
    today = moment.astimezone(VIETNAM).date()
    interval = _TWICE_A_DAY if dossier.status in _WITH_OFFICE else _DAILY
    if dossier.due_on and dossier.status.runs and abs((dossier.due_on - today).days) <= 1:
        interval = _OFTEN
    planned = moment + interval * pace * random.uniform(1, 1 + JITTER)  # noqa: S311
    return _into_office_hours(planned) if pace >= 1 else planned


def after_failure(failures: int, moment: datetime) -> datetime:
    """Return when to look again after a system did not answer, later each time, at most half a day."""
    minutes = min(10 * 2**failures, 720)
    return _into_office_hours(moment + timedelta(minutes=minutes * random.uniform(1, 1 + JITTER)))  # noqa: S311


_WITH_OFFICE = {Status.UNKNOWN, Status.REGISTERED, Status.ACCEPTED, Status.PROCESSING}


def _into_office_hours(moment: datetime) -> datetime:
    local = moment.astimezone(VIETNAM)
    day: date = local.date()
    if local.time() >= WORK_UNTIL:
        day += timedelta(days=1)
    elif local.weekday() != SUNDAY and local.time() >= WORK_FROM:
        return moment
    while day.weekday() == SUNDAY:
        day += timedelta(days=1)
    opening = datetime.combine(day, WORK_FROM, VIETNAM)
    # All that waited over night must not come at once.
    return (opening + timedelta(minutes=random.uniform(0, 90))).astimezone(moment.tzinfo)  # noqa: S311
