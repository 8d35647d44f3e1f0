"""The desk: one look-up from brakes to audit, and the results a repeated turn finds again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from bot.dossiers.audit import Audit
from bot.dossiers.brakes import Brake, Brakes
from bot.dossiers.code import DossierCode
from bot.dossiers.dossier import Dossier
from bot.dossiers.errors import NotFound, SystemFault, WrongProof
from bot.dossiers.guarded import GuardedSystem
from bot.dossiers.metrics import LOOKUPS
from bot.dossiers.proof import Proof
from bot.dossiers.register import Register
from bot.dossiers.status import Status

logger = logging.getLogger(__name__)

KEPT_SECONDS = 20.0
"""How long the result of a look-up answers the same question again, as when a turn is repeated."""
MOST_KEPT = 5_000
_SECONDS_BY_STATUS = {
    **dict.fromkeys((Status.REGISTERED, Status.ACCEPTED, Status.PROCESSING), 60.0),
    **dict.fromkeys((Status.SUPPLEMENT, Status.PAYMENT, Status.READY), 30.0),
}


class Outcome(StrEnum):
    """How a look-up ended; goes into audit and metrics."""

    FOUND = "found"
    PROVEN = "proven"
    NOT_FOUND = "not_found"
    WRONG_PROOF = "wrong_proof"
    LOCKED = "locked"
    PAUSED = "paused"
    UNAVAILABLE = "unavailable"
    NO_SYSTEM = "no_system"


@dataclass(frozen=True, slots=True)
class Result:
    """What a look-up gave."""

    code: DossierCode
    outcome: Outcome
    dossier: Dossier | None = None
    """Only what may be told: without proof, status and due day."""
    minutes: int | None = None
    """How long a lock or a pause lasts."""


@dataclass(frozen=True, slots=True)
class Question:
    """One look-up asked for."""

    code: DossierCode
    channel: str
    conversation_id: str | None = None
    """None for staff and for the watcher."""
    proof: Proof | None = None
    has_proven: bool = False
    """Whether the conversation has proven this dossier lately."""


class Desk:
    """Answers questions about dossiers."""

    def __init__(self, register: Register, brakes: Brakes, audit: Audit) -> None:
        self._register = register
        self._brakes = brakes
        self._audit = audit
        self._kept: OrderedDict[str, tuple[float, asyncio.Task[Result]]] = OrderedDict()
        self._cache: OrderedDict[str, tuple[float, Dossier]] = OrderedDict()

    def begin(self, question: Question) -> asyncio.Task[Result]:
        """Return the running or finished look-up for a question; the same question shares one.

        A proof is kept only as part of a hash.
        """
        key = _key(question)
        self._drop_old()
        kept = self._kept.get(key)
        if kept is None or (kept[1].done() and (kept[1].cancelled() or kept[1].exception())):
            task = asyncio.create_task(self.look_up(question), name="dossier")
            # Nobody may be waiting when it fails.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            kept = self._kept[key] = (time.monotonic(), task)
        return kept[1]

    def forget(self, question: Question) -> None:
        """Ask anew next time, as after a fault that was told to the citizen."""
        self._kept.pop(_key(question), None)

    def is_slow(self, code: DossierCode) -> bool:
        """Say whether the system of a code makes others wait at present."""
        system = self._register.find(code)
        return system is not None and system.is_slow

    async def look_up(self, question: Question) -> Result:
        """Return what may be told about a dossier; faults become outcomes."""
        started = time.monotonic()
        system = self._register.find(question.code)
        if system is None:
            return Result(question.code, Outcome.NO_SYSTEM)
        if brake := await self._brake(question):
            result = Result(question.code, Outcome(brake.kind), minutes=brake.minutes)
        else:
            result = await self._ask(system, question)
        await self._record(system, question, result, time.monotonic() - started)
        return result

    async def _brake(self, question: Question) -> Brake | None:
        if not question.conversation_id or (question.has_proven and question.proof is None):
            return None
        if question.proof is not None:
            return await self._brakes.reserve(question.conversation_id, question.code)
        return await self._brakes.check(question.conversation_id, question.code)

    async def _ask(self, system: GuardedSystem, question: Question) -> Result:
        code = question.code
        # The watcher wants to know what has changed, not what was so a minute ago.
        if question.conversation_id and question.proof is None and (dossier := self._cached(code)):
            return self._told(dossier, proven=question.has_proven)
        try:
            dossier = await system.lookup(code, question.proof)
        except (NotFound, WrongProof) as error:
            outcome = Outcome.NOT_FOUND if isinstance(error, NotFound) else Outcome.WRONG_PROOF
            minutes = None
            if question.conversation_id:
                with_proof = question.proof is not None
                minutes = await self._brakes.missed(question.conversation_id, code, with_proof=with_proof)
            return Result(code, outcome, minutes=minutes)
        except SystemFault:
            if question.conversation_id and question.proof:
                await self._brakes.give_back(code)
            return Result(code, Outcome.UNAVAILABLE)
        self._remember(dossier)
        return self._told(dossier, proven=dossier.proven or question.has_proven)

    def _told(self, dossier: Dossier, *, proven: bool) -> Result:
        outcome = Outcome.PROVEN if proven else Outcome.FOUND
        return Result(dossier.code, outcome, dossier.shown(proven=proven))

    async def _record(self, system: GuardedSystem, question: Question, result: Result, seconds: float) -> None:
        LOOKUPS.labels(system.name, result.outcome.value).inc()
        has_fitted = question.proof is not None and result.outcome is Outcome.PROVEN
        forgiven: tuple[str, ...] = ()
        if question.conversation_id and has_fitted:
            forgiven = self._brakes.forgiven(question.conversation_id, question.code)
        await self._audit.record(
            {
                "conversation_id": question.conversation_id,
                "channel": question.channel,
                "system": system.name,
                "code": question.code.masked,
                "code_key": self._brakes.code_key(question.code),
                "outcome": result.outcome.value,
                "milliseconds": round(seconds * 1000),
            },
            forgiven,
        )

    def _cached(self, code: DossierCode) -> Dossier | None:
        kept = self._cache.get(str(code))
        if kept is None or kept[0] < time.monotonic():
            return None
        return kept[1]

    def _remember(self, dossier: Dossier) -> None:
        seconds = _SECONDS_BY_STATUS.get(dossier.status, 600.0 if dossier.status.is_final else 0.0)
        self._cache[str(dossier.code)] = (time.monotonic() + seconds, dossier)
        self._cache.move_to_end(str(dossier.code))
        while len(self._cache) > MOST_KEPT:
            self._cache.popitem(last=False)

    def _drop_old(self) -> None:
        until = time.monotonic() - KEPT_SECONDS
        while self._kept:
            key, (begun, task) = next(iter(self._kept.items()))
            if begun > until or not task.done():
                break
            del self._kept[key]
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def _key(question: Question) -> str:
    secret = question.proof.secret if question.proof else ""
    said = f"{question.conversation_id}\0{question.channel}\0{question.code}\0{question.has_proven}\0{secret}"
    return sha256(said.encode()).hexdigest()
