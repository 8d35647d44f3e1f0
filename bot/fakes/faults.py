"""Faults of a platform, switched on for the next calls or drawn by chance from a seed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Answer = Callable[[], Awaitable[Response]]


class FaultKind(StrEnum):
    """What goes wrong."""

    STATUS = "status"
    """Answer with an HTTP status and do nothing."""
    SLOW = "slow"
    """Do it, and answer late."""
    DROP_BEFORE = "drop_before"
    """Do nothing and close the connection."""
    DROP_AFTER = "drop_after"
    """Do it and close the connection: the caller cannot know."""
    ERROR = "error"
    """Answer in the platform's own form with an error code; `code` says which."""


@dataclass(slots=True)
class Fault:
    """A fault for the next `times` calls of `method` (`*` for any); a chance below 1 draws each time."""

    kind: FaultKind
    method: str = "*"
    times: int = 1
    code: int = 500
    seconds: float = 0.0
    chance: float = 1.0


class Dropped(Response):
    """Begins an answer and closes the connection in its middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a head that promises a body, and no body."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"64")]})
        raise ConnectionAbortedError("a fault that was asked for")


class Faults:
    """The faults in force."""

    def __init__(self, seed: int = 0) -> None:
        self._faults: list[Fault] = []
        self._dice = random.Random(seed)

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Be well again."""
        self._faults.clear()

    def shown(self) -> list[dict[str, Any]]:
        """Return the faults in force."""
        return [{"kind": f.kind.value, "method": f.method, "times": f.times, "code": f.code} for f in self._faults]

    async def around(self, method: str, answer: Answer, error: Callable[[int], Response]) -> Response:
        """Return the answer to a call, spoiled by the first fault that fits.

        Args:
            method: The name of the call.
            answer: Carries the call out.
            error: Makes an answer of the platform's own form from an error code.
        """
        fault = self._take(method)
        if fault is None:
            return await answer()
        match fault.kind:
            case FaultKind.STATUS:
                return Response("<html>fault</html>", fault.code, media_type="text/html")
            case FaultKind.ERROR:
                return error(fault.code)
            case FaultKind.DROP_BEFORE:
                return Dropped()
            case FaultKind.DROP_AFTER:
                await answer()
                return Dropped()
            case FaultKind.SLOW:
                response = await answer()
                await asyncio.sleep(fault.seconds)
                return response

    def _take(self, method: str) -> Fault | None:
        for fault in self._faults:
            if fault.method in {"*", method} and self._dice.random() < fault.chance:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None
