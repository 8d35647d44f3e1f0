"""How long we may write to a person: 48 hours for free, 7 days at a price, then no more.

The clock starts with the person's last interaction (developers.zalo.me, tin tư vấn; states of 2026).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bot.channels.base import ReplyWindow
from bot.clock import aware

FREE = timedelta(hours=48)
OPEN = timedelta(days=7)


class Window(StrEnum):
    """What a message costs now."""

    FREE = "free"
    BILLED = "billed"
    CLOSED = "closed"


def window_at(moment: datetime, last_interaction: datetime) -> Window:
    """Return what a message would cost at a moment."""
    age = moment - aware(last_interaction)
    if age <= FREE:
        return Window.FREE
    return Window.BILLED if age <= OPEN else Window.CLOSED


def window_of(last_interaction: datetime, *, is_reachable: bool = True) -> ReplyWindow:
    """Return until when a person may be written to."""
    last = aware(last_interaction)
    return ReplyWindow(last + FREE, last + OPEN, is_reachable)
