"""How much one client may ask of the web channel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bot.channels.rate_limits import Rate, RateLimiter
from bot.channels.web_errors import too_fast, too_many_streams

SESSIONS = Rate(60, 60)
MESSAGES = (Rate(10, 10), Rate(60, 600))
MESSAGES_OF_ADDRESS = Rate(300, 60)


@dataclass(frozen=True, slots=True)
class WebLimits:
    """The limits of one process."""

    sessions: Rate = SESSIONS
    """New and renewed sessions of one address; all computers of an office share one."""
    messages: tuple[Rate, ...] = MESSAGES
    """Messages of one session."""
    messages_of_address: Rate = MESSAGES_OF_ADDRESS
    streams: int = 3
    """Event streams and long polls that one session may hold open."""


@dataclass(slots=True)
class OpenStreams:
    """The streams open in this process."""

    limit: int
    is_stopping: bool = False
    """Set by `stop`; streams end when they next look, and clients reconnect elsewhere."""
    _by_session: Counter[str] = field(default_factory=Counter)

    def open(self, session_id: str) -> None:
        """Count a stream.

        Raises:
            WebError: The session has as many as it may.
        """
        if self._by_session[session_id] >= self.limit:
            raise too_many_streams()
        self._by_session[session_id] += 1

    def close(self, session_id: str) -> None:
        """Count a stream as ended."""
        self._by_session[session_id] -= 1
        if self._by_session[session_id] <= 0:
            del self._by_session[session_id]

    def stop(self) -> None:
        """Ask all streams to end, for a shutdown that does not wait ten minutes."""
        self.is_stopping = True


class Throttle:
    """Counts what clients do and refuses what is too much."""

    def __init__(self, limits: WebLimits) -> None:
        self._sessions = RateLimiter(limits.sessions)
        self._messages = RateLimiter(*limits.messages)
        self._addresses = RateLimiter(limits.messages_of_address)

    def session(self, address: str) -> None:
        """Count a new or renewed session.

        Raises:
            WebError: 429, with the time to wait.
        """
        _refuse(self._sessions.take(address))

    def message(self, session_id: str, address: str) -> None:
        """Count a message.

        Raises:
            WebError: 429, with the time to wait.
        """
        _refuse(self._messages.take(session_id))
        _refuse(self._addresses.take(address))


def _refuse(wait: float) -> None:
    if wait > 0:
        raise too_fast(wait)
