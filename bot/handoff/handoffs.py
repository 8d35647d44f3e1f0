"""The desk put together, as the service, the console and the channels use it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.clock import now
from bot.conversations.wakeups import Wakeups
from bot.handoff.alarms import Alarms
from bot.handoff.citizen import CitizenSide
from bot.handoff.contacts import Contacts
from bot.handoff.copies import Copies
from bot.handoff.desk import Desk
from bot.handoff.digest import Digest
from bot.handoff.edges import Edges
from bot.handoff.following import OfficesFollower
from bot.handoff.form import ContactForm
from bot.handoff.moves import Carry, Moves
from bot.handoff.officers import Officers
from bot.handoff.offices import FILE, Offices, project_offices
from bot.handoff.platforms import Platforms
from bot.handoff.settings import DeskSettings
from bot.handoff.status import DeskStatus
from bot.handoff.timers import Rhythm
from bot.handoff.transcript import Transcripts
from bot.handoff.windows import Windows
from bot.settings import PROJECT
from bot.storage.database import Database


class Handoffs:
    """All parts of the desk in one process."""

    def __init__(
        self,
        database: Database,
        wakeups: Wakeups,
        settings: DeskSettings | None = None,
        offices: Offices | None = None,
        clock: Callable[[], datetime] = now,
        addresses: Callable[[], Mapping[str, str]] = dict,
        carry: Carry = lambda stored: None,
    ) -> None:
        """Join the parts.

        Args:
            database: Where everything is.
            wakeups: Tells readers and senders.
            settings: As the operator set them.
            offices: Departments and hours; without them those of the project.
            clock: Returns the present moment in UTC.
            addresses: Returns channel → https address of the channels that are switched on.
            carry: Returns what of a stored dialogue goes along to another channel.
        """
        self.settings = settings or DeskSettings()
        self.offices = offices or project_offices()
        self._follower = OfficesFollower(self.offices, PROJECT / FILE) if offices is None else None
        self.copies = Copies(self.settings.places, wakeups)
        self.officers = Officers(database, self.offices, clock)
        rhythm = Rhythm(self.settings)
        self.windows = Windows(self.settings, clock)
        self.edges = Edges(wakeups, self.offices, self.copies, rhythm, self.windows, clock)
        self.desk = Desk(database, self.offices, self.edges, self.settings)
        self.status = DeskStatus(database, self.offices, self.edges, self.desk)
        self.contacts = Contacts(database, self.desk, self.edges)
        self.transcripts = Transcripts(database, self.edges)
        form = ContactForm(self.offices, self.copies, self.settings, self.windows, clock)
        self.moves = Moves(database, wakeups, self.edges, self.settings, addresses, carry)
        self.platforms = Platforms(self.desk, self.edges, self.copies, wakeups, self.moves)
        self.citizens = CitizenSide(
            database,
            wakeups,
            self.offices,
            self.edges,
            self.desk,
            self.copies,
            rhythm,
            form,
            self.moves,
            self.settings,
        )
        self.digest = Digest(database, self.offices, self.edges, self.copies)
        self.alarms = Alarms(database, self.offices, self.edges, self.copies, rhythm, form)

    @property
    def offices_problem(self) -> str | None:
        """Why the newest file of departments and hours is not used: file, line and field; None when it is."""
        return self._follower.problem if self._follower is not None else None

    async def run(self) -> None:
        """Do what nobody asks for: timers, the morning digest, looking who is there; until cancelled."""
        following = [self._follower.run()] if self._follower is not None else []
        await asyncio.gather(self.alarms.run(), self.status.run(), self.digest.run(), *following)
