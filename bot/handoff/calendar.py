"""Public holidays of Việt Nam, lunar ones included, and the Saturdays worked instead of a swapped day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from holidays import HolidayBase, country_holidays


@lru_cache(maxsize=8)
def _year(year: int) -> HolidayBase:
    return country_holidays("VN", years=year, expand=False)


def is_holiday(day: date) -> bool:
    """Say whether a day is a public holiday, a substitute of one, or swapped off."""
    return day in _year(day.year)


def is_worked_instead(day: date) -> bool:
    """Say whether a Saturday or Sunday is worked because another day was swapped off."""
    return day in _year(day.year).weekend_workdays


def holiday_name(day: date) -> str | None:
    """Return the Vietnamese name of a holiday, or None for an ordinary day."""
    name = country_holidays("VN", years=day.year, expand=False, language="vi").get(day)
    return str(name) if name else None
