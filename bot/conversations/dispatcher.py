"""The dispatcher: takes waiting messages, runs their turns, ends each in one transaction."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import now
from bot.conversations.choices import choose
from bot.conversations.inbox import OriginalTexts
from bot.conversations.messages import ConversationId, Kind, Turn, TurnResult
from bot.conversations.queue import Claim, InboxQueue
from bot.conversations.sentences import APOLOGY, STALE_CHOICE
from bot.conversations.states import State, StateConflict
from bot.conversations.turns import finish_turn
from bot.conversations.wakeups import Wakeups
from bot.metrics import TURN_FAILURES, TURN_SECONDS, TURNS, WAITING
from bot.storage.database import Database
from bot.storage.tables import inbox, outbox

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
"""How often a process looks for messages that nobody took, for example after a crash."""
TURN_LIMIT_SECONDS = 15.0
MAX_ATTEMPTS = 3
RETRY_SECONDS = (1.0, 5.0)
RECENT_REPLIES = 30
"""How many earlier replies of a conversation keep their buttons alive."""


class Engine(Protocol):
    """What the dispatcher needs of a dialogue engine."""

    async def respond(self, turn: Turn) -> TurnResult:
        """Return the replies to one message and the new dialogue state; touch no database."""


class Dispatcher:
    """Runs turns of many conversations side by side, and of each one by one."""

    def __init__(self, database: Database, engine: Engine, wakeups: Wakeups, originals: OriginalTexts) -> None:
        self._database = database
        self._engine = engine
        self._wakeups = wakeups
        self._originals = originals
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
            try:
                for conversation_id in await self._queue.waiting(older_than):
                    self.enqueue(conversation_id)
                older_than = timedelta(seconds=SWEEP_SECONDS)
            except (SQLAlchemyError, OSError) as error:
                logger.warning("looking for waiting messages failed: %s", type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)

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
        except (SQLAlchemyError, OSError) as error:
            # The message stays in the inbox; the sweep finds it when the database is back.
            TURN_FAILURES.labels(type(error).__name__).inc()
            logger.warning("a turn will be repeated: %s", type(error).__name__)
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
                result = await self._run(claim)
                async with claim.write as connection:
                    await finish_turn(connection, claim, result)
                    await self._wakeups.announce_reply(connection, conversation_id)
        except StateConflict:
            return True
        except _TurnFailed as failure:
            await self._postpone(failure.claim)
            return True
        self._originals.forget(claim.inbox_id)
        self._wakeups.reply(conversation_id)
        TURN_SECONDS.observe(time.perf_counter() - started)
        outcome = result.replies[0].outcome.value if result.replies else "silent"
        TURNS.labels(claim.channel, outcome).inc()
        return True

    async def _run(self, claim: Claim) -> TurnResult:
        if claim.held.state is not State.BOT:
            return TurnResult((), None)
        if claim.attempts >= MAX_ATTEMPTS:
            return TurnResult((APOLOGY,), None)
        turn = await self._turn(claim)
        if turn is None:
            return TurnResult((STALE_CHOICE,), None)
        try:
            async with asyncio.timeout(TURN_LIMIT_SECONDS):
                return await self._engine.respond(turn)
        except Exception as error:
            TURN_FAILURES.labels(type(error).__name__).inc()
            logger.exception("turn %s failed", claim.inbox_id)
            raise _TurnFailed(claim) from error

    async def _turn(self, claim: Claim) -> Turn | None:
        """Return what the engine gets, or None for a button that is not ours."""
        payload: str | None = None
        text = self._originals.peek(claim.inbox_id) or claim.text
        if claim.kind == Kind.CHOICE:
            payload = await self._payload_of(claim)
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

    async def _payload_of(self, claim: Claim) -> str | None:
        for choice in claim.open_choices:
            if choice["id"] == claim.choice_id:
                return choice["payload"]
        async with self._database.read() as connection:
            bodies = await connection.scalars(
                select(outbox.c.body)
                .where(outbox.c.conversation_id == claim.conversation_id)
                .order_by(outbox.c.seq.desc())
                .limit(RECENT_REPLIES)
            )
            for body in bodies:
                for button in body["buttons"]:
                    if button["id"] == claim.choice_id:
                        return str(button["payload"])
        return None

    async def _postpone(self, claim: Claim) -> None:
        """Count a failed attempt; the last one is answered with an apology."""
        delay = RETRY_SECONDS[min(claim.attempts, len(RETRY_SECONDS) - 1)]
        is_last = claim.attempts + 1 >= MAX_ATTEMPTS
        async with self._database.write() as connection:
            await connection.execute(
                update(inbox)
                .where(inbox.c.id == claim.inbox_id, inbox.c.status == "pending")
                .values(
                    attempts=claim.attempts + 1,
                    retry_at=None if is_last else now() + timedelta(seconds=delay),
                )
            )


class _TurnFailed(RuntimeError):
    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        super().__init__(claim.inbox_id)
