"""The whole conversation as a text file for officers, masked; without their notes and what never went out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.channels.keeping import is_first
from bot.clock import VIETNAM
from bot.handoff.copies import Copy
from bot.handoff.edges import Edges
from bot.handoff.lines import DeskLine
from bot.handoff.model import Handoff
from bot.privacy.masking import mask
from bot.storage.database import Database

KEEPER = "desk"
_WHO = {"citizen": "Người dân", "bot": "Trợ lý", "officer": "Cán bộ"}
_NOT_ARRIVED = " (chưa tới người dân)"


class Transcripts:
    """Lets officers' places show transcripts."""

    def __init__(self, database: Database, edges: Edges) -> None:
        self._database = database
        self._edges = edges

    async def want(self, handoff_id: int, origin: str) -> None:
        """Ask for a file; an order that comes in twice asks once.

        Args:
            handoff_id: Of which conversation.
            origin: Id of the order.
        """
        async with self._database.write() as connection:
            if await is_first(connection, KEEPER, f"transcript:{origin}", "transcript"):
                await self._edges.copy(connection, handoff_id, Copy.TRANSCRIPT)


def file_name(handoff: Handoff) -> str:
    """Return the name of the file, which tells nobody who the citizen is."""
    return f"{handoff.number}.txt"


def as_text(handoff: Handoff, lines: Sequence[DeskLine], department: str, at: datetime) -> str:
    """Return the content of the file.

    Args:
        handoff: Which.
        lines: What was said, in order; before a move to another channel too.
        department: Name of the department.
        at: The moment of writing it.
    """
    head = [f"{handoff.number} – {department}", f"Ghi lúc {_moment(at)}. Số giấy tờ, số điện thoại đã được che."]
    if handoff.summary:
        head.append(f"Trợ lý đã hiểu: {mask(handoff.summary)}")
    said = [
        f"[{_moment(line.at)}] {_who(line)}:\n{mask(line.text)}"
        for line in lines
        # Words of the bot that were withdrawn were never said.
        if not (line.status == "failed" and line.author in {"bot", "system"})
    ]
    return "\n\n".join(["\n".join(head), *said]) + "\n"


def _who(line: DeskLine) -> str:
    who = _WHO.get(line.author, "Hệ thống")
    if line.author != "officer":
        return who
    name = f" {line.officer_name}" if line.officer_name else ""
    return f"{who}{name}{_NOT_ARRIVED if line.status == 'failed' else ''}"


def _moment(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
