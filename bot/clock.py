"""The two clocks: UTC for what is stored, Việt Nam for what people read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def today_in_vietnam() -> date:
    """Return the calendar day in Việt Nam, by which fees and holidays are counted."""
    return datetime.now(VIETNAM).date()


def aware(moment: datetime) -> datetime:
    """Return `moment` in UTC; SQLite gives back naive values."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
