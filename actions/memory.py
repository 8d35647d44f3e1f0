"""What the dialogue remembers between turns: slots and their changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from actions.decision import Context
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.model import Aspect
from bot.clock import today_in_vietnam


def current_procedure(tracker: Tracker) -> str | None:
    """Return the procedure under discussion; it is remembered for one calendar day."""
    if tracker.get_slot("procedure_day") not in (None, today_in_vietnam().isoformat()):
        return None
    code: str | None = tracker.get_slot("procedure")
    return code


def last_aspect(tracker: Tracker) -> Aspect:
    """Return what was asked last, by which "còn khai tử thì sao" is understood."""
    return Aspect(tracker.get_slot("aspect") or Aspect.OVERVIEW)


def remember(tracker: Tracker, code: str, aspect: Aspect, case: str | None) -> list[EventType]:
    """Return the events that make `code` the procedure under discussion."""
    events: list[EventType] = []
    before = tracker.get_slot("procedure")
    if before != code:
        events.append(SlotSet("procedure", code))
        if before:
            events.append(SlotSet("previous_procedure", before))
    changes: dict[str, Any] = {
        "procedure_day": today_in_vietnam().isoformat(),
        "aspect": aspect.value,
        "case": case,
        "failed_turns": 0,
        "offered": None,
    }
    events += [SlotSet(name, value) for name, value in changes.items() if tracker.get_slot(name) != value]
    return events


def context_of(tracker: Tracker, catalogue: Catalogue) -> Context:
    """Return what the conversation is about."""
    current = current_procedure(tracker)
    return Context(
        current=current,
        siblings=catalogue.siblings(current),
        previous=tracker.get_slot("previous_procedure") if current else None,
        when_lost=catalogue.for_lost(current),
        aspect=last_aspect(tracker),
        offered=tuple(tracker.get_slot("offered") or ()),
        offered_aspect=Aspect(tracker.get_slot("offered_aspect") or Aspect.OVERVIEW),
    )


def offer(codes: Sequence[str], aspect: Aspect) -> list[EventType]:
    """Return the events that note a question back."""
    return [SlotSet("offered", list(codes)), SlotSet("offered_aspect", aspect.value)]


def failed(tracker: Tracker) -> tuple[int, list[EventType]]:
    """Return how many turns in a row failed, this one included, and the event that notes it."""
    count = int(tracker.get_slot("failed_turns") or 0) + 1
    return count, [SlotSet("failed_turns", count)]
