"""The dispatcher: takes waiting messages, runs their turns, ends each in one transaction."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from sqlalchemy import update

from bot.clock import now
from bot.conversations.choices import choose
from bot.conversations.inbox import OriginalTexts
from bot.conversations.messages import ConversationId, Kind, Turn, TurnResult
from bot.conversations.queue import Claim, InboxQueue
from bot.conversations.sentences import APOLOGY, STALE_CHOICE
from bot.conversations.states import State, StateConflict
from bot.conversations.turns import PULLED_CHANNELS, finish_turn
from bot.conversations.wakeups import Wakeups
from bot.metrics import TURN_FAILURES, TURN_SECONDS, TURNS, WAITING
from bot.storage.database import Database, is_passing
from bot.storage.tables import inbox

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class TurnTimes:
    """The rhythm of a dispatcher, in seconds."""

    sweep: float = 1.0
    """How often a process looks for messages that nobody took, for example after a crash."""
    turn_limit: float = 15.0
    retry: tuple[float, ...] = (1.0, 5.0)
    """Pauses after a first, second… failure of a turn."""


class Engine(Protocol):
    """What the dispatcher needs of a dialogue engine."""

    async def respond(self, turn: Turn) -> TurnResult:
        """Return the replies to one message and the new dialogue state; touch no database."""


class Dispatcher:
    """Runs turns of many conversations side by side, and of each one by one."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        wakeups: Wakeups,
        originals: OriginalTexts,
        times: TurnTimes | None = None,
    ) -> None:
        self._database = database
        self._engine = engine
        self._wakeups = wakeups
        self._originals = originals
        self._times = times or TurnTimes()
        self._queue = InboxQueue(database)
        self._ready: deque[ConversationId] = deque()
        self._queued: set[ConversationId] = set()
        self._running: dict[ConversationId, bool] = {}
        self._work = asyncio.Event()
        # Rasa computes on the event loop; more slots only help while database and actions wait.
        self._slots = 8 if database.is_postgresql else 4

    def enqueue(self, conversation_id: ConversationId) -> None:
        """Note that a message of this conversation waits."""
        if conversation_id in self._running:
            self._running[conversation_id] = True
        elif conversation_id not in self._queued:
            self._queued.add(conversation_id)
            self._ready.append(conversation_id)
            WAITING.set(len(self._ready))
            self._work.set()

    def is_busy(self) -> bool:
        """Say whether more conversations wait than slots can take next."""
        return len(self._ready) > self._slots

    async def run(self) -> None:
        """Work until cancelled; running turns are allowed to end."""
        self._wakeups.serve_messages(self.enqueue, self.is_busy)
        workers = [asyncio.create_task(self._worker(), name=f"turns-{n}") for n in range(self._slots)]
        try:
            await self._sweep()
        finally:
            self._wakeups.serve_messages(None, lambda: True)
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _sweep(self) -> None:
        older_than = timedelta(0)
        while True:
            self._originals.drop_old()
            try:
                for conversation_id in await self._queue.waiting(older_than):
                    self.enqueue(conversation_id)
                older_than = timedelta(seconds=self._times.sweep)
            except Exception as error:
                # This loop must outlive whatever happens to the database.
                logger.warning("looking for waiting messages failed: %s", type(error).__name__)
            await asyncio.sleep(self._times.sweep)

    async def _worker(self) -> None:
        while True:
            while not self._ready:
                self._work.clear()
                await self._work.wait()
            conversation_id = self._ready.popleft()
            WAITING.set(len(self._ready))
            self._queued.discard(conversation_id)
            if conversation_id in self._running:
                self._running[conversation_id] = True
                continue
            self._running[conversation_id] = False
            turn = asyncio.create_task(self._serve(conversation_id))
            try:
                # A turn that has begun ends even when the process is asked to stop.
                await asyncio.shield(turn)
            except asyncio.CancelledError:
                await turn
                raise

    async def _serve(self, conversation_id: ConversationId) -> None:
        again = False
        try:
            again = await self._take_one(conversation_id)
        except Exception as error:
            # The message stays in the inbox; the sweep finds it when the database is back.
            TURN_FAILURES.labels(type(error).__name__).inc()
            if is_passing(error):
                logger.warning("a turn will be repeated: %s", type(error).__name__)
            else:
                logger.exception("a turn will be repeated")
        finally:
            again = self._running.pop(conversation_id, False) or again
        if again:
            self.enqueue(conversation_id)

    async def _take_one(self, conversation_id: ConversationId) -> bool:
        """Run the next turn of a conversation; say whether to look again at once."""
        started = time.perf_counter()
        try:
            async with self._queue.claim(conversation_id) as claim:
                if claim is None:
                    return False
                result, again = await self._run_and_finish(claim)
        except StateConflict:
            return True
        except _TurnFailed as failure:
            await self._postpone(failure.claim)
            return True
        self._originals.forget(claim.inbox_id)
        self._wakeups.reply(conversation_id)
        self._wakeups.outgoing(claim.channel)
        TURN_SECONDS.observe(time.perf_counter() - started)
        outcome = result.replies[0].outcome.value if result.replies else "silent"
        TURNS.labels(claim.channel, outcome).inc()
        return again

    async def _run_and_finish(self, claim: Claim) -> tuple[TurnResult, bool]:
        """Return what the turn produced, once it is written, and whether to look again.

        Raises:
            StateConflict: Nothing was written, because the conversation is no longer ours to answer.
            _TurnFailed: The turn or its result is at fault; it is counted.
            Exception: The database is away; the turn is repeated without counting.
        """
        try:
            result = await self._run(claim)
        except Exception as error:
            raise _failed(claim, error) from error
        try:
            async with claim.write as connection:
                again = await finish_turn(connection, claim, result)
                await self._wakeups.announce_reply(connection, claim.conversation_id)
                if claim.channel not in PULLED_CHANNELS:
                    await self._wakeups.announce_outgoing(connection, claim.channel)
        except StateConflict:
            raise
        except Exception as error:
            if is_passing(error):
                raise
            # For example a text that the database refuses: repeating it for ever would help nobody.
            raise _failed(claim, error) from error
        return result, again

    async def _run(self, claim: Claim) -> TurnResult:
        if claim.held.state is not State.BOT:
            return TurnResult((), None)
        if claim.attempts >= MAX_ATTEMPTS:
            return TurnResult((APOLOGY,), None)
        turn = self._turn(claim)
        if turn is None:
            return TurnResult((STALE_CHOICE,), None)
        async with asyncio.timeout(self._times.turn_limit):
            return await self._engine.respond(turn)

    def _turn(self, claim: Claim) -> Turn | None:
        """Return what the engine gets, or None for a button that is not ours."""
        text = self._originals.peek(claim.inbox_id) or claim.text
        payload = claim.payload
        if claim.kind == Kind.CHOICE:
            if payload is None:
                return None
        elif chosen := choose(text, claim.open_choices):
            payload = chosen["payload"]
        return Turn(
            claim.conversation_id,
            claim.channel,
            text,
            payload,
            claim.dialogue,
            unsupported=claim.kind == Kind.UNSUPPORTED,
        )

    async def _postpone(self, claim: Claim) -> None:
        """Count a failed attempt; the last one is answered with an apology."""
        pauses = self._times.retry
        pause = timedelta(seconds=pauses[min(claim.attempts, len(pauses) - 1)])
        is_last = claim.attempts + 1 >= MAX_ATTEMPTS
        async with self._database.write() as connection:
            await connection.execute(
                update(inbox)
                .where(
                    inbox.c.id == claim.inbox_id,
                    inbox.c.status == "pending",
                    inbox.c.attempts == claim.attempts,
                )
                .values(attempts=claim.attempts + 1, retry_at=None if is_last else now() + pause)
            )


def _failed(claim: Claim, error: Exception) -> _TurnFailed:
    TURN_FAILURES.labels(type(error).__name__).inc()
    logger.error("turn %s failed", claim.inbox_id, exc_info=error)
    return _TurnFailed(claim)


class _TurnFailed(RuntimeError):
    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        super().__init__(claim.inbox_id)
