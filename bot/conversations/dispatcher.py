"""The dispatcher: takes waiting messages, runs their turns, ends each in one transaction."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bot.conversations.choices import choose
from bot.conversations.holding import CitizenDesk
from bot.conversations.inbox import OriginalTexts
from bot.conversations.ledger.choose import ledger_of
from bot.conversations.marks import unmarked
from bot.conversations.messages import ConversationId, Kind, Turn, TurnResult
from bot.conversations.queue import Claim, InboxQueue
from bot.conversations.sentences import APOLOGY, STALE_CHOICE
from bot.conversations.states import State, StateConflict
from bot.conversations.turns import finish_turn
from bot.conversations.waiting import TurnWaits
from bot.conversations.wakeups import Wakeups
from bot.metrics import TURN_FAILURES, TURN_SECONDS, TURNS, WAITING
from bot.storage.database import Database, is_passing

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
"""Attempts at a turn, also those that the process did not survive; then comes an apology."""


@dataclass(frozen=True, slots=True)
class TurnTimes:
    """The rhythm of a dispatcher, in seconds."""

    sweep: float = 1.0
    """How often a process looks for messages that nobody took, for example after a crash."""
    turn_limit: float = 15.0
    retry: tuple[float, ...] = (1.0, 5.0)
    """Pauses after a first, second… failure of a turn."""
    lease: float = 5.0
    """After this another process may take a message whose process died; living ones renew it."""


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
        desk: CitizenDesk | None = None,
    ) -> None:
        """Join the parts.

        Args:
            database: Where messages are.
            engine: Answers for the bot.
            wakeups: Says that messages wait.
            originals: Unmasked texts of messages this process accepted.
            times: The rhythm.
            desk: Hears what is for a person; without one the bot is silent while it does not hold a
                conversation.
        """
        self._engine = engine
        self._desk = desk
        self._wakeups = wakeups
        self._originals = originals
        self._times = times or TurnTimes()
        self._ledger = ledger_of(database)
        self._queue = InboxQueue(database, self._ledger, timedelta(seconds=self._times.lease))
        self._ready: deque[ConversationId] = deque()
        self._queued: set[ConversationId] = set()
        self._running: dict[ConversationId, bool] = {}
        self._parked: dict[ConversationId, asyncio.Task[None]] = {}
        self._work = asyncio.Event()
        # Rasa computes on the event loop; more slots only help while database and actions wait.
        self._slots = 8 if database.is_postgresql else 4

    def enqueue(self, conversation_id: ConversationId) -> None:
        """Note that a message of this conversation waits."""
        if conversation_id in self._parked:
            return
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
            await _end(workers)
            # Now no turn can be parked any more.
            await _end(list(self._parked.values()))

    async def _sweep(self) -> None:
        older_than = timedelta(0)
        while True:
            self._originals.drop_old()
            try:
                await self._queue.keep_up()
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
        async with self._queue.claim(conversation_id) as claim:
            if claim is None:
                return False
            try:
                result, again = await self._run_and_finish(claim)
            except TurnWaits as waiting:
                await self._park(claim, waiting.until)
                return False
            except StateConflict:
                await self._queue.give_back(claim)
                return True
            except _TurnFailed:
                await self._queue.postpone(claim, self._pause(claim))
                return True
            except Exception:
                await self._queue.give_back(claim)
                raise
        self._originals.forget(claim.inbox_id)
        self._wakeups.reply(conversation_id)
        self._wakeups.outgoing(claim.channel)
        TURN_SECONDS.observe(time.perf_counter() - started)
        outcome = result.replies[0].outcome.value if result.replies else "silent"
        TURNS.labels(claim.channel, outcome).inc()
        return again

    async def _park(self, claim: Claim, until: asyncio.Future[Any]) -> None:
        """Take the conversation up again when what it waits for is done, or took too long.

        Other processes leave it alone meanwhile: they have not what is awaited, nor the original text.
        """
        conversation_id = claim.conversation_id
        await self._queue.park(claim, timedelta(seconds=self._times.turn_limit))

        async def resume() -> None:
            await asyncio.wait({until}, timeout=self._times.turn_limit)
            try:
                await self._queue.resume(claim)
            except Exception as error:
                # It is then taken up by the sweep, when the time given above is over.
                logger.warning("a waiting turn comes later: %s", type(error).__name__)
            finally:
                del self._parked[conversation_id]
            self.enqueue(conversation_id)

        self._parked[conversation_id] = asyncio.create_task(resume(), name="parked")

    async def _run_and_finish(self, claim: Claim) -> tuple[TurnResult, bool]:
        """Return what the turn produced, once it is written, and whether to look again.

        Raises:
            StateConflict: Nothing was written, because the conversation is no longer ours to answer.
            TurnWaits: Nothing was written, because the answer of another system is awaited.
            _TurnFailed: The turn or its result is at fault; it is counted.
            Exception: The database is away; the turn is repeated without counting.
        """
        if (taken := await self._taken(claim)) is not None:
            return taken, True
        try:
            result = await self._run(claim)
        except TurnWaits:
            raise
        except Exception as error:
            raise _failed(claim, error) from error
        try:
            if result.wants is not None and self._desk is not None:
                return await self._desk.grant(claim, result), True
            again = await finish_turn(self._ledger, self._wakeups, claim, result)
        except StateConflict:
            raise
        except Exception as error:
            if is_passing(error):
                raise
            # For example a text that the database refuses: repeating it for ever would help nobody.
            raise _failed(claim, error) from error
        return result, again

    async def _taken(self, claim: Claim) -> TurnResult | None:
        """Let the desk take a message; return what it said, or None when the message is the bot's.

        However often processes died over it, a message for an officer is not given up: nothing is computed
        here that could be deadly. Only a fault of the desk itself ends in silence.
        """
        if self._desk is None:
            return None
        text = self._originals.peek(claim.inbox_id) or claim.text
        try:
            return await self._desk.take(claim, text, self._payload(claim, text))
        except StateConflict:
            raise
        except Exception as error:
            if is_passing(error):
                raise
            failed = _failed(claim, error)
            if claim.attempts > MAX_ATTEMPTS:
                return None
            raise failed from error

    async def _run(self, claim: Claim) -> TurnResult:
        if claim.held.state is not State.BOT:
            return TurnResult((), None, awaits=claim.awaits)
        if claim.attempts > MAX_ATTEMPTS:
            logger.error("message %s is given up after %s attempts", claim.inbox_id, MAX_ATTEMPTS)
            return TurnResult((APOLOGY,), None, awaits=claim.awaits)
        turn = self._turn(claim)
        if turn is None:
            return TurnResult((STALE_CHOICE,), None, awaits=claim.awaits)
        async with asyncio.timeout(self._times.turn_limit):
            return await self._engine.respond(turn)

    def _turn(self, claim: Claim) -> Turn | None:
        """Return what the engine gets, or None for a button that is not ours."""
        # What was written to a person may reach the bot after all, when the talk ended in the same moment.
        text = unmarked(self._originals.peek(claim.inbox_id) or claim.text)
        payload = self._payload(claim, text)
        if payload is None and claim.kind == Kind.CHOICE:
            return None
        return Turn(
            claim.conversation_id,
            claim.channel,
            text,
            payload,
            claim.dialogue,
            unsupported=claim.kind == Kind.UNSUPPORTED,
            awaits=claim.awaits,
        )

    @staticmethod
    def _payload(claim: Claim, text: str) -> str | None:
        """Return the command behind a button that was pressed, or named by its words or number."""
        if claim.kind == Kind.CHOICE:
            return claim.payload
        chosen = choose(text, claim.open_choices)
        return chosen["payload"] if chosen else None

    def _pause(self, claim: Claim) -> timedelta | None:
        """Return how long a message waits after a failed attempt; the last one gets its apology at once."""
        if claim.attempts >= MAX_ATTEMPTS:
            return None
        pauses = self._times.retry
        return timedelta(seconds=pauses[min(claim.attempts, len(pauses)) - 1])


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _failed(claim: Claim, error: Exception) -> _TurnFailed:
    TURN_FAILURES.labels(type(error).__name__).inc()
    logger.error("turn %s failed", claim.inbox_id, exc_info=error)
    return _TurnFailed(claim.inbox_id)


class _TurnFailed(RuntimeError):
    """The turn or its result is at fault."""
