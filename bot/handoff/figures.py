"""What the desk did, counted from its own rows: by day, by department, by officer."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select

from bot.clock import VIETNAM, aware
from bot.handoff.model import End, Handoff, Reason, Status, handoff_of
from bot.storage.database import Database
from bot.storage.handoff_tables import contact_requests, handoffs, officers

Key = TypeVar("Key")
MOST_ROWS = 50_000
"""Handoffs looked at in one report; beyond that a shorter time must be chosen."""
OWN_ACCORD = frozenset({Reason.CONSOLE, Reason.OFFICER})
"""Begun by an officer: nobody asked, agreed or waited."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A message left out of hours, as far as figures go."""

    department: str
    state: str
    created_at: datetime
    done_at: datetime | None


@dataclass(slots=True)
class Figures:
    """Counts and times of some handoffs. Times are in seconds, None when nobody was measured."""

    asked: int = 0
    """Citizens who asked for a person, or were offered one, while somebody was there."""
    agreed: int = 0
    """…and agreed that the conversation is shared."""
    claimed: int = 0
    """…and were taken by an officer."""
    by_officers: int = 0
    """Conversations that an officer began."""
    waits: list[float] = field(default_factory=list)
    first_replies: list[float] = field(default_factory=list)
    handling: list[float] = field(default_factory=list)
    ended: Counter[End] = field(default_factory=Counter)
    ratings: Counter[int] = field(default_factory=Counter)
    left: int = 0
    """Messages left for officers."""
    left_done: int = 0
    """…that have been answered or given up."""
    left_times: list[float] = field(default_factory=list)

    @property
    def consent(self) -> float | None:
        """Share of those asked who agreed."""
        return self.agreed / self.asked if self.asked else None

    @property
    def claimed_share(self) -> float | None:
        """Share of those who waited that an officer took."""
        return self.claimed / self.agreed if self.agreed else None

    @property
    def wait(self) -> float | None:
        """Median time from agreement to an officer."""
        return middle(self.waits)

    @property
    def wait_90(self) -> float | None:
        """Nine of ten waited at most so long."""
        return ninetieth(self.waits)

    @property
    def first_reply(self) -> float | None:
        """Median time from agreement to the officer's first words."""
        return middle(self.first_replies)

    @property
    def handled(self) -> float | None:
        """Median time an officer held a conversation."""
        return middle(self.handling)

    @property
    def left_time(self) -> float | None:
        """Median time until a message left was dealt with."""
        return middle(self.left_times)

    @property
    def rating(self) -> float | None:
        """Mean of the ratings, 1 to 5."""
        count = sum(self.ratings.values())
        return sum(stars * number for stars, number in self.ratings.items()) / count if count else None

    def add(self, handoff: Handoff) -> None:
        """Count a handoff."""
        if handoff.reason in OWN_ACCORD:
            self.by_officers += 1
        else:
            self.asked += 1
            self.agreed += handoff.consent_at is not None
            self.claimed += handoff.claimed_at is not None and handoff.consent_at is not None
            if handoff.requested_at and handoff.claimed_at:
                self.waits.append((handoff.claimed_at - handoff.requested_at).total_seconds())
            if handoff.requested_at and handoff.first_answer_at:
                self.first_replies.append((handoff.first_answer_at - handoff.requested_at).total_seconds())
        if handoff.claimed_at and handoff.ended_at:
            self.handling.append((handoff.ended_at - handoff.claimed_at).total_seconds())
        if handoff.end_reason is not None:
            self.ended[handoff.end_reason] += 1
        if handoff.rating is not None:
            self.ratings[handoff.rating] += 1

    def add_contact(self, contact: Contact) -> None:
        """Count a message left for officers."""
        self.left += 1
        if contact.done_at is not None and contact.state in ("answered", "unreachable"):
            self.left_done += 1
            self.left_times.append((contact.done_at - contact.created_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of some days."""

    whole: Figures
    by_day: Sequence[tuple[date, Figures]]
    """Newest first; days without anything are left out."""
    by_department: Sequence[tuple[str, Figures]]
    by_officer: Sequence[tuple[str, Figures]]


async def report(database: Database, since: datetime, until: datetime, department: str | None = None) -> Report:
    """Return the figures of handoffs asked for, and messages left, from `since` to before `until`."""
    where = [handoffs.c.asked_at >= since, handoffs.c.asked_at < until]
    left = [
        contact_requests.c.created_at >= since,
        contact_requests.c.created_at < until,
        contact_requests.c.state.not_in(("draft", "cancelled")),
    ]
    if department:
        where.append(handoffs.c.department == department)
        left.append(contact_requests.c.department == department)
    async with database.read() as connection:
        rows = await connection.execute(
            select(handoffs).where(*where).order_by(handoffs.c.asked_at.desc()).limit(MOST_ROWS)
        )
        found = [handoff_of(row) for row in rows]
        contacts = [
            Contact(row.department, row.state, aware(row.created_at), aware(row.done_at) if row.done_at else None)
            for row in await connection.execute(select(contact_requests).where(*left).limit(MOST_ROWS))
        ]
        names = {row.id: row.name for row in await connection.execute(select(officers.c.id, officers.c.name))}
    # A question for consent that is still open is neither a yes nor a no.
    found = [handoff for handoff in found if handoff.status is not Status.ASKED]
    by_day = _grouped(found, contacts, lambda one: _day(one.asked_at), lambda contact: _day(contact.created_at))
    by_department = _grouped(found, contacts, lambda one: one.department, lambda contact: contact.department)
    by_officer: dict[str, Figures] = {}
    for handoff in found:
        if handoff.claimed_at is not None:
            name = names.get(handoff.officer_id or 0, "Ngoài danh sách")
            by_officer.setdefault(name, Figures()).add(handoff)
    whole = Figures()
    for handoff in found:
        whole.add(handoff)
    for contact in contacts:
        whole.add_contact(contact)
    return Report(
        whole,
        sorted(by_day.items(), reverse=True),
        sorted(by_department.items()),
        sorted(by_officer.items()),
    )


def middle(values: Sequence[float]) -> float | None:
    """Return the median, or None without values."""
    return statistics.median(values) if values else None


def ninetieth(values: Sequence[float]) -> float | None:
    """Return the smallest value that nine of ten do not exceed, or None without values."""
    return sorted(values)[math.ceil(0.9 * len(values)) - 1] if values else None


def _grouped(
    found: Iterable[Handoff],
    contacts: Iterable[Contact],
    key: Callable[[Handoff], Key],
    key_of_contact: Callable[[Contact], Key],
) -> dict[Key, Figures]:
    groups: dict[Key, Figures] = {}
    for handoff in found:
        groups.setdefault(key(handoff), Figures()).add(handoff)
    for contact in contacts:
        groups.setdefault(key_of_contact(contact), Figures()).add_contact(contact)
    return groups


def _day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()
