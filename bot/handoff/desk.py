"""The officers' side: every act of an officer; what they read is in `reading.py`.

Each act is one transaction. The same act twice is done once: `origin` names the event it came from, for
example an update of Telegram or the id a page gave to a message. What cannot be done raises `Refused`
with a sentence for the officer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.attachments.attachments import Checked, attach_to_reply
from bot.conversations.messages import Author, ConversationId, Outcome, Reply
from bot.conversations.states import State, StateConflict
from bot.handoff import sentences
from bot.handoff.checks import doubt_about
from bot.handoff.copies import Copy
from bot.handoff.model import (
    End,
    Handoff,
    Officer,
    Reason,
    Refused,
    Result,
    Status,
    Why,
)
from bot.handoff.officers import read_officer
from bot.handoff.reaching import check_reachable
from bot.handoff.reading import DeskReading
from bot.handoff.rows import (
    Conversation,
    Locked,
    add_note,
    change_handoff,
    line_of_origin,
    lock_conversation,
    lock_handoff,
    lock_with_origin,
    open_handoff,
)
from bot.storage.handoff_tables import handoff_notes
from bot.storage.together import Together

ATTEMPTS = 5
LONGEST_TEXT = 2_000
"""Characters of an officer's message."""
LONGEST_NOTE = 2_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sent:
    """An officer's line on its way to the citizen."""

    seq: int
    is_new: bool
    """False: this origin was taken before, nothing was done."""


class Desk(DeskReading):
    """What officers do, wherever they work."""

    # Acting

    async def claim(self, handoff_id: int, officer: Officer) -> Handoff:
        """Take a waiting conversation; taking it again is the same as once.

        Raises:
            Refused: A colleague has it, it ended, or it is not this officer's field or commune.
        """

        async def act(connection: AsyncConnection) -> tuple[Handoff, Conversation]:
            handoff, conversation = await lock_handoff(connection, handoff_id)
            self._check_responsible(handoff, officer)
            return await self._edges.claim(connection, handoff, conversation, officer), conversation

        return await self._act(act)

    async def answer(
        self,
        handoff_id: int,
        officer: Officer,
        text: str,
        *,
        origin: str,
        confirmed: bool = False,
        place: str | None = None,
        file: Checked | None = None,
    ) -> Sent:
        """Say something to the citizen; a first answer also takes a waiting conversation.

        Args:
            handoff_id: Which.
            officer: Who; a supervisor may write without taking it over.
            text: As typed, at most `LONGEST_TEXT` characters.
            origin: Id of the event, unique: `telegram:<chat>:<message>`, `console:<client id>`.
            confirmed: Send it although it holds a long number or a foreign link.
            place: Where it was typed, so that it is not copied there again.
            file: Goes with it; the text may be empty then.

        Raises:
            Refused: It ended, somebody else has it, the citizen cannot be reached, or `Why.CONFIRM`.
        """
        text = text.strip()[:LONGEST_TEXT]
        if not text and file is not None:
            text = f"[{file.kind.word}] {file.name}"
        if not text:
            raise Refused(Why.EMPTY, "Tin trống nên chưa gửi.")
        if not confirmed and (doubt := doubt_about(text, self._settings.trusted_links)):
            raise Refused(Why.CONFIRM, f"{doubt} Vẫn gửi?")

        async def act(connection: AsyncConnection) -> tuple[Sent, Conversation]:
            locked = await lock_with_origin(connection, handoff_id, origin)
            handoff, conversation = locked.handoff, locked.conversation
            if (known := locked.known_seq) is not None:
                return Sent(known, is_new=False), conversation
            try:
                await self._check_may_answer(connection, locked, officer)
            except Refused:
                # It may have been taken while we waited for the lock, and the talk ended since.
                if (known := await line_of_origin(connection, origin)) is None:
                    raise
                return Sent(known, is_new=False), conversation
            shown = file.shown() if file is not None else None
            reply = Reply(text, Outcome.HANDOFF, author=Author.OFFICER, attachment=shown)
            together = Together(connection)
            if handoff.status is not Status.HUMAN:
                handoff = await self._edges.claim(connection, handoff, conversation, officer)
                seq = await self._edges.tell(connection, conversation, reply)
            else:
                if handoff.officer_id is None:
                    await change_handoff(connection, handoff.id, officer_id=officer.id)
                seq = await self._edges.tell_next(together, conversation, reply)
            await self._edges.officer_wrote(together, handoff, conversation, officer, seq, origin, place)
            await together.write()
            if file is not None:
                await attach_to_reply(connection, conversation.id, seq, file)
            return Sent(seq, is_new=True), conversation

        try:
            return await self._act(act)
        except IntegrityError:
            async with self._database.read() as connection:
                # The same event came in at another process at the same moment.
                if (seq := await line_of_origin(connection, origin)) is None:
                    raise
            return Sent(seq, is_new=False)

    async def note(self, handoff_id: int, officer: Officer, text: str, *, origin: str) -> None:
        """Write a note for colleagues; the citizen never sees it.

        Raises:
            Refused: There is no such handoff, or the note is empty.
        """
        text = text.strip()[:LONGEST_NOTE]
        if not text:
            raise Refused(Why.EMPTY, "Ghi chú trống.")

        async def act(connection: AsyncConnection) -> tuple[None, Conversation]:
            handoff, conversation = await lock_handoff(connection, handoff_id)
            known = await connection.scalar(select(handoff_notes.c.id).where(handoff_notes.c.origin == origin))
            if known is None:
                moment = self._edges.clock()
                await add_note(connection, handoff.id, "note", text, moment, officer, origin)
                await self._edges.copy(connection, handoff.id, Copy.NOTE, origin=origin)
            return None, conversation

        await self._act(act)

    async def give_back(self, handoff_id: int, officer: Officer) -> Handoff:
        """T6: put a conversation back into the queue; the citizen keeps their place.

        Raises:
            Refused: It is not held by this officer, nor are they a supervisor.
        """

        async def act(connection: AsyncConnection) -> tuple[Handoff, Conversation]:
            handoff, conversation = await lock_handoff(connection, handoff_id)
            if handoff.status is Status.WAITING:
                return handoff, conversation
            await self._check_holder(connection, handoff, officer)
            reply = sentences.system(sentences.BACK_IN_QUEUE)
            note = f"{officer.name} trả lại hàng chờ."
            return await self._edges.requeue(connection, handoff, conversation, note, reply, officer), conversation

        return await self._act(act)

    async def transfer(
        self,
        handoff_id: int,
        officer: Officer,
        *,
        department: str | None = None,
        unit: str | None = None,
        to_officer: int | None = None,
    ) -> Handoff:
        """Pass a conversation on: to a department or a commune (it waits there), or to a colleague (who has it).

        Raises:
            Refused: The target does not exist, or the conversation is not this officer's.
        """
        if department is not None and department not in self._offices.names:
            known = ", ".join(self._offices.names)
            raise Refused(Why.UNKNOWN, f"Không có phòng “{department}”. Các phòng: {known}.")
        if department is None and unit is None and to_officer is None:
            raise Refused(Why.UNKNOWN, "Hãy chọn phòng, xã phường hoặc đồng nghiệp để chuyển.")

        async def act(connection: AsyncConnection) -> tuple[Handoff, Conversation]:
            handoff, conversation = await lock_handoff(connection, handoff_id)
            if handoff.status is Status.HUMAN:
                await self._check_holder(connection, handoff, officer)
            elif handoff.status is not Status.WAITING:
                raise Refused(Why.ENDED, f"{handoff.number} đã kết thúc.")
            if to_officer is not None:
                return await self._to_colleague(
                    connection, handoff, conversation, officer, to_officer
                ), conversation
            target = department or handoff.department
            name = self._offices.name(target)
            return (
                await self._edges.requeue(
                    connection,
                    handoff,
                    conversation,
                    f"{officer.name} chuyển tới {name}.",
                    sentences.passed_on(name),
                    officer,
                    department=target,
                    unit=unit or handoff.unit,
                    preferred_officer_id=None,
                ),
                conversation,
            )

        return await self._act(act)

    async def finish(self, handoff_id: int, officer: Officer, result: Result | None = None) -> Handoff:
        """T7: end the talk; the bot is back and asks for a rating. Ending it again is the same as once.

        Raises:
            Refused: It is held by a colleague and this is no supervisor.
        """

        async def act(connection: AsyncConnection) -> tuple[Handoff, Conversation]:
            handoff, conversation = await lock_handoff(connection, handoff_id)
            if handoff.status is Status.ENDED:
                if (
                    result is not None
                    and handoff.end_reason is End.DONE
                    and handoff.result_code in (None, Result.OTHER)
                ):
                    await change_handoff(connection, handoff.id, result_code=result.value)
                return handoff, conversation
            await self._check_holder(connection, handoff, officer)
            return (
                await self._edges.end(
                    connection,
                    handoff,
                    conversation,
                    End.DONE,
                    sentences.END_BY_OFFICER,
                    result or Result.OTHER,
                    officer,
                ),
                conversation,
            )

        return await self._act(act)

    async def begin(
        self,
        conversation_id: ConversationId,
        officer: Officer | None,
        reason: Reason = Reason.OFFICER,
    ) -> Handoff:
        """T10: an officer opens a conversation the bot holds, or takes the one that waits.

        `officer` None: somebody in a platform's own console whom the list does not name.

        Raises:
            Refused: There is no such conversation, or a colleague holds it.
        """

        async def act(connection: AsyncConnection) -> tuple[Handoff, Conversation]:
            return await self.begin_in(connection, conversation_id, officer, reason)

        return await self._act(act)

    async def begin_in(
        self,
        connection: AsyncConnection,
        conversation_id: ConversationId,
        officer: Officer | None,
        reason: Reason = Reason.OFFICER,
        *,
        is_echo: bool = False,
    ) -> tuple[Handoff, Conversation]:
        """Do what `begin` does in the caller's transaction.

        Args:
            connection: An open writing transaction.
            conversation_id: Which.
            officer: Who writes.
            reason: Why.
            is_echo: The officer has written already, in the platform's console: nobody can refuse it.

        Raises:
            Refused: As for `begin`.
            StateConflict: Somebody changed the conversation meanwhile; begin again.
        """
        conversation = await lock_conversation(connection, conversation_id)
        if conversation is None:
            raise Refused(Why.UNKNOWN, "Không có cuộc trò chuyện này.")
        handoff = await open_handoff(connection, conversation_id)
        if handoff is not None and handoff.status is Status.HUMAN:
            if not is_echo and officer is not None and handoff.officer_id not in (None, officer.id):
                await self._refuse_holder(connection, handoff)
            return handoff, conversation
        if handoff is not None and handoff.status is Status.WAITING and officer is not None:
            return await self._edges.claim(connection, handoff, conversation, officer), conversation
        if handoff is not None:
            # Waiting for somebody listed, or for consent, while another one writes in the console.
            reason_of_end = End.DONE if handoff.status is Status.WAITING else End.NO_CONSENT
            await self._edges.end(connection, handoff, conversation, reason_of_end, None)
            conversation = await lock_conversation(connection, conversation_id) or conversation
        if conversation.held.state is State.HUMAN:
            raise Refused(Why.TALKS_ALREADY, "Cuộc trò chuyện này đang có cán bộ.")
        return await self._edges.take_over(connection, conversation, officer, reason), conversation

    # Inside

    async def _act(self, act: Callable[[AsyncConnection], Awaitable[tuple[T, Conversation]]]) -> T:
        """Run one act in a transaction, again when somebody else was faster."""
        for attempt in range(ATTEMPTS):
            try:
                async with self._database.write() as connection:
                    result, conversation = await act(connection)
            except StateConflict:
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            self._edges.wake(conversation)
            return result
        raise AssertionError("unreachable")

    async def _to_colleague(
        self,
        connection: AsyncConnection,
        handoff: Handoff,
        conversation: Conversation,
        officer: Officer,
        colleague_id: int,
    ) -> Handoff:
        colleague = await read_officer(connection, colleague_id)
        if colleague is None or colleague.disabled_at is not None:
            raise Refused(Why.UNKNOWN, "Không có cán bộ này trong danh sách.")
        if handoff.status is Status.WAITING:
            return await self._edges.claim(connection, handoff, conversation, colleague)
        if handoff.officer_id == colleague.id:
            return handoff
        return await self._edges.pass_to(connection, handoff, conversation, officer, colleague)

    async def _check_may_answer(self, connection: AsyncConnection, locked: Locked, officer: Officer) -> None:
        handoff = locked.handoff
        if handoff.status is Status.ENDED:
            raise Refused(Why.ENDED, f"{handoff.number} đã kết thúc ({handoff.end_words}), tin chưa gửi.")
        await check_reachable(connection, locked.conversation, self._edges.windows, locked.is_blocked)
        if handoff.status is not Status.HUMAN:
            self._check_responsible(handoff, officer)
        elif handoff.officer_id not in (None, officer.id) and not officer.is_supervisor:
            await self._refuse_holder(connection, handoff)

    @staticmethod
    def _check_responsible(handoff: Handoff, officer: Officer) -> None:
        if not officer.is_supervisor and not officer.is_responsible(handoff.department, handoff.unit):
            raise Refused(Why.NOT_RESPONSIBLE, f"{handoff.number} không thuộc lĩnh vực hoặc địa bàn của anh/chị.")

    async def _check_holder(self, connection: AsyncConnection, handoff: Handoff, officer: Officer) -> None:
        if handoff.status is Status.ENDED:
            raise Refused(Why.ENDED, f"{handoff.number} đã kết thúc.")
        if handoff.status is not Status.HUMAN:
            raise Refused(Why.NOT_CLAIMED, f"{handoff.number} chưa có ai tiếp nhận.")
        if handoff.officer_id not in (None, officer.id) and not officer.is_supervisor:
            await self._refuse_holder(connection, handoff)

    async def _refuse_holder(self, connection: AsyncConnection, handoff: Handoff) -> None:
        holder = await read_officer(connection, handoff.officer_id)
        who = holder.name if holder else "đồng nghiệp"
        raise Refused(Why.NOT_YOURS, f"{handoff.number} đang do {who} phụ trách.")
