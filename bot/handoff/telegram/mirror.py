"""Showing in topics what happens at the desk: in order, joined to spare the group's pace, never twice unsaid.

Of several processes only the one with the lease does it. A copy is claimed by a committed transaction
before it is sent. When nobody knows whether it arrived, lines are sent once more and marked so; other
messages are dropped, and cards are simply edited again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import suppress

from bot.attachments.attachments import Attachments
from bot.channels.keeping import Keeping
from bot.channels.sending import NotTaken
from bot.clock import now
from bot.conversations.outbox import DeliveryError, RetryLater, Undeliverable
from bot.conversations.wakeups import Wakeups
from bot.handoff.copies import DESK, Copy
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import Handoff, Refused, Status
from bot.handoff.telegram.announcements import Announcements
from bot.handoff.telegram.api import GroupApi, GroupMoved, TopicClosed, TopicGone
from bot.handoff.telegram.card import joined, line
from bot.handoff.telegram.copies import MOST_ATTEMPTS, PLACE, CopyQueue, Row
from bot.handoff.telegram.receipts import Receipts
from bot.handoff.telegram.topics import Topics

logger = logging.getLogger(__name__)

LEASE, LEASE_SECONDS, RENEW_SECONDS = "telegram:desk", 30.0, 10.0
POLL_SECONDS, LEAST_PAUSE = 1.0, 0.05
JOIN_SECONDS = 2.0
"""Lines that come so soon after a message of the same topic wait for each other."""
REFRESH_SECONDS = 60.0
"""How often the places on the cards of those who wait are brought up to date."""
UNKNOWN_SECONDS = 2.0
AGAIN = "⚠ Gửi lại, có thể đã hiện ở trên:\n"
LINK_SECONDS = 24 * 3600
_LINES = frozenset({Copy.LINE, Copy.NOTE})
_CARDS = frozenset({Copy.OPENED, Copy.CARD})


class Mirror:
    """The one sender of a group."""

    def __init__(
        self,
        *,
        wakeups: Wakeups,
        keeping: Keeping,
        desk: Handoffs,
        queue: CopyQueue,
        topics: Topics,
        api: GroupApi,
        receipts: Receipts,
        announcements: Announcements,
        kept: Attachments,
        public: str | None,
        join_seconds: float = JOIN_SECONDS,
    ) -> None:
        self._wakeups = wakeups
        self._keeping = keeping
        self._desk = desk
        self._queue = queue
        self._topics = topics
        self._api = api
        self._receipts = receipts
        self._announcements = announcements
        self._kept = kept
        self._public = public
        self._join_seconds = join_seconds
        self._wrote: dict[int, float] = {}
        """When a message with lines of a handoff went out last."""
        self._refresh_at = 0.0
        self._closed_until: dict[str, float] = {}
        """Groups that had enough for now."""

    async def run(self) -> None:
        """Work until cancelled; outlives any failure."""
        clock = asyncio.get_running_loop().time
        renewed = float("-inf")
        try:
            with self._wakeups.subscribe(DESK) as woken:
                while True:
                    woken.clear()
                    pause = POLL_SECONDS
                    try:
                        if clock() - renewed >= RENEW_SECONDS:
                            if not await self._keeping.lease(LEASE, LEASE_SECONDS):
                                await asyncio.sleep(POLL_SECONDS)
                                continue
                            renewed = clock()
                        pause = await self.round()
                    except Exception as error:
                        logger.warning("showing things in topics failed: %s", type(error).__name__)
                    # Under load, a round for each of many changes would slow down those who talk.
                    await asyncio.sleep(LEAST_PAUSE)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await woken.wait()
        finally:
            with suppress(Exception):
                await self._keeping.release(LEASE)

    async def round(self) -> float:
        """Show what may be shown now; return the seconds until there may be more."""
        pause = POLL_SECONDS
        by_handoff: dict[int | None, list[Row]] = defaultdict(list)
        rows = await self._queue.waiting()
        if own := [row for row in rows if _is_own(row)]:
            # Typed in a topic of ours, where it stands already.
            await self._queue.sent(own)
        for row in rows:
            if not _is_own(row):
                by_handoff[row.handoff_id].append(row)
        for handoff_id, rows in by_handoff.items():
            if rows[0].retry_at is not None and rows[0].retry_at > now():
                continue
            pause = min(pause, await self._guarded(handoff_id, rows))
        # Receipts come last: they may wait, what people said may not.
        if not self._is_closed(str(self._receipts.first_group())):
            try:
                await self._receipts.round()
                await self._refresh_cards()
            except RetryLater as error:
                self._close(str(self._receipts.first_group()), error.seconds)
        return max(pause, 0.02)

    async def _refresh_cards(self) -> None:
        """Show the places of those who wait, when the queue has moved.

        Raises:
            RetryLater: The group had enough for now.
        """
        moment = asyncio.get_running_loop().time()
        if moment < self._refresh_at:
            return
        self._refresh_at = moment + REFRESH_SECONDS
        for waiting in await self._desk.desk.queue():
            try:
                await self._topics.show_card(waiting.handoff)
            except RetryLater:
                raise
            except DeliveryError as error:
                # Whatever it is, the next line of this handoff meets it too, and deals with it.
                logger.info("card of handoff %s: %s", waiting.handoff.id, type(error).__name__)

    async def _guarded(self, handoff_id: int | None, rows: list[Row]) -> float:
        """Show what waits of one handoff; return the seconds until it should be looked at again."""
        handoff: Handoff | None = None
        try:
            if handoff_id is None:
                await self._announcements.show_requests(rows)
                return POLL_SECONDS
            handoff = await self._desk.desk.find(handoff_id)
            return await self._serve(handoff, rows)
        except Refused:
            await self._queue.failed(rows)
        except RetryLater as error:
            self._close(handoff.topic_chat if handoff else None, error.seconds)
            return min(error.seconds, POLL_SECONDS)
        except GroupMoved as error:
            if handoff is not None:
                await self._topics.moved(handoff, error.chat_id)
            return 0.0
        except TopicGone:
            if handoff is not None:
                await self._topics.gone(handoff)
            return 0.0
        return POLL_SECONDS

    async def _serve(self, handoff: Handoff, rows: list[Row]) -> float:
        if rows[0].kind is Copy.ERASED or any(row.kind is Copy.ERASED for row in rows):
            await self._announcements.erase(rows)
            return 0.0
        if handoff.conversation_id is None:
            await self._queue.sent(rows)
            return 0.0
        if self._is_closed(handoff.topic_chat):
            return POLL_SECONDS
        ends = [row for row in rows if row.kind is Copy.ENDED]
        if ends and handoff.topic_id is None and handoff.status is Status.ENDED:
            # It was over before anybody saw it.
            await self._queue.sent(rows)
            return 0.0
        is_new = await self._topics.place(handoff)
        if is_new is None:
            await self._queue.failed(rows)
            return 0.0
        if is_new and (shown := [row for row in rows if row.kind in _CARDS and not row.body.get("moved")]):
            await self._queue.sent(shown)
            return 0.0
        handoff = await self._desk.desk.find(handoff.id)
        lines = [row for row in rows if row.kind in _LINES]
        if lines and (wait := self._join_wait(handoff.id, lines)) > 0:
            return wait
        if lines:
            # Lines before a move to another channel have numbers of the conversation they came from.
            moves = [row.id for row in rows if row.kind is Copy.CARD and row.body.get("moved")]
            await self._show_lines(handoff, lines, max(moves, default=0))
            return 0.0
        if cards := [row for row in rows if row.kind in _CARDS]:
            await self._queue.claim(cards)
            await self._attempt(handoff, cards, self._topics.show_card(handoff))
            return 0.0
        first = rows[0]
        if first.attempts and first.kind is not Copy.ENDED:
            # Nobody knows whether it was shown; it is not worth showing twice.
            await self._queue.failed([first])
            return 0.0
        await self._queue.claim([first])
        if first.kind is Copy.ENDED:
            await self._attempt(handoff, [first], self._announcements.ended(handoff, is_first=not first.attempts))
        else:
            await self._attempt(handoff, [first], self._announcements.show(handoff, first))
        return 0.0

    async def _show_lines(self, handoff: Handoff, rows: Sequence[Row], moved_at: int) -> None:
        """Join lines into one message, as many as fit."""
        if any(row.attempts >= MOST_ATTEMPTS for row in rows):
            given_up = [row for row in rows if row.attempts >= MOST_ATTEMPTS]
            logger.error("%s lines of handoff %s are given up", len(given_up), handoff.id)
            await self._queue.failed(given_up)
            return
        # What was tried before goes alone, so that only that is marked.
        tried = rows[0].attempts > 0
        rows = [row for row in rows if (row.attempts > 0) is tried]
        texts = await self._texts(handoff, rows, moved_at)
        shown = [(row, text) for row, text in zip(rows, texts, strict=True) if text is not None]
        if missing := [row for row, text in zip(rows, texts, strict=True) if text is None]:
            await self._queue.sent(missing)
        if not shown:
            return
        text, taken = joined([text for _, text in shown])
        batch = [row for row, _ in shown[:taken]]
        await self._queue.claim(batch)
        self._wrote[handoff.id] = asyncio.get_running_loop().time()
        html = AGAIN + text if tried else text
        send = self._api.send(int(handoff.topic_chat or 0), int(handoff.topic_id or 0), html)
        await self._attempt(handoff, batch, send)

    async def _texts(self, handoff: Handoff, rows: Sequence[Row], moved_at: int) -> list[str | None]:
        """Return each row as HTML, or None for one that says nothing any more."""
        numbers = [row.seq for row in rows if row.seq is not None]
        lines = {}
        files = {}
        if numbers and handoff.conversation_id is not None:
            found = await self._desk.desk.lines(handoff.id, min(numbers) - 1, max(numbers) - min(numbers) + 200)
            lines = {one.seq: one for one in found}
            files = await self._kept.of_conversation(handoff.conversation_id)
        is_moved = any(row.id < moved_at for row in rows)
        earlier = {one.seq: one for one in await self._desk.desk.before_move(handoff.id)} if is_moved else {}
        texts: list[str | None] = []
        for row in rows:
            if row.kind is not Copy.NOTE and row.id < moved_at:
                before = earlier.get(row.seq or 0)
                texts.append(line(before) if before is not None else None)
            elif row.kind is Copy.NOTE:
                texts.append(await self._announcements.note(handoff, row))
            elif row.seq is not None and (one := lines.get(row.seq)) is not None:
                file = files.get(one.seq)
                link = (
                    self._public + self._kept.links.path(file.id, LINK_SECONDS) if file and self._public else None
                )
                texts.append(line(one, file, link))
            else:
                texts.append(None)
        return texts

    async def _attempt(self, handoff: Handoff, rows: Sequence[Row], work: Awaitable[int | None]) -> None:
        """Do what was claimed, and note how it went.

        Raises:
            RetryLater, TopicGone, GroupMoved: Nothing was sent; the claim is given back.
        """
        try:
            message_id = await work
        except (RetryLater, TopicGone, GroupMoved):
            await self._queue.give_back(rows)
            raise
        except TopicClosed:
            await self._queue.give_back(rows)
            await self._topics.reopen(handoff)
        except NotTaken:
            await self._queue.give_back(rows, POLL_SECONDS)
        except Undeliverable as error:
            logger.error("Telegram does not take %s of handoff %s: %s", rows[0].kind, handoff.id, error)
            await self._queue.failed(rows)
        except Exception as error:
            logger.warning("showing %s of handoff %s: %s", rows[0].kind, handoff.id, type(error).__name__)
            await self._queue.unknown(rows, UNKNOWN_SECONDS)
        else:
            await self._queue.sent(rows, message_id)

    def _join_wait(self, handoff_id: int, lines: Sequence[Row]) -> float:
        """Return how long lines should wait for others; a lonely one never does."""
        wrote = self._wrote.get(handoff_id)
        if wrote is None:
            return 0.0
        return wrote + self._join_seconds - asyncio.get_running_loop().time()

    def _is_closed(self, chat: str | None) -> bool:
        return asyncio.get_running_loop().time() < self._closed_until.get(chat or "", 0.0)

    def _close(self, chat: str | None, seconds: float) -> None:
        self._closed_until[chat or ""] = asyncio.get_running_loop().time() + seconds


def _is_own(row: Row) -> bool:
    """Say whether an officer wrote this in a topic."""
    is_typed_here = row.body.get("place") == PLACE or str(row.body.get("origin", "")).startswith(f"{PLACE}:")
    return row.kind is Copy.LINE and is_typed_here
