"""When an office is open: intervals of a day, the next opening, and time counted in office seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import VIETNAM
from bot.handoff.calendar import is_holiday, is_worked_instead

Times = tuple[tuple[time, time], ...]
"""Half-open intervals of one day, in order, never over midnight."""
Interval = tuple[datetime, datetime]
LOOK_AHEAD_DAYS = 60
LATE = timedelta(minutes=10)
"""Requests this shortly before an interval ends are taken with a warning."""
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of one office; `special` goes before `extra_open`, `closed`, holidays and the week."""

    weekly: Mapping[int, Times]
    """By day of the week, Monday is 0."""
    closed: frozenset[date] = frozenset()
    extra_open: Mapping[date, Times] = field(default_factory=dict)
    special: Mapping[date, Times] = field(default_factory=dict)
    zone: ZoneInfo = VIETNAM
    is_holiday: Callable[[date], bool] = is_holiday
    is_worked_instead: Callable[[date], bool] = is_worked_instead

    def times(self, day: date) -> Times:
        """Return when the office is open on a day."""
        if day in self.special:
            return self.special[day]
        if day in self.extra_open:
            return self.extra_open[day]
        if day in self.closed or self.is_holiday(day):
            return ()
        if day.weekday() >= SATURDAY and self.is_worked_instead(day):
            return self.weekly.get(0, ())
        return self.weekly.get(day.weekday(), ())

    def intervals(self, day: date) -> tuple[Interval, ...]:
        """Return the intervals of a day in UTC."""
        return tuple(
            (
                datetime.combine(day, begin, self.zone).astimezone(UTC),
                datetime.combine(day, end, self.zone).astimezone(UTC),
            )
            for begin, end in self.times(day)
        )

    def interval_at(self, moment: datetime) -> Interval | None:
        """Return the interval in which a moment lies, or None when the office is closed."""
        found = self.intervals(moment.astimezone(self.zone).date())
        return next(((begin, end) for begin, end in found if begin <= moment < end), None)

    def is_open(self, moment: datetime) -> bool:
        """Say whether the office is open."""
        return self.interval_at(moment) is not None

    def is_late(self, moment: datetime) -> bool:
        """Say whether the office is open but closes in a few minutes."""
        interval = self.interval_at(moment)
        return interval is not None and interval[1] - moment <= LATE

    def next_open(self, moment: datetime) -> datetime | None:
        """Return when the office is open next, the moment itself if it is; None: not within 60 days."""
        first = next(self._from(moment), None)
        return first[0] if first else None

    def day_ends_at(self, moment: datetime) -> datetime | None:
        """Return when the office closes for the day; None when it has, or does not open that day."""
        found = self.intervals(moment.astimezone(self.zone).date())
        return found[-1][1] if found and moment < found[-1][1] else None

    def last_closing(self, moment: datetime, days: int) -> datetime | None:
        """Return when the office closed last, at lunch or for the day; None: not within `days` days."""
        today = moment.astimezone(self.zone).date()
        for number in range(days):
            ended = [until for _, until in self.intervals(today - timedelta(days=number)) if until <= moment]
            if ended:
                return ended[-1]
        return None

    def office_seconds(self, begin: datetime, end: datetime) -> float:
        """Return how many seconds between two moments the office was open."""
        return sum(
            (min(end, until) - since).total_seconds()
            for since, until in self._from(begin, (end - begin).days + 2)
            if since < end
        )

    def after(self, moment: datetime, seconds: float) -> datetime | None:
        """Return when so many office seconds have passed; None: not within 60 days."""
        left = timedelta(seconds=seconds)
        for since, until in self._from(moment):
            if until - since >= left:
                return since + left
            left -= until - since
        return None

    def _from(self, moment: datetime, days: int = LOOK_AHEAD_DAYS) -> Iterator[Interval]:
        """Yield what is left of the intervals from a moment on."""
        today = moment.astimezone(self.zone).date()
        for number in range(days):
            for since, until in self.intervals(today + timedelta(days=number)):
                if until > moment:
                    yield max(since, moment), until
