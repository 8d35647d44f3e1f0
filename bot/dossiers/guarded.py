"""A system behind its guards: breaker, limits of pace and number, time limit, figures."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from bot.dossiers.breaker import Breaker
from bot.dossiers.code import DossierCode
from bot.dossiers.dossier import Dossier
from bot.dossiers.errors import DossierError, NotFound, RateLimited, SystemFault, Unavailable, WrongProof
from bot.dossiers.metrics import LOOKUP_SECONDS
from bot.dossiers.port import DossierSystem
from bot.dossiers.proof import Proof

logger = logging.getLogger(__name__)

SLOW_SECONDS = 0.25
"""A request that takes longer makes the system count as slow until it ends."""


class GuardedSystem:
    """A `DossierSystem` that protects the service from the system, and the system from us."""

    def __init__(
        self,
        name: str,
        system: DossierSystem,
        *,
        at_once: int,
        per_second: float | None,
        seconds: float,
        breaker: Breaker | None = None,
    ) -> None:
        self.name = name
        self._system = system
        self._slots = asyncio.Semaphore(at_once)
        self._gap = 1.0 / per_second if per_second else 0.0
        self._next = 0.0
        self._seconds = seconds
        self._running: dict[object, float] = {}
        self.breaker = breaker or Breaker(name)

    @property
    def is_slow(self) -> bool:
        """Whether a request has been waiting for long, so that others should not wait in their turn."""
        # Requests begin in order, so the first one is the oldest.
        oldest = next(iter(self._running.values()), None)
        return oldest is not None and time.monotonic() - oldest > SLOW_SECONDS

    async def lookup(self, code: DossierCode, proof: Proof | None = None) -> Dossier:
        """See `DossierSystem.lookup`; always ends within the time limit of the system."""
        if not self.breaker.admit():
            raise Unavailable("breaker open")
        marker = object()
        started = self._running[marker] = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                dossier = await self._ask(code, proof)
        except (NotFound, WrongProof):
            self.breaker.succeeded()
            raise
        except RateLimited as error:
            self.breaker.failed(error.seconds)
            raise
        except SystemFault as error:
            self._note(error)
            raise
        except TimeoutError:
            fault = Unavailable("time limit")
            self._note(fault)
            raise fault from None
        except asyncio.CancelledError:
            self.breaker.abandoned()
            raise
        except Exception as error:
            # A mistake of ours in reading: no text of it, which may hold what was read.
            self._note(error)
            raise SystemFault(type(error).__name__) from None
        finally:
            self._running.pop(marker)
            LOOKUP_SECONDS.labels(self.name).observe(time.monotonic() - started)
        self.breaker.succeeded()
        return dossier

    async def close(self) -> None:
        """Close connections."""
        with suppress(DossierError):
            await self._system.close()

    async def _ask(self, code: DossierCode, proof: Proof | None) -> Dossier:
        async with self._slots:
            if self._gap:
                moment = time.monotonic()
                self._next = max(self._next, moment) + self._gap
                await asyncio.sleep(self._next - self._gap - moment)
            return await self._system.lookup(code, proof)

    def _note(self, error: Exception) -> None:
        self.breaker.failed()
        text = str(error) if isinstance(error, SystemFault) else ""
        logger.warning("dossier system %s: %s %s", self.name, type(error).__name__, text)
