"""What the last message meant, read from Rasa's tracker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from actions.comparison import is_comparison
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.model import Aspect
from bot.nlu.labels import FALLBACK_INTENT, LINKING, PROCEDURE, UNDERSTANDING, aspect_of

OUT_OF_SCOPE = "out_of_scope"
UNCLEAR = frozenset({None, FALLBACK_INTENT, OUT_OF_SCOPE})
CHANGES = frozenset({"correct_procedure", "switch_procedure"})
"""Acts that change the subject; what is asked about it is said beside them."""
BESIDE = 0.3
"""Score from which an aspect is asked about beside a change of the subject."""


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

    guess: Aspect | None = None
    """Best aspect, however weak, of a message that is no clear question or seems foreign."""
    is_foreign: bool = False
    """Clear language about none of our procedures."""
    is_comparison: bool = False
    """The message asks how two things differ."""
    confusable: frozenset[frozenset[str]] = frozenset()
    """Pairs among the best candidates that people confuse."""

    @property
    def words(self) -> int:
        """Number of words of the message."""
        return len(self.text.split())


def understand(tracker: Tracker, catalogue: Catalogue | None = None) -> Understanding:
    """Return the meaning of the latest message; the catalogue tells which candidates people confuse."""
    message: dict[str, Any] = tracker.latest_message or {}
    linking = message.get(LINKING) or {}
    scores = (message.get(UNDERSTANDING) or {}).get("intents") or {}
    intent = (message.get("intent") or {}).get("name")
    main = aspect_of(intent) or (_aspect_beside(scores) if intent in CHANGES else None)
    others = tuple(Aspect(name) for name in linking.get("more_aspects", ()) if name != main)
    first: dict[str, Any] = next(iter(linking.get("candidates") or ()), {})
    text = str(message.get("text") or "")
    compares = is_comparison(text)
    ranked = list(linking.get("scores") or ())[:2]
    siblings = catalogue.siblings(ranked[0]) if compares and catalogue and len(ranked) == 2 else frozenset()
    return Understanding(
        text=text,
        guess=_weak_aspect(intent, scores),
        is_foreign=bool(linking.get("foreign")),
        is_comparison=compares,
        confusable=frozenset({frozenset(ranked)}) if ranked[1:] and ranked[1] in siblings else frozenset(),
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


def _weak_aspect(intent: str | None, scores: dict[str, float]) -> Aspect | None:
    """Return the best aspect besides the overview of a message that was hardly understood."""
    if intent not in UNCLEAR:
        return None
    weak = {aspect: score for name, score in scores.items() if (aspect := aspect_of(name))}
    weak.pop(Aspect.OVERVIEW, None)
    return max(weak, key=lambda aspect: weak[aspect], default=None)


def _aspect_beside(scores: dict[str, float]) -> Aspect | None:
    """Return what "còn giấy khai tử thì làm ở đâu" asks, although changing the subject is its main act."""
    asked = {aspect: score for name, score in scores.items() if (aspect := aspect_of(name))}
    asked.pop(Aspect.OVERVIEW, None)
    best = max(asked, key=lambda aspect: asked[aspect], default=None)
    return best if best is not None and asked[best] >= BESIDE else None


def entity_value(tracker: Tracker, name: str) -> str | None:
    """Return the value of an entity of the latest message, as buttons send it."""
    for entity in (tracker.latest_message or {}).get("entities") or ():
        if entity.get("entity") == name:
            return str(entity.get("value"))
    return None


def chosen_procedure(tracker: Tracker) -> str | None:
    """Return the procedure code a button named."""
    return entity_value(tracker, PROCEDURE)
