"""Reading at the desk: who waits, who is held by whom, what was said, and how long it may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.handoff.edges import Edges
from bot.handoff.lines import DeskLine, Note, read_lines_before_move, read_lines_of, read_notes
from bot.handoff.model import (
    Handoff,
    Officer,
    Refused,
    Status,
    Why,
    handoff_of,
)
from bot.handoff.officers import read_officer
from bot.handoff.offices import Offices
from bot.handoff.queueing import estimate, place_of
from bot.handoff.rows import (
    open_handoff,
    read_handoff,
)
from bot.handoff.settings import DeskSettings
from bot.handoff.windows import Window
from bot.storage.database import Database
from bot.storage.handoff_tables import handoffs, officer_lines
from bot.storage.tables import conversations, outbox


@dataclass(frozen=True, slots=True)
class Waiting:
    """A handoff in the queue, or held, as officers see it in a list."""

    handoff: Handoff
    place: int | None
    """In its department; None when it is held."""
    officer: Officer | None
    """Who holds it."""
    preview: str
    """The citizen's last line, masked."""
    window: Window | None = None
    """How long they can be answered, where the platform limits it."""


class DeskReading:
    """What officers see, wherever they work."""

    def __init__(self, database: Database, offices: Offices, edges: Edges, settings: DeskSettings) -> None:
        self._database = database
        self._offices = offices
        self._edges = edges
        self._settings = settings

    async def queue(self, officer: Officer | None = None) -> Sequence[Waiting]:
        """Return who waits, the first first; with an officer, only what is theirs by department and commune."""
        return await self._listed(Status.WAITING, officer, None)

    async def held(self, officer: Officer | None = None) -> Sequence[Waiting]:
        """Return the conversations officers hold now; with an officer, only theirs."""
        return await self._listed(Status.HUMAN, None, officer)

    async def find(self, handoff_id: int) -> Handoff:
        """Return a handoff.

        Raises:
            Refused: There is none.
        """
        async with self._database.read() as connection:
            found = await read_handoff(connection, handoff_id)
        if found is None:
            raise Refused(Why.UNKNOWN, "Không có hồ sơ này.")
        return found

    async def of_conversation(self, conversation_id: str) -> Handoff | None:
        """Return the handoff of a conversation that has not ended, or None."""
        async with self._database.read() as connection:
            return await open_handoff(connection, conversation_id)

    async def lines(self, handoff_id: int, after: int = 0, limit: int = 200) -> Sequence[DeskLine]:
        """Return what was said, in order: before the request too, and only what officers may see."""
        handoff = await self.find(handoff_id)
        async with self._database.read() as connection:
            return await read_lines_of(connection, handoff, after, limit)

    async def before_move(self, handoff_id: int) -> Sequence[DeskLine]:
        """Return what was said on the channel the citizen came from, if they moved here; newest move only."""
        handoff = await self.find(handoff_id)
        async with self._database.read() as connection:
            return await read_lines_before_move(connection, handoff)

    async def line_of(self, origin: str) -> str | None:
        """Return what an officer said in the event of this id, or None when it was not taken."""
        async with self._database.read() as connection:
            body = await connection.scalar(
                select(outbox.c.body)
                .join(
                    officer_lines,
                    (officer_lines.c.conversation_id == outbox.c.conversation_id)
                    & (officer_lines.c.seq == outbox.c.seq),
                )
                .where(officer_lines.c.origin == origin)
            )
        return None if body is None else str(body["text"])

    async def notes(self, handoff_id: int) -> Sequence[Note]:
        """Return the notes of a handoff, in order."""
        async with self._database.read() as connection:
            return await read_notes(connection, handoff_id)

    async def place(self, handoff_id: int) -> tuple[int, int | None] | None:
        """Return place and honest estimate in minutes of a waiting handoff, or None when it does not wait."""
        async with self._database.read() as connection:
            handoff = await read_handoff(connection, handoff_id)
            if handoff is None or handoff.status is not Status.WAITING:
                return None
            return await self.place_and_minutes(connection, handoff)

    async def window(self, handoff: Handoff) -> Window | None:
        """Return how long the citizen of a handoff can be answered, or None where nothing limits it."""
        async with self._database.read() as connection:
            return await self._edges.windows.read(connection, handoff.channel, handoff.conversation_id)

    async def place_and_minutes(self, connection: AsyncConnection, handoff: Handoff) -> tuple[int, int | None]:
        """Return place and estimate inside a transaction."""
        number = await place_of(connection, handoff, self._edges.windows)
        moment = self._edges.clock()
        return number, await estimate(connection, handoff, number, self._edges.hours(handoff), moment)

    async def _listed(
        self, status: Status, responsible: Officer | None, holder: Officer | None
    ) -> Sequence[Waiting]:
        statement = (
            select(handoffs, conversations.c.last_message_at)
            .outerjoin(conversations, conversations.c.id == handoffs.c.conversation_id)
            .where(handoffs.c.status == status.value)
            .order_by(self._edges.windows.rank(), handoffs.c.priority, handoffs.c.requested_at, handoffs.c.id)
        )
        if holder is not None:
            statement = statement.where(handoffs.c.officer_id == holder.id)
        async with self._database.read() as connection:
            found = (await connection.execute(statement)).all()
            places: dict[str, int] = {}
            listed = []
            for row in found:
                handoff = handoff_of(row)
                places[handoff.department] = places.get(handoff.department, 0) + 1
                if responsible and not responsible.is_responsible(handoff.department, handoff.unit):
                    continue
                lines = await read_lines_of(connection, handoff, max(0, handoff.from_seq - 1))
                said = [line.text for line in lines if line.author == "citizen"]
                listed.append(
                    Waiting(
                        handoff,
                        places[handoff.department] if status is Status.WAITING else None,
                        await read_officer(connection, handoff.officer_id),
                        said[-1] if said else handoff.summary or "",
                        self._edges.windows.of(handoff.channel, row.last_message_at),
                    )
                )
        return listed
