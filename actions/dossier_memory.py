"""What the dialogue remembers about dossiers within a session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from bot.clock import now
from bot.dossiers.recognition import Awaits

REMEMBERED = 5
QUESTION_MINUTES = 15
"""How long a question for a code, a proof or consent stays open."""
DOSSIERS, PROVEN, QUESTION = "dossiers", "dossier_proven", "dossier_question"


class DossierMemory:
    """The slots about dossiers; changes are collected and become events at the end."""

    def __init__(self, tracker: Tracker) -> None:
        self._before = {name: tracker.get_slot(name) for name in (DOSSIERS, PROVEN, QUESTION)}
        self.codes: list[str] = list(self._before[DOSSIERS] or [])
        """Codes of the session, the latest first."""
        self._proven: dict[str, str] = dict(self._before[PROVEN] or {})
        question: dict[str, Any] = self._before[QUESTION] or {}
        is_open = bool(question) and datetime.fromisoformat(question["until"]) > now()
        self.question: dict[str, Any] = question if is_open else {}
        """The question that was open when the message came."""
        self._next: dict[str, Any] | None = None

    def has_proven(self, code: str) -> bool:
        """Say whether the conversation has proven this dossier lately."""
        until = self._proven.get(code)
        return until is not None and datetime.fromisoformat(until) > now()

    def remember(self, code: str) -> None:
        """Make a dossier the latest one."""
        self.codes = [code, *(other for other in self.codes if other != code)][:REMEMBERED]

    def prove(self, code: str, minutes: int) -> None:
        """Note that a proof fitted."""
        self._proven[code] = (now() + timedelta(minutes=minutes)).isoformat()

    def ask(self, kind: Awaits, code: str | None = None, *, then: str | None = None) -> None:
        """Note the question that the reply asks."""
        until = (now() + timedelta(minutes=QUESTION_MINUTES)).isoformat()
        self._next = {"kind": kind.value, "code": code, "then": then, "until": until}

    def asked(self, kind: Awaits) -> str | None:
        """Return the code about which this was asked, or None."""
        code: str | None = self.question.get("code") if self.question.get("kind") == kind.value else None
        return code

    def events(self) -> Sequence[EventType]:
        """Return the events for what has changed."""
        proven = {code: until for code, until in self._proven.items() if self.has_proven(code)}
        after = {DOSSIERS: self.codes or None, PROVEN: proven or None, QUESTION: self._next}
        return [SlotSet(name, value) for name, value in after.items() if value != self._before[name]]
