"""How facts are written for people: money, dates, times."""

from __future__ import annotations

from datetime import date

from bot.catalogue.facts import Time, Unit

UNITS = {
    Unit.HOUR: "giờ",
    Unit.WORKING_HOUR: "giờ làm việc",
    Unit.DAY: "ngày",
    Unit.WORKING_DAY: "ngày làm việc",
    Unit.MONTH: "tháng",
    Unit.YEAR: "năm",
}


def money(amount: int) -> str:
    """Return an amount in đồng as `20.000 đ`."""
    return f"{amount:,}".replace(",", ".") + " đ"


def day(value: date) -> str:
    """Return a date as `31/12/2026`."""
    return f"{value:%d/%m/%Y}"


def duration(time: Time) -> str:
    """Return a time as `5 ngày làm việc` or `ngay trong ngày`."""
    if time.unit is Unit.SAME_DAY:
        return "ngay trong ngày làm việc"
    unit = UNITS[time.unit]
    if time.amount is None:
        return f"tối đa {time.amount_max} {unit}"
    if time.amount_max is None or time.amount_max == time.amount:
        return f"{time.amount} {unit}"
    return f"{time.amount} đến {time.amount_max} {unit}"
