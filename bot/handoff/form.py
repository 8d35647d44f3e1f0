"""Leaving a message when nobody is there: question, wish, phone or "here", then a number and a promise."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.messages import Author, Button, Kind, Outcome, PersonWanted, Reply
from bot.conversations.queue import Claim
from bot.handoff import metrics, sentences, words
from bot.handoff.copies import Copies, Copy
from bot.handoff.model import Handoff
from bot.handoff.offices import Offices
from bot.handoff.phone import looks_like_number, parse_phone
from bot.handoff.settings import DeskSettings
from bot.handoff.windows import Windows
from bot.privacy.labels import Label
from bot.privacy.masking import mask
from bot.storage.handoff_tables import contact_requests
from bot.vietnamese.folding import words as folded

QUESTION, WISH, PHONE_OR_HERE = "desk:q", "desk:day", "desk:tel"
"""Values of `conversations.awaits` while the form asks."""
LONGEST_QUESTION, LONGEST_WISH = 1_000, 120
BEFORE_WINDOW_ENDS = timedelta(hours=2)
"""An answer over Zalo must be given so long before Zalo refuses it."""
_TIME = re.compile(
    r"\b(?:sang|trua|chieu|toi|gio|\d{1,2} ?h|\d{1,2}h\d{2}|thu (?:hai|ba|tu|nam|sau|[2-6])|mai|tuan|"
    r"luc nao|khi nao|bat ky|bat cu|cang som|som|hanh chinh|nay)\b"
)
_QUESTION = re.compile(r"\b(?:gi|bao nhieu|bao lau|the nao|o dau|tai sao|thu tuc|giay to|ho so|le phi)\b")


@dataclass(frozen=True, slots=True)
class Step:
    """What the form says next."""

    reply: Reply
    awaits: str | None = None
    stored_text: str | None = None


class ContactForm:
    """Asks for what a colleague needs to answer later."""

    def __init__(
        self,
        offices: Offices,
        copies: Copies,
        settings: DeskSettings,
        windows: Windows,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._offices = offices
        self._copies = copies
        self._settings = settings
        self._windows = windows
        self._clock = clock

    @staticmethod
    def is_asking(awaits: str | None) -> bool:
        """Say whether the last thing said was a question of the form."""
        return awaits in {QUESTION, WISH, PHONE_OR_HERE}

    async def offer(
        self, connection: AsyncConnection, conversation_id: str, why: str, wanted: PersonWanted, department: str
    ) -> Reply:
        """Begin a draft; return why nobody comes now, with the offer to leave a message."""
        await self._drop(connection, conversation_id)
        await connection.execute(
            insert(contact_requests).values(
                conversation_id=conversation_id,
                state="draft",
                department=department,
                unit=wanted.unit,
                procedure=wanted.procedure,
                created_at=self._clock(),
            )
        )
        buttons = (
            Button(sentences.FORM_YES, sentences.order("form", "start")),
            Button(sentences.FORM_NO, sentences.order("form", "drop")),
        )
        return Reply(f"{why} {sentences.LEAVE_MESSAGE}", Outcome.HANDOFF, buttons)

    async def offer_after(self, connection: AsyncConnection, handoff: Handoff, why: str) -> Reply:
        """Begin a draft for somebody who has waited in vain; return the apology with the offer."""
        wanted = PersonWanted(
            handoff.reason, handoff.summary or "", handoff.procedure, field=handoff.field, unit=handoff.unit
        )
        if handoff.conversation_id is None:
            raise ValueError("the conversation is erased")
        offer = await self.offer(connection, handoff.conversation_id, why, wanted, handoff.department)
        return replace(offer, author=Author.SYSTEM)

    async def step(self, connection: AsyncConnection, claim: Claim, text: str, order: list[str]) -> Step | None:
        """Take an answer; None when the message is about something else, and the form is left."""
        match order:
            case ["form-cancel", number]:
                return await self._cancel(connection, claim, int(number))
            case ["form", "drop"]:
                return await self._dropped(connection, claim)
        draft = await self._draft(connection, claim)
        if draft is None:
            return Step(sentences.FORM_DROPPED) if order else None
        match order:
            case ["form", "start"]:
                return _ask(sentences.ASK_QUESTION, QUESTION)
            case ["form", "wish", number]:
                return await self._wished(connection, draft, sentences.WISHES[int(number) % 3])
            case ["form", "here"]:
                return await self._here(connection, claim, draft)
            case ["form", "write-again"]:
                return await self._done(connection, claim, draft, None)
        if claim.kind == Kind.UNSUPPORTED:
            return None
        if words.cancels(text) or words.refuses(text):
            return await self._dropped(connection, claim)
        if claim.awaits == QUESTION:
            await self._note(connection, draft, question=mask(text)[:LONGEST_QUESTION])
            buttons = [
                Button(wish, sentences.order("form", "wish", number))
                for number, wish in enumerate(sentences.WISHES)
            ]
            return _ask(sentences.ASK_WISH, WISH, *buttons)
        if claim.awaits == WISH:
            return await self._wished(connection, draft, text) if _is_time(text) else None
        return await self._phone(connection, claim, draft, text)

    async def _phone(self, connection: AsyncConnection, claim: Claim, draft: int, text: str) -> Step | None:
        here = Button(sentences.HERE, sentences.order("form", "here"))
        if words.wants_it_here(text):
            return await self._here(connection, claim, draft)
        if phone := parse_phone(text):
            return await self._done(connection, claim, draft, phone)
        if Label.PHONE in text:
            # After a crash only the masked text is left.
            return _ask(sentences.PHONE_AGAIN, PHONE_OR_HERE, here)
        return _ask(sentences.BAD_PHONE, PHONE_OR_HERE, here) if looks_like_number(text) else None

    async def _wished(self, connection: AsyncConnection, draft: int, wish: str) -> Step:
        await self._note(connection, draft, wish=mask(wish)[:LONGEST_WISH])
        here = Button(sentences.HERE, sentences.order("form", "here"))
        return _ask(sentences.ASK_PHONE, PHONE_OR_HERE, here)

    async def _here(self, connection: AsyncConnection, claim: Claim, draft: int) -> Step:
        """Take "answer here", unless the platform will refuse any answer before the office opens again."""
        row = (await connection.execute(select(contact_requests).where(contact_requests.c.id == draft))).one()
        moment = self._clock()
        window = self._windows.of(claim.channel, moment)
        opens_at = self._offices.hours(row.department, row.unit).next_open(moment)
        if window is None or opens_at is None or opens_at < window.closes_at - BEFORE_WINDOW_ENDS:
            return await self._done(connection, claim, draft, None)
        again = Button(sentences.WRITE_AGAIN, sentences.order("form", "write-again"))
        return _ask(sentences.here_too_late(opens_at, moment), PHONE_OR_HERE, again)

    async def _done(self, connection: AsyncConnection, claim: Claim, draft: int, phone: str | None) -> Step:
        moment = self._clock()
        row = (await connection.execute(select(contact_requests).where(contact_requests.c.id == draft))).one()
        due_at = self._due(claim, row.department, row.unit, moment, phone)
        wish = row.wish or sentences.WISHES[-1]
        values = {"reply_by": "phone" if phone else "here", "phone": phone, "due_at": due_at, "wish": wish}
        await self._note(connection, draft, state="open", created_at=moment, **values)
        await self._copies.add(connection, None, Copy.CONTACT, moment, request_id=draft)
        metrics.left(row.department)
        return Step(
            sentences.contact_taken(draft, due_at, moment, phone, wish.lower()), stored_text=mask(claim.text)
        )

    def _due(
        self, claim: Claim, department: str, unit: str | None, moment: datetime, phone: str | None
    ) -> datetime | None:
        hours = self._offices.hours(department, unit)
        due_at = hours.after(moment, self._settings.answer_office_hours * 3600)
        window = self._windows.of(claim.channel, moment)
        if due_at is None or window is None or phone:
            return due_at
        last = window.closes_at - BEFORE_WINDOW_ENDS
        # Where the office opens later than that, the citizen has been told to write once more.
        return min(due_at, last) if (hours.next_open(moment) or moment) < last else due_at

    async def _cancel(self, connection: AsyncConnection, claim: Claim, request_id: int) -> Step:
        await connection.execute(
            update(contact_requests)
            .where(
                contact_requests.c.id == request_id,
                contact_requests.c.conversation_id == claim.conversation_id,
                contact_requests.c.state == "open",
            )
            .values(state="cancelled", phone=None, done_at=self._clock())
        )
        await self._copies.add(connection, None, Copy.CONTACT, self._clock(), request_id=request_id)
        return Step(sentences.REQUEST_CANCELLED)

    async def _dropped(self, connection: AsyncConnection, claim: Claim) -> Step:
        await self._drop(connection, claim.conversation_id)
        return Step(sentences.FORM_DROPPED)

    async def _draft(self, connection: AsyncConnection, claim: Claim) -> int | None:
        found: int | None = await connection.scalar(
            select(contact_requests.c.id).where(
                contact_requests.c.conversation_id == claim.conversation_id, contact_requests.c.state == "draft"
            )
        )
        return found

    async def _drop(self, connection: AsyncConnection, conversation_id: str) -> None:
        await connection.execute(
            delete(contact_requests).where(
                contact_requests.c.conversation_id == conversation_id, contact_requests.c.state == "draft"
            )
        )

    async def _note(self, connection: AsyncConnection, draft: int, **columns: object) -> None:
        await connection.execute(update(contact_requests).where(contact_requests.c.id == draft).values(**columns))


def _ask(text: str, awaits: str, *buttons: Button) -> Step:
    return Step(Reply(text, Outcome.HANDOFF, buttons), awaits)


def _is_time(text: str) -> bool:
    said = folded(text)
    return len(said.split()) <= 10 and _TIME.search(said) is not None and _QUESTION.search(said) is None
