"""How pages of the desk name things: channels, communes, times."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from bot.clock import VIETNAM, now
from bot.places.guide import project_guide

CHANNEL_WORDS = {"web": "Trang web", "telegram": "Telegram", "zalo": "Zalo", "cli": "Dòng lệnh"}


def unit_name(code: str | None) -> str:
    """Return the name of a commune by its code; an unknown code as it is."""
    return unit_names().get(code, code) if code else ""


@lru_cache(maxsize=1)
def unit_names() -> dict[str, str]:
    """Return code → name of all communes, by name."""
    units = sorted(project_guide().places.units, key=lambda unit: unit.name)
    return {unit.code: unit.full_name for unit in units}


def clock(moment: datetime | None) -> str:
    """Return a time of today as `09:12`, of another day as `09:12 24/11`."""
    if moment is None:
        return "—"
    local = moment.astimezone(VIETNAM)
    return f"{local:%H:%M}" if local.date() == now().astimezone(VIETNAM).date() else f"{local:%H:%M %d/%m}"


def span(seconds: float | None) -> str:
    """Return a length of time as people say it."""
    if seconds is None:
        return "—"
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(0, round(seconds))} giây"
    if minutes < 120:
        return f"{minutes} phút"
    hours = seconds / 3600
    return f"{hours:.1f} giờ".replace(".", ",") if hours < 48 else f"{hours / 24:.1f} ngày".replace(".", ",")


def since(moment: datetime | None) -> str:
    """Return how long ago a moment was."""
    return span((now() - moment).total_seconds()) if moment else "—"
