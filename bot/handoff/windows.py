"""How long a citizen on Zalo can still be answered: counted from their last message there.

48 hours without a fee, 7 days where the operator lets messages be billed (`MOTCUA_ZALO_ALLOW_BILLED`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.zalo.windows import FREE, OPEN
from bot.clock import VIETNAM, aware, now
from bot.handoff.hours import Hours
from bot.handoff.settings import DeskSettings
from bot.storage.handoff_tables import handoffs
from bot.storage.tables import conversations

ZALO = "zalo"
BEFORE_CLOSING = timedelta(minutes=15)
"""Before the office closes, when the window ends while nobody is there."""
LOOK_BACK_DAYS = 14


@dataclass(frozen=True, slots=True)
class Window:
    """Until when a citizen can be written to, as it is at one moment."""

    free_until: datetime
    closes_at: datetime
    """The platform, or the operator, refuses what is sent later."""
    at: datetime
    soon: timedelta

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing now."""
        return self.at <= self.free_until

    @property
    def is_open(self) -> bool:
        """Whether an answer would be taken now."""
        return self.at <= self.closes_at

    @property
    def is_soon(self) -> bool:
        """Whether little time is left."""
        return self.is_open and self.closes_at - self.at <= self.soon


class Windows:
    """Reads windows; `None` stands for a channel without one."""

    def __init__(self, settings: DeskSettings, clock: Callable[[], datetime] = now) -> None:
        self._open = OPEN if settings.zalo_allow_billed else FREE
        self._soon = timedelta(minutes=settings.window_soon_minutes)
        self._clock = clock

    def of(self, channel: str, last_message_at: datetime | None) -> Window | None:
        """Return the window of a citizen who wrote last at a moment."""
        if channel != ZALO or last_message_at is None:
            return None
        last = aware(last_message_at)
        return Window(last + FREE, last + self._open, self._clock(), self._soon)

    async def read(self, connection: AsyncConnection, channel: str, conversation_id: str | None) -> Window | None:
        """Return the window of a conversation."""
        if channel != ZALO or conversation_id is None:
            return None
        last = await connection.scalar(
            select(conversations.c.last_message_at).where(conversations.c.id == conversation_id)
        )
        return self.of(channel, last)

    def rank(self) -> ColumnElement[int]:
        """Return 0 for those whose window closes soon, else 1; needs `conversations` beside `handoffs`."""
        moment = self._clock()
        is_lifted = and_(
            handoffs.c.channel == ZALO,
            conversations.c.last_message_at >= moment - self._open,
            conversations.c.last_message_at <= moment - self._open + self._soon,
        )
        return case((is_lifted, literal(0)), else_=literal(1))

    def warn_at(self, window: Window | None, hours: Hours) -> datetime | None:
        """Return when officers should be told that a window closes: while somebody is there to act on it."""
        if window is None or not window.is_open:
            return None
        due = max(window.closes_at - window.soon, window.at)
        opens = hours.next_open(due)
        if opens is not None and opens < window.closes_at:
            return opens
        closed = hours.last_closing(due, LOOK_BACK_DAYS)
        return max(closed - BEFORE_CLOSING, window.at) if closed is not None and closed > window.at else None


def closed_sentence(window: Window, request: str | None) -> str:
    """Say why an answer was not taken, and what can be done instead.

    Args:
        window: The window, which is closed.
        request: Number of a message left with a phone number, if there is one.
    """
    hours = round((window.closes_at - window.free_until + FREE).total_seconds() / 3600)
    limit = f"{hours} giờ" if hours <= 48 else f"{hours // 24} ngày"
    ended = window.closes_at.astimezone(VIETNAM)
    why = (
        f"Zalo chỉ cho trả lời trong {limit} kể từ tin cuối của người dân, đã hết hạn lúc "
        f"{ended:%H:%M ngày %d/%m/%Y} nên tin chưa gửi."
    )
    if request is not None:
        return f"{why} Người dân có để lại số điện thoại: gọi theo {request}, mục “Lời nhắn ngoài giờ”."
    return f"{why} Người dân chưa để lại số điện thoại; khi họ nhắn lại, anh/chị trả lời được ngay."
