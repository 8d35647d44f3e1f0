"""Faults on demand: slow, hanging, 5xx, garbage, expired sessions, maintenance, too many requests."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response


class Contract(StrEnum):
    """What the sandbox speaks."""

    NATIONAL = "national"
    OPENCPS = "opencps"
    IGATE = "igate"


class Fault(StrEnum):
    """What may go wrong."""

    NONE = "none"
    SLOW = "slow"
    HANG = "hang"
    ERROR = "error"
    MAINTENANCE = "maintenance"
    GARBAGE = "garbage"
    HUGE = "huge"
    EXPIRED = "expired"
    LIMITED = "limited"
    OTHER_CODE = "other_code"


MAINTENANCE = "<!doctype html><title>Bảo trì</title><h1>Hệ thống đang bảo trì</h1>"
HANG_SECONDS = 120.0


@dataclass(slots=True)
class Faults:
    """The faults in force, by contract."""

    active: dict[Contract, tuple[Fault, float, float]] = field(default_factory=dict)
    """Contract → fault, its seconds, and until when (monotonic) it is in force."""

    def set(self, contract: Contract | None, fault: Fault, *, seconds: float = 2.0, minutes: float = 5.0) -> None:
        """Let a contract, or all of them, fail for some minutes."""
        for one in [contract] if contract else Contract:
            self.active[one] = (fault, seconds, time.monotonic() + minutes * 60)

    def current(self, contract: Contract) -> Fault:
        """Return the fault in force."""
        fault, _, until = self.active.get(contract, (Fault.NONE, 0.0, 0.0))
        return fault if time.monotonic() < until else Fault.NONE

    async def strike(self, contract: Contract) -> Response | None:
        """Delay, or return the faulty answer; None when the request may be answered."""
        fault = self.current(contract)
        if fault is Fault.SLOW:
            await asyncio.sleep(self.active[contract][1])
        if fault is Fault.HANG:
            await asyncio.sleep(HANG_SECONDS)
        if fault is Fault.ERROR:
            return PlainTextResponse("Internal Server Error", 500)
        if fault is Fault.MAINTENANCE:
            return HTMLResponse(MAINTENANCE, 503, {"Retry-After": "600"})
        if fault is Fault.GARBAGE:
            return PlainTextResponse('{"error_code":"0","result":[{"MaHoSo":"H49', 200)
        if fault is Fault.HUGE:
            return PlainTextResponse('{"x":"' + "a" * 3_000_000 + '"}', 200)
        if fault is Fault.LIMITED:
            return JSONResponse({"message": "too many requests"}, 429, {"Retry-After": "30"})
        return None
