"""The morning digest: on opening, officers are told once what was left while nobody was there."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.keeping import is_first
from bot.clock import aware
from bot.handoff.copies import Copies, Copy
from bot.handoff.edges import Edges
from bot.handoff.offices import Offices
from bot.storage.database import Database
from bot.storage.handoff_tables import contact_requests

logger = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
KEEPER = "desk"
"""Under this name it is noted that a day's digest was given; only the first process that notes it tells."""


class Digest:
    """Tells each department once a day; one task in each process."""

    def __init__(self, database: Database, offices: Offices, edges: Edges, copies: Copies) -> None:
        self._database = database
        self._offices = offices
        self._edges = edges
        self._copies = copies
        self._done: set[tuple[date, str]] = set()

    async def run(self) -> None:
        """Work until cancelled; outlives any failure."""
        while True:
            try:
                await self.look()
            except Exception as error:
                logger.warning("the morning digest failed: %s", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> int:
        """Tell the departments whose day has begun; return how many had something to be told."""
        moment = self._edges.clock()
        begun = {
            (day, department): opened
            for department in self._offices.names
            for day, opened in self._day_of(department, moment)
            if (day, department) not in self._done
        }
        if not begun:
            return 0
        async with self._database.write() as connection:
            told = [
                await self._tell(connection, department, day, opened, moment)
                for (day, department), opened in begun.items()
                if await is_first(connection, KEEPER, f"digest:{day}:{department}", "digest")
            ]
        # Only what was committed need not be looked at again.
        self._done = {(day, department) for day, department in self._done if day == max(begun)[0]} | begun.keys()
        if any(told):
            self._copies.wake()
        return sum(told)

    def _day_of(self, department: str, moment: datetime) -> list[tuple[date, datetime]]:
        """Return today and when it began, while the department's day lasts."""
        hours = self._offices.hours(department)
        day = moment.astimezone(hours.zone).date()
        intervals = hours.intervals(day)
        return [(day, intervals[0][0])] if intervals and intervals[0][0] <= moment < intervals[-1][1] else []

    async def _tell(
        self, connection: AsyncConnection, department: str, day: date, opened: datetime, moment: datetime
    ) -> bool:
        """Write the digest of a department; say whether anything waits in it."""
        rows = await connection.execute(
            select(contact_requests.c.department, contact_requests.c.created_at).where(
                contact_requests.c.state == "open"
            )
        )
        # What came since the opening was shown when it came, also after a late start of the service.
        left = Counter(self._known(row.department) for row in rows if aware(row.created_at) < opened)
        if not left[department]:
            return False
        await self._copies.add(connection, None, Copy.DIGEST, moment, department=department, day=day.isoformat())
        return True

    def _known(self, department: str) -> str:
        """Return who answers for requests of a department that has left the file, too."""
        return department if department in self._offices.names else self._offices.default
