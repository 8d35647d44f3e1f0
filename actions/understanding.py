"""What the last message meant, read from Rasa's tracker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from bot.catalogue.model import Aspect
from bot.nlu.labels import LINKING, PROCEDURE, UNDERSTANDING, aspect_of


@dataclass(frozen=True, slots=True)
class Understanding:
    """Aspect and procedures of a message, as far as they were recognised."""

    text: str
    intent: str | None
    aspects: tuple[Aspect, ...]
    """Aspects asked about, usually one; empty for dialogue acts."""
    found: tuple[str, ...]
    """Procedure codes named without doubt, in the order of the message."""
    candidates: tuple[str, ...]
    """Codes to offer when none is beyond doubt, best first."""
    group: str | None = None
    """Label of an ambiguous name, when the message says no more than that."""
    scores: dict[str, float] = field(default_factory=dict)
    """Scores of the best procedures, 0 to 1.5."""
    mention: float = 0.0
    """Chance that the message names a procedure at all."""
    right: float = 0.0
    """Chance that the best procedure is the right one."""
    near: float = 0.0
    """Likeness of the message to the nearest name of the best procedure."""
    confidence: float = 0.0
    """Score of the intent by itself, 0 to 1."""

    @property
    def words(self) -> int:
        """Number of words of the message."""
        return len(self.text.split())


def understand(tracker: Tracker) -> Understanding:
    """Return the meaning of the latest message."""
    message: dict[str, Any] = tracker.latest_message or {}
    linking = message.get(LINKING) or {}
    scores = (message.get(UNDERSTANDING) or {}).get("intents") or {}
    intent = (message.get("intent") or {}).get("name")
    main = aspect_of(intent)
    others = tuple(Aspect(name) for name in linking.get("more_aspects", ()) if name != main)
    first: dict[str, Any] = next(iter(linking.get("candidates") or ()), {})
    return Understanding(
        text=str(message.get("text") or ""),
        intent=intent,
        aspects=((main, *others) if main else others),
        found=tuple(linking.get("found") or ()),
        candidates=tuple(linking.get("ask") or ()),
        group=linking.get("group") or None,
        scores=dict(linking.get("scores") or {}),
        mention=float(linking.get("mention") or 0.0),
        right=float(linking.get("right") or 0.0),
        near=float(first.get("near", 0.0)),
        confidence=float(scores.get(intent or "", 0.0)),
    )


def entity_value(tracker: Tracker, name: str) -> str | None:
    """Return the value of an entity of the latest message, as buttons send it."""
    for entity in (tracker.latest_message or {}).get("entities") or ():
        if entity.get("entity") == name:
            return str(entity.get("value"))
    return None


def chosen_procedure(tracker: Tracker) -> str | None:
    """Return the procedure code a button named."""
    return entity_value(tracker, PROCEDURE)
