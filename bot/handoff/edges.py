"""The edges between BOT, WAITING and HUMAN: each changes state, handoff, timers and sentences at once.

Every edge runs in a transaction of the caller in which the conversation is locked, and changes its state
by compare-and-set. What the citizen is told is written in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.messages import Author, Reply
from bot.conversations.saying import announce, give_up_waiting, say, say_as
from bot.conversations.states import State, change_state, renew_state
from bot.conversations.wakeups import Wakeups
from bot.handoff import metrics, sentences
from bot.handoff.copies import EARLIER_LINES, Copies, Copy
from bot.handoff.hours import Hours
from bot.handoff.model import End, Handoff, Officer, Reason, Refused, Result, Status, Why
from bot.handoff.officers import read_officer
from bot.handoff.offices import Offices
from bot.handoff.rows import Conversation, add_note, change_handoff, lock_conversation, read_handoff
from bot.handoff.timers import Rhythm, drop_timers
from bot.handoff.windows import Windows
from bot.storage.handoff_tables import handoffs, officer_lines
from bot.storage.together import Together, Writing

TALKED_WITH = frozenset({End.DONE, End.CITIZEN_ENDED, End.TIMEOUT_IDLE})
"""Ends after which the citizen is asked how it was, if an officer answered."""


class Edges:
    """The changes of state; numbers are those of the reference table in docs/handoff.md."""

    def __init__(
        self,
        wakeups: Wakeups,
        offices: Offices,
        copies: Copies,
        rhythm: Rhythm,
        windows: Windows,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._wakeups = wakeups
        self._offices = offices
        self._copies = copies
        self._rhythm = rhythm
        self.windows = windows
        self.clock = clock

    def hours(self, handoff: Handoff) -> Hours:
        """Return the hours by which a handoff is counted."""
        return self._offices.hours(handoff.department, handoff.unit)

    async def tell(self, connection: AsyncConnection, conversation: Conversation, reply: Reply) -> int:
        """Say something to the citizen; return its number."""
        seq = await say(connection, conversation.id, reply)
        await announce(connection, self._wakeups, conversation.channel, conversation.id)
        return seq or 0

    async def tell_next(self, writing: Writing, conversation: Conversation, reply: Reply) -> int:
        """Say the first thing that is said since the conversation was locked; return its number."""
        seq = conversation.last_seq + 1
        await say_as(writing, conversation.id, conversation.channel, seq, reply)
        await announce(writing, self._wakeups, conversation.channel, conversation.id)
        return seq

    async def enter(
        self,
        connection: AsyncConnection,
        handoff: Handoff,
        conversation: Conversation,
        from_seq: int,
        priority: int = 0,
    ) -> Handoff:
        """T1: consent given, the citizen waits. The caller says so in the turn that asked."""
        moment = self.clock()
        await change_state(connection, conversation.id, conversation.held, State.WAITING)
        await change_handoff(
            connection,
            handoff.id,
            status=Status.WAITING.value,
            consent_at=moment,
            requested_at=moment,
            last_citizen_at=moment,
            from_seq=from_seq,
            priority=priority,
        )
        hours, warn_at = self.hours(handoff), self._warn_at(handoff, conversation)
        await self._rhythm.waiting(connection, handoff.id, hours, moment, moment, warn_at)
        await self._opened(connection, handoff.id, from_seq, moment)
        metrics.requested(handoff)
        return await self._again(connection, handoff)

    async def claim(
        self, connection: AsyncConnection, handoff: Handoff, conversation: Conversation, officer: Officer
    ) -> Handoff:
        """T3: one officer takes a waiting conversation.

        Raises:
            Refused: Somebody else has it, or it has ended.
        """
        if handoff.status is Status.HUMAN and handoff.officer_id == officer.id:
            return handoff
        if handoff.status is not Status.WAITING:
            raise await self._not_waiting(connection, handoff)
        moment = self.clock()
        await change_state(connection, conversation.id, conversation.held, State.HUMAN)
        together = Together(connection)
        # What the bot said earlier and the platform has not taken yet would come between.
        await give_up_waiting(together, conversation.id, Author.BOT)
        claimed_at = handoff.claimed_at or moment
        columns = {"status": Status.HUMAN, "officer_id": officer.id, "claimed_at": claimed_at}
        await change_handoff(together, handoff.id, **columns)
        hours, warn_at = self.hours(handoff), self._warn_at(handoff, conversation)
        await self._rhythm.claimed(together, handoff.id, hours, moment, warn_at)
        await add_note(together, handoff.id, "event", f"{officer.name} đã nhận.", moment, officer)
        await self.tell_next(together, conversation, sentences.claimed(officer))
        await self._copies.add(together, handoff.id, Copy.CARD, moment)
        await together.write()
        metrics.claimed(handoff, moment)
        return replace(handoff, status=Status.HUMAN, officer_id=officer.id, claimed_at=claimed_at)

    async def requeue(
        self,
        connection: AsyncConnection,
        handoff: Handoff,
        conversation: Conversation,
        note: str,
        reply: Reply,
        officer: Officer | None = None,
        **columns: Any,
    ) -> Handoff:
        """T6: back to the queue, also of another department, with the place of the first request."""
        moment = self.clock()
        if handoff.status is Status.HUMAN:
            await change_state(connection, conversation.id, conversation.held, State.WAITING)
        await change_handoff(connection, handoff.id, status=Status.WAITING.value, officer_id=None, **columns)
        changed = await self._again(connection, handoff)
        hours, warn_at = self.hours(changed), self._warn_at(changed, conversation)
        since = changed.requested_at or moment
        await self._rhythm.waiting(connection, handoff.id, hours, since, moment, warn_at)
        await add_note(connection, handoff.id, "event", note, moment, officer)
        await self.tell(connection, conversation, reply)
        await self._copies.add(connection, handoff.id, Copy.CARD, moment)
        return changed

    async def end(
        self,
        connection: AsyncConnection,
        handoff: Handoff,
        conversation: Conversation,
        reason: End,
        text: str | Reply | None,
        result: Result | None = None,
        officer: Officer | None = None,
    ) -> Handoff:
        """T4, T5, T7, T8, T9: back to the bot.

        Args:
            connection: With the conversation locked.
            handoff: Waiting or held.
            conversation: Its conversation.
            reason: Why it ends.
            text: What the citizen is told; None when the caller says it.
            result: What the officer says of it.
            officer: Who ended it.
        """
        moment = self.clock()
        if conversation.held.state is not State.BOT:
            await change_state(connection, conversation.id, conversation.held, State.BOT)
        await drop_timers(connection, handoff.id)
        seq = conversation.last_seq
        if isinstance(text, str):
            asks = reason in TALKED_WITH and handoff.first_answer_at is not None
            text = sentences.ended(text, handoff, asks_rating=asks)
        if text is not None:
            seq = await self.tell(connection, conversation, text)
        await change_handoff(
            connection,
            handoff.id,
            status=Status.ENDED.value,
            ended_at=moment,
            end_reason=reason.value,
            result_code=result.value if result else None,
            to_seq=seq,
        )
        if handoff.status is not Status.ASKED:
            who = officer.name if officer else "Hệ thống hoặc người dân"
            await add_note(connection, handoff.id, "event", f"{who} kết thúc ({reason.value}).", moment, officer)
            await self._copies.add(connection, handoff.id, Copy.ENDED, moment)
        metrics.ended(handoff, reason, moment)
        return await self._again(connection, handoff)

    async def take_over(
        self,
        connection: AsyncConnection,
        conversation: Conversation,
        officer: Officer | None,
        reason: Reason,
        department: str | None = None,
        unit: str | None = None,
    ) -> Handoff:
        """T10: an officer writes first; the bot is silent at once and unsent words of it are withdrawn.

        `officer` None is somebody in the platform's console whom the list does not name.
        """
        moment = self.clock()
        await change_state(connection, conversation.id, conversation.held, State.HUMAN)
        await give_up_waiting(connection, conversation.id, Author.BOT)
        values = {
            "conversation_id": conversation.id,
            "channel": conversation.channel,
            "status": Status.HUMAN.value,
            "reason": reason.value,
            "department": department or self._offices.default,
            "unit": unit,
            "officer_id": officer.id if officer else None,
            "from_seq": conversation.last_seq,
            "asked_at": moment,
            "requested_at": moment,
            "claimed_at": moment,
        }
        handoff_id = int(
            (await connection.execute(insert(handoffs).values(values).returning(handoffs.c.id))).scalar_one()
        )
        handoff = await read_handoff(connection, handoff_id)
        if handoff is None:
            raise Refused(Why.UNKNOWN, "Không có hồ sơ này.")
        who = officer.name if officer else "Cán bộ trên kênh chat"
        await add_note(connection, handoff_id, "event", f"{who} bắt đầu trò chuyện.", moment, officer)
        await self._opened(connection, handoff_id, conversation.last_seq, moment)
        return handoff

    async def officer_wrote(
        self,
        connection: Writing,
        handoff: Handoff,
        conversation: Conversation,
        officer: Officer | None,
        seq: int,
        origin: str | None,
        place: str | None,
    ) -> None:
        """Note that an officer's line went to the citizen; no row is touched twice."""
        moment = self.clock()
        await connection.execute(
            insert(officer_lines).values(
                handoff_id=handoff.id,
                conversation_id=conversation.id,
                seq=seq,
                officer_id=officer.id if officer else None,
                origin=origin,
                at=moment,
            )
        )
        await change_handoff(
            connection,
            handoff.id,
            first_answer_at=handoff.first_answer_at or moment,
            last_officer_at=moment,
        )
        metrics.answered(handoff, moment)
        await self._rhythm.officer_wrote(connection, handoff.id, conversation.channel, moment)
        await self._copies.add(
            connection, handoff.id, Copy.LINE, moment, seq=seq, author="officer", origin=origin, place=place
        )

    async def citizen_wrote(
        self, connection: AsyncConnection, handoff: Handoff, conversation: Conversation, seq: int
    ) -> None:
        """Note that the citizen wrote while a person is asked for or holds the conversation."""
        moment = self.clock()
        window = self.windows.of(conversation.channel, conversation.last_message_at)
        hours = self.hours(handoff)
        warn_at = self.windows.warn_at(window, hours)
        together = Together(connection)
        if handoff.status is Status.HUMAN:
            answered, wrote = handoff.last_officer_at, handoff.last_citizen_at
            is_first = wrote is None or (answered is not None and answered >= wrote)
            await self._rhythm.citizen_wrote(
                together, handoff.id, hours, moment, is_first=is_first, window=warn_at
            )
        elif window is not None:
            await self._rhythm.window(together, handoff.id, warn_at)
        await change_handoff(together, handoff.id, last_citizen_at=moment)
        await self._copies.add(together, handoff.id, Copy.LINE, moment, seq=seq, author="citizen")
        await together.write()

    async def pass_to(
        self,
        connection: AsyncConnection,
        handoff: Handoff,
        conversation: Conversation,
        officer: Officer,
        colleague: Officer,
    ) -> Handoff:
        """Give a held conversation to a colleague; it stays held, and a reply begun before counts no more."""
        moment = self.clock()
        await renew_state(connection, conversation.id, conversation.held)
        await change_handoff(connection, handoff.id, officer_id=colleague.id)
        hours, warn_at = self.hours(handoff), self._warn_at(handoff, conversation)
        await self._rhythm.claimed(connection, handoff.id, hours, moment, warn_at)
        await add_note(
            connection, handoff.id, "event", f"{officer.name} chuyển cho {colleague.name}.", moment, officer
        )
        await self.tell(connection, conversation, sentences.claimed(colleague))
        await self._copies.add(connection, handoff.id, Copy.CARD, moment)
        return await self._again(connection, handoff)

    async def move(
        self, connection: AsyncConnection, handoff: Handoff, source: Conversation, target: Conversation
    ) -> None:
        """Carry a waiting or held conversation to another channel; timers and officer stay."""
        moment = self.clock()
        to = State.WAITING if handoff.status is Status.WAITING else State.HUMAN
        await change_state(connection, source.id, source.held, State.BOT)
        await change_state(connection, target.id, target.held, to)
        await change_handoff(
            connection, handoff.id, conversation_id=target.id, channel=target.channel, from_seq=target.last_seq
        )
        note = f"Người dân chuyển từ {source.channel} sang {target.channel}."
        await add_note(connection, handoff.id, "event", note, moment)
        await self._copies.add(connection, handoff.id, Copy.CARD, moment, moved=True)

    async def copy(self, connection: AsyncConnection, handoff_id: int | None, kind: Copy, **body: Any) -> None:
        """Tell officers' places of something that changes no state."""
        await self._copies.add(connection, handoff_id, kind, self.clock(), **body)

    async def lock(self, connection: AsyncConnection, conversation_id: str) -> Conversation | None:
        """Lock a conversation; see `lock_conversation`."""
        return await lock_conversation(connection, conversation_id)

    def wake(self, conversation: Conversation) -> None:
        """Tell readers and senders of this process, after the transaction."""
        self._wakeups.reply(conversation.id)
        self._wakeups.outgoing(conversation.channel)
        self._copies.wake()

    async def _opened(self, connection: AsyncConnection, handoff_id: int, from_seq: int, moment: datetime) -> None:
        await self._copies.add(connection, handoff_id, Copy.OPENED, moment)
        if from_seq > EARLIER_LINES:
            await self._copies.add(connection, handoff_id, Copy.TRANSCRIPT, moment)

    def _warn_at(self, handoff: Handoff, conversation: Conversation) -> datetime | None:
        """Return when officers are told that the window closes; None when nothing is left unanswered."""
        answered, wrote = handoff.last_officer_at, handoff.last_citizen_at
        if answered is not None and (wrote is None or answered >= wrote):
            return None
        window = self.windows.of(conversation.channel, conversation.last_message_at)
        return self.windows.warn_at(window, self.hours(handoff))

    async def _again(self, connection: AsyncConnection, handoff: Handoff) -> Handoff:
        changed = await read_handoff(connection, handoff.id)
        if changed is None:
            raise Refused(Why.UNKNOWN, "Không có hồ sơ này.")
        return changed

    async def _not_waiting(self, connection: AsyncConnection, handoff: Handoff) -> Refused:
        if handoff.status is Status.HUMAN:
            holder = await read_officer(connection, handoff.officer_id)
            who = holder.name if holder else "đồng nghiệp"
            return Refused(Why.TAKEN, f"{handoff.number} đã được {who} tiếp nhận.")
        if handoff.status is Status.ASKED:
            return Refused(Why.NOT_CLAIMED, f"{handoff.number}: người dân chưa đồng ý chuyển.")
        return Refused(Why.ENDED, f"{handoff.number} đã kết thúc.")
