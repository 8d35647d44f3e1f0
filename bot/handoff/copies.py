"""Copies for places outside the console where officers work: one queue, written with what they copy.

A copy names what happened, never what a citizen said: texts are read, masked for the place, when it is
sent. Without such a place nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert

from bot.conversations.wakeups import DESK, Wakeups
from bot.storage.handoff_tables import desk_copies
from bot.storage.together import Writing

__all__ = ["DESK", "EARLIER_LINES", "Copies", "Copy"]

EARLIER_LINES = 10
"""So many lines before the request are shown with it; of longer conversations a file is made."""


class Copy(StrEnum):
    """What happened."""

    OPENED = "opened"
    """A citizen waits: make the topic and the card."""
    CARD = "card"
    """The card shows something else: who has it, its place, its department."""
    LINE = "line"
    """A citizen, another officer or the system said line `seq`; `body.author` says who."""
    NOTE = "note"
    """A note, `body.note_id`."""
    ENDED = "ended"
    REMIND = "remind"
    """Still waiting, `body.minutes`."""
    ESCALATE = "escalate"
    FIRST_ANSWER = "first_answer"
    """Claimed and not answered yet."""
    SILENT = "silent"
    """The citizen waits for an answer; `body.supervisor` when supervisors are called."""
    WINDOW = "window"
    """The platform lets us answer for a little while only; `body.until` in ISO form."""
    CLOSING = "closing"
    """The office closes soon and this is still open."""
    TRANSCRIPT = "transcript"
    """A file with the whole conversation is wanted."""
    ERASED = "erased"
    """The citizen's data was erased: `body.topic_chat`, `body.topic_id`; the handoff has no texts any more."""
    CONTACT = "contact"
    """A contact request, `body.request_id`."""
    DIGEST = "digest"
    """The day of `body.department` begins, and contact requests wait."""


class Copies:
    """Writes copies for the places that are switched on."""

    def __init__(self, places: Sequence[str], wakeups: Wakeups) -> None:
        self._places = tuple(places)
        self._wakeups = wakeups

    @property
    def places(self) -> tuple[str, ...]:
        """The places that get copies."""
        return self._places

    def switch_on(self, place: str) -> None:
        """Let a place get copies from now on."""
        if place not in self._places:
            self._places = (*self._places, place)

    async def add(
        self,
        connection: Writing,
        handoff_id: int | None,
        kind: Copy,
        at: datetime,
        *,
        seq: int | None = None,
        **body: Any,
    ) -> None:
        """Write a copy for each place, in the caller's transaction, and tell everybody at the desk."""
        for place in self._places:
            await connection.execute(
                insert(desk_copies).values(
                    place=place, handoff_id=handoff_id, kind=kind.value, seq=seq, body=body, created_at=at
                )
            )
        await self._wakeups.announce_reply(connection, DESK)

    def wake(self) -> None:
        """Tell everybody at the desk in this process; after the transaction."""
        self._wakeups.reply(DESK)
