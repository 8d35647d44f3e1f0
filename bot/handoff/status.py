"""How it stands for one citizen, and whether anybody can be called at all: for the widget and its entry points."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from sqlalchemy import select

from bot.conversations.messages import ConversationId
from bot.conversations.states import State, read_state
from bot.handoff.desk import Desk
from bot.handoff.edges import Edges
from bot.handoff.model import Status, handoff_number, officer_of
from bot.handoff.officers import read_officer
from bot.handoff.offices import Offices
from bot.handoff.rows import open_handoff
from bot.storage.database import Database
from bot.storage.handoff_tables import officers

logger = logging.getLogger(__name__)

LOOK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class CitizenStatus:
    """Who holds a conversation, as its citizen may know it."""

    mode: State
    handoff: str | None = None
    """HT-000123 while a person is asked for or talks."""
    place: int | None = None
    estimate_minutes: int | None = None
    """Only when there is enough to go by."""
    officer_role: str | None = None
    """Never a name."""


class DeskStatus:
    """Reads how it stands."""

    def __init__(self, database: Database, offices: Offices, edges: Edges, desk: Desk) -> None:
        self._database = database
        self._offices = offices
        self._edges = edges
        self._desk = desk
        self._is_taking = False

    @property
    def is_taking(self) -> bool:
        """Whether somebody can be called now, as last looked at."""
        return self._is_taking

    async def of(self, conversation_id: ConversationId) -> CitizenStatus | None:
        """Return how it stands in a conversation, or None for an unknown one."""
        async with self._database.read() as connection:
            held = await read_state(connection, conversation_id)
            if held is None:
                return None
            handoff = await open_handoff(connection, conversation_id)
            if handoff is None or handoff.status is Status.ASKED:
                return CitizenStatus(held.state)
            number = handoff_number(handoff.id)
            if handoff.status is Status.WAITING:
                place, minutes = await self._desk.place_and_minutes(connection, handoff)
                return CitizenStatus(State.WAITING, number, place, minutes)
            officer = await read_officer(connection, handoff.officer_id)
            return CitizenStatus(State.HUMAN, number, officer_role=officer.display_role if officer else None)

    async def look(self) -> bool:
        """Find out whether somebody on duty is in office hours now."""
        moment = self._edges.clock()
        listed = select(officers).where(officers.c.disabled_at.is_(None), officers.c.duty_until > moment)
        async with self._database.read() as connection:
            on_duty = [officer_of(row) for row in await connection.execute(listed)]
        self._is_taking = any(
            self._offices.hours(department, unit).is_open(moment)
            for officer in on_duty
            for department in officer.departments or self._offices.names
            for unit in officer.units or (None,)
        )
        return self._is_taking

    async def run(self) -> None:
        """Look now and then, until cancelled; outlives any failure."""
        while True:
            try:
                await self.look()
            except Exception as error:
                logger.warning("looking for officers failed: %s", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)
