"""The citizens' side: asking for a person, waiting, talking, ending; each message is one transaction."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.marks import unmarked
from bot.conversations.messages import DESK_MARK, Author, Kind, Outcome, PersonWanted, Reply, TurnResult
from bot.conversations.queue import Claim
from bot.conversations.states import State, StateConflict
from bot.conversations.turns import finish_turn_in
from bot.conversations.wakeups import Wakeups
from bot.handoff import metrics, sentences, words
from bot.handoff.copies import Copies
from bot.handoff.desk import Desk
from bot.handoff.edges import Edges
from bot.handoff.form import ContactForm
from bot.handoff.lines import HEARD
from bot.handoff.model import End, Handoff, Reason, Status, handoff_of
from bot.handoff.moves import Moves
from bot.handoff.officers import on_duty
from bot.handoff.offices import Offices
from bot.handoff.rows import (
    Conversation,
    change_handoff,
    count_waiting,
    lock_conversation,
    lock_message,
    open_handoff,
    read_handoff,
)
from bot.handoff.settings import DeskSettings
from bot.handoff.timers import Rhythm
from bot.privacy.masking import mask
from bot.storage.database import Database
from bot.storage.handoff_tables import handoffs

logger = logging.getLogger(__name__)

ASKS_CONSENT = "desk:ok"
"""Value of `conversations.awaits` while the question for consent is the last thing said."""
WITHOUT_OFFICERS = frozenset({"cli"})
"""Channels on which nothing can be said after a turn."""
_USELESS = (End.CITIZEN_CANCELLED, End.TIMEOUT_WAIT, End.TIMEOUT_CLOSED, End.NO_CONSENT, End.DECLINED)


class CitizenSide:
    """Takes the messages of citizens that are for the desk; see `CitizenDesk`."""

    def __init__(
        self,
        database: Database,
        wakeups: Wakeups,
        offices: Offices,
        edges: Edges,
        desk: Desk,
        copies: Copies,
        rhythm: Rhythm,
        form: ContactForm,
        moves: Moves,
        settings: DeskSettings,
    ) -> None:
        self._database = database
        self._wakeups = wakeups
        self._offices = offices
        self._edges = edges
        self._desk = desk
        self._copies = copies
        self._rhythm = rhythm
        self._form = form
        self._moves = moves
        self._settings = settings

    async def take(self, claim: Claim, text: str, payload: str | None) -> TurnResult | None:
        """Deal with a message that is for the desk, or return None; see `CitizenDesk.take`."""
        order = payload.removeprefix(DESK_MARK).split() if payload and payload.startswith(DESK_MARK) else []
        is_held = claim.held.state is not State.BOT
        if not is_held and not order and not self._is_about_desk(claim, text, payload):
            return None
        result: TurnResult | None
        async with self._database.write() as connection:
            if is_held:
                result = await self._while_held(connection, claim, text, order)
            else:
                result = await self._while_bot(connection, claim, text, order)
        if result is not None:
            self._copies.wake()
        return result

    async def grant(self, claim: Claim, result: TurnResult) -> TurnResult:
        """End a turn in which a person was asked for; see `CitizenDesk.grant`."""
        wanted = result.wants
        if wanted is None:
            raise ValueError("nobody was asked for")
        async with self._database.write() as connection:
            await lock_message(connection, claim.inbox_id)
            reply, awaits = await self._offered(connection, claim, wanted)
            result = replace(result, replies=(reply,), awaits=awaits)
            await finish_turn_in(connection, self._wakeups, claim, result)
        self._copies.wake()
        return result

    # A person is asked for

    async def _offered(
        self, connection: AsyncConnection, claim: Claim, wanted: PersonWanted
    ) -> tuple[Reply, str | None]:
        """Return what is said to somebody who asks for a person, and what it asks."""
        if claim.channel in WITHOUT_OFFICERS:
            return sentences.NOBODY_HERE, None
        department = self._offices.department_for(wanted.field)
        if why := await self._why_not(connection, claim, department, wanted.unit):
            return await self._form.offer(connection, claim.conversation_id, why, wanted, department), None
        earlier = await open_handoff(connection, claim.conversation_id)
        if earlier is not None:
            await change_handoff(
                connection,
                earlier.id,
                status=Status.ENDED.value,
                end_reason=End.NO_CONSENT.value,
                ended_at=self._edges.clock(),
            )
        moment = self._edges.clock()
        values = {
            "conversation_id": claim.conversation_id,
            "channel": claim.channel,
            "status": Status.ASKED.value,
            "reason": Reason(wanted.reason).value,
            "summary": mask(wanted.summary),
            "procedure": wanted.procedure,
            "dossier": wanted.dossier,
            "field": wanted.field,
            "department": department,
            "unit": wanted.unit,
            "from_seq": claim.seq,
            "asked_at": moment,
        }
        handoff_id = (
            await connection.execute(insert(handoffs).values(values).returning(handoffs.c.id))
        ).scalar_one()
        await self._rhythm.asked(connection, handoff_id, moment)
        is_late = self._offices.hours(department, wanted.unit).is_late(moment)
        return sentences.ask_consent(handoff_id, is_late=is_late), ASKS_CONSENT

    async def _why_not(
        self, connection: AsyncConnection, claim: Claim, department: str, unit: str | None
    ) -> str | None:
        """Return why nobody can be called now, or None."""
        moment = self._edges.clock()
        hours = self._offices.hours(department, unit)
        if not hours.is_open(moment):
            is_confirmed = self._offices.is_confirmed
            return sentences.closed(hours.next_open(moment), moment, is_confirmed=is_confirmed)
        if await on_duty(connection, department, unit, moment) == 0:
            return sentences.NOBODY_ON_DUTY
        if await count_waiting(connection, department) >= self._settings.longest_queue:
            return sentences.QUEUE_FULL
        useless = await connection.scalar(
            select(func.count()).where(
                handoffs.c.conversation_id == claim.conversation_id,
                handoffs.c.requested_at > moment - timedelta(days=1),
                handoffs.c.first_answer_at.is_(None),
                handoffs.c.end_reason.in_([end.value for end in _USELESS]),
            )
        )
        return sentences.TOO_OFTEN if int(useless or 0) >= self._settings.requests_per_day else None

    # While the bot holds the conversation

    def _is_about_desk(self, claim: Claim, text: str, payload: str | None) -> bool:
        if payload is not None or claim.kind == Kind.CHOICE:
            # Another button, or one so old that nobody knows what it meant.
            return False
        if claim.awaits == ASKS_CONSENT:
            return words.agrees(text) or words.refuses(text) or words.cancels(text)
        return self._form.is_asking(claim.awaits) or words.remark(text) is not None

    async def _while_bot(
        self, connection: AsyncConnection, claim: Claim, text: str, order: list[str]
    ) -> TurnResult | None:
        await lock_message(connection, claim.inbox_id)
        match order:
            case ["yes", number]:
                return await self._consent(connection, claim, int(number))
            case ["no", number]:
                return await self._decline(connection, claim, int(number))
            case ["rate", number, stars]:
                return await self._rate(connection, claim, int(number), int(stars))
            case ["back", number]:
                reply, steps = await self._moves.go_back(connection, claim.conversation_id, int(number))
                return await self._say(connection, claim, reply, steps=steps)
            case ["cancel", _]:
                return await self._say(connection, claim, sentences.NOTHING_TO_CANCEL)
            case [task, *_] if task.startswith("form"):
                return await self._formed(connection, claim, text, order)
        if claim.awaits == ASKS_CONSENT:
            handoff = await open_handoff(connection, claim.conversation_id)
            if handoff is None:
                return await self._say(connection, claim, sentences.CONSENT_EXPIRED)
            if words.agrees(text):
                return await self._consent(connection, claim, handoff.id)
            return await self._decline(connection, claim, handoff.id)
        if self._form.is_asking(claim.awaits):
            return await self._formed(connection, claim, text, [])
        if remark := words.remark(text):
            return await self._remark(connection, claim, remark)
        return None

    async def _consent(self, connection: AsyncConnection, claim: Claim, handoff_id: int) -> TurnResult:
        """T1, or the form when nobody is there any more."""
        handoff = await read_handoff(connection, handoff_id)
        moment = self._edges.clock()
        if (
            handoff is None
            or handoff.conversation_id != claim.conversation_id
            or handoff.status is not Status.ASKED
        ):
            return await self._say(connection, claim, sentences.CONSENT_EXPIRED)
        if moment >= handoff.asked_at + timedelta(minutes=self._settings.consent_minutes):
            conversation = await self._conversation(connection, claim)
            await self._edges.end(connection, handoff, conversation, End.NO_CONSENT, None)
            return await self._say(connection, claim, sentences.CONSENT_EXPIRED)
        if why := await self._why_not(connection, claim, handoff.department, handoff.unit):
            conversation = await self._conversation(connection, claim)
            await self._edges.end(connection, handoff, conversation, End.TIMEOUT_CLOSED, None)
            wanted = PersonWanted(
                handoff.reason, handoff.summary or "", handoff.procedure, None, handoff.field, handoff.unit
            )
            offer = await self._form.offer(connection, claim.conversation_id, why, wanted, handoff.department)
            return await self._say(connection, claim, offer)
        before = await self._just_before(connection, claim)
        if before is not None:
            await change_handoff(connection, handoff.id, preferred_officer_id=before.officer_id)
        conversation = await self._conversation(connection, claim)
        waiting = await self._edges.enter(
            connection, handoff, conversation, claim.seq, -1 if before is not None else 0
        )
        number, minutes = await self._desk.place_and_minutes(connection, waiting)
        # The turn is ended under the state that was seen; the change above counted one further.
        return await self._say(connection, claim, sentences.entered(handoff.id, number, minutes), steps=1)

    async def _just_before(self, connection: AsyncConnection, claim: Claim) -> Handoff | None:
        """Return the talk with an officer that ended a few minutes ago, if there is one."""
        since = self._edges.clock() - timedelta(minutes=self._settings.again_minutes)
        row = (
            await connection.execute(
                select(handoffs)
                .where(
                    handoffs.c.conversation_id == claim.conversation_id,
                    handoffs.c.ended_at >= since,
                    handoffs.c.end_reason == End.DONE.value,
                )
                .order_by(handoffs.c.ended_at.desc())
                .limit(1)
            )
        ).one_or_none()
        return None if row is None else handoff_of(row)

    async def _decline(self, connection: AsyncConnection, claim: Claim, handoff_id: int) -> TurnResult:
        handoff = await read_handoff(connection, handoff_id)
        is_mine = handoff is not None and handoff.conversation_id == claim.conversation_id
        if handoff is not None and is_mine and handoff.status is Status.ASKED:
            conversation = await self._conversation(connection, claim)
            await self._edges.end(connection, handoff, conversation, End.DECLINED, None)
        return await self._say(connection, claim, sentences.DECLINED)

    async def _rate(self, connection: AsyncConnection, claim: Claim, handoff_id: int, stars: int) -> TurnResult:
        handoff = await read_handoff(connection, handoff_id)
        moment = self._edges.clock()
        limit = timedelta(hours=self._settings.rating_hours)
        is_open = (
            handoff is not None
            and handoff.conversation_id == claim.conversation_id
            and handoff.ended_at is not None
            and moment < handoff.ended_at + limit
        )
        if handoff is None or not is_open:
            return await self._say(connection, claim, sentences.RATING_OVER)
        stars = min(5, max(1, stars))
        await change_handoff(connection, handoff.id, rating=stars, rated_at=moment)
        metrics.rated(stars)
        return await self._say(connection, claim, sentences.RATED)

    async def _remark(self, connection: AsyncConnection, claim: Claim, text: str) -> TurnResult | None:
        """Keep what a citizen adds to a rating; anything else that begins so is for the bot."""
        moment = self._edges.clock()
        row = (
            await connection.execute(
                select(handoffs)
                .where(
                    handoffs.c.conversation_id == claim.conversation_id,
                    handoffs.c.rated_at > moment - timedelta(hours=self._settings.rating_hours),
                )
                .order_by(handoffs.c.rated_at.desc())
                .limit(1)
            )
        ).one_or_none()
        if row is None:
            return None
        await change_handoff(connection, row.id, rating_text=mask(text)[:1000])
        return await self._say(connection, claim, sentences.REMARK_TAKEN)

    async def _formed(
        self, connection: AsyncConnection, claim: Claim, text: str, order: list[str]
    ) -> TurnResult | None:
        if not order and words.is_emergency(text):
            emergency = Reply(sentences.EMERGENCY, Outcome.EMERGENCY)
            return await self._say(connection, claim, emergency, awaits=claim.awaits)
        step = await self._form.step(connection, claim, text, order)
        if step is None:
            return None
        return await self._say(connection, claim, step.reply, awaits=step.awaits, stored_text=step.stored_text)

    # While a person is asked for or holds it

    async def _while_held(
        self, connection: AsyncConnection, claim: Claim, text: str, order: list[str]
    ) -> TurnResult:
        text = unmarked(text)
        await lock_message(connection, claim.inbox_id)
        conversation = await self._conversation(connection, claim)
        handoff = await open_handoff(connection, claim.conversation_id)
        if handoff is None:
            # Held without a handoff: by somebody in a platform's own console, before the desk knew of it.
            return await self._say(connection, claim)
        is_waiting = handoff.status is Status.WAITING
        wants_out = order[:1] == ["cancel"] or (
            not order and (words.ends(text) or (is_waiting and words.cancels(text)))
        )
        if wants_out:
            return await self._leave(connection, claim, handoff, conversation)
        if order[:1] == ["back"]:
            reply, steps = await self._moves.go_back(connection, claim.conversation_id, int(order[1]))
            return await self._say(connection, claim, reply, steps=steps)
        if order[:1] == ["rate"]:
            return await self._rate(connection, claim, int(order[1]), int(order[2]))
        replies: tuple[Reply, ...] = ()
        if words.is_emergency(text):
            replies = (Reply(sentences.EMERGENCY, Outcome.EMERGENCY, author=Author.SYSTEM),)
        elif is_waiting and words.asks_place(text):
            number, minutes = await self._desk.place_and_minutes(connection, handoff)
            replies = (sentences.still_waiting(number, minutes),)
        result = await self._say(connection, claim, *replies, heard=handoff.id)
        await self._edges.citizen_wrote(connection, handoff, conversation, claim.seq)
        return result

    async def _leave(
        self, connection: AsyncConnection, claim: Claim, handoff: Handoff, conversation: Conversation
    ) -> TurnResult:
        """T4 or T8: the citizen no longer wants a person."""
        is_waiting = handoff.status is Status.WAITING
        reason = End.CITIZEN_CANCELLED if is_waiting else End.CITIZEN_ENDED
        await self._edges.citizen_wrote(connection, handoff, conversation, claim.seq)
        await self._edges.end(connection, handoff, conversation, reason, None)
        asks = not is_waiting and handoff.first_answer_at is not None
        text = sentences.CANCELLED if is_waiting else sentences.END_BY_CITIZEN
        reply = sentences.ended(text, handoff, asks_rating=asks)
        result = await self._say(connection, claim, reply, heard=handoff.id, steps=1)
        await change_handoff(connection, handoff.id, to_seq=claim.seq)
        return result

    # Inside

    async def _conversation(self, connection: AsyncConnection, claim: Claim) -> Conversation:
        """Return the conversation, locked, still as it was when the message was claimed."""
        conversation = await lock_conversation(connection, claim.conversation_id)
        if conversation is None or conversation.held != claim.held:
            raise StateConflict(claim.conversation_id)
        return conversation

    async def _say(
        self,
        connection: AsyncConnection,
        claim: Claim,
        *replies: Reply,
        awaits: str | None = None,
        stored_text: str | None = None,
        heard: int | None = None,
        steps: int = 0,
    ) -> TurnResult:
        """End the turn; `steps` is how often the state was changed in this transaction."""
        result = TurnResult(
            replies,
            None,
            {HEARD: heard} if heard is not None else {},
            awaits=awaits,
            stored_text=stored_text,
        )
        held = replace(claim.held, version=claim.held.version + steps)
        await finish_turn_in(connection, self._wakeups, replace(claim, held=held), result)
        return result
