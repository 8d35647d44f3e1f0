"""Keeping a dialogue short: the last turns, headed by the state that the dropped ones had built up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot.nlu.labels import LINKING, UNDERSTANDING
from bot.privacy.masking import mask_value

# Rasa searches all subclasses at each event. Its test tools have kinds of their own that are never stored.
_KINDS = {
    kind.type_name: kind
    for kind in all_subclasses(Event)
    if kind.type_name and kind.__module__ == Event.__module__
}
KEPT_TURNS = 1
"""Whole turns kept besides slots and loop; no rule looks further back."""
RANKING_KEPT = 2
QUESTION_SLOT = "dossier_question"
"""Slot with the question that is open: `kind`, and what else its action needs."""
CARRIED_SLOTS = frozenset({"procedure", "procedure_day", "previous_procedure", "case", "aspect", "unit"})
"""What another channel may go on with."""
_UNUSED = ("response_selector", "text_tokens", UNDERSTANDING, LINKING)


def stored_events(tracker: DialogueStateTracker) -> str:
    """Return the running session as masked JSON, at most `KEPT_TURNS` turns and a header long.

    Dropping old events alone would lose the slots they set, because Rasa replays the events whenever
    it copies a tracker.
    """
    events = list(tracker.events)
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    cut = turns[-KEPT_TURNS] if len(turns) > KEPT_TURNS else _session_start(events)
    kept: Sequence[Event] = events[cut:]
    if cut > 0:
        kept = [*_header(tracker, events[:cut]), *kept]
    return orjson.dumps(mask_value([_slim(event.as_dict()) for event in kept])).decode()


def understanding(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return what was understood of the last message, masked: for staff review."""
    parsed = (tracker.latest_message.parse_data if tracker.latest_message else None) or {}
    ranking = parsed.get("intent_ranking") or []
    found: dict[str, Any] = mask_value(
        {
            "intents": [
                {"name": item["name"], "confidence": round(item["confidence"], 4)}
                for item in ranking[:RANKING_KEPT]
            ],
            "intent": (parsed.get("intent") or {}).get("name"),
            "candidates": (parsed.get(LINKING) or {}).get("candidates", [])[:3],
        }
    )
    return found


def awaits(tracker: DialogueStateTracker) -> str | None:
    """Return what the dialogue asks for, by the slot in which an action noted it."""
    question = tracker.get_slot(QUESTION_SLOT) if QUESTION_SLOT in tracker.slots else None
    return str(question["kind"]) if isinstance(question, dict) else None


def read_events(stored: str) -> list[Event]:
    """Return the events that `stored_events` wrote.

    Raises:
        KeyError: An event of a kind this version of Rasa does not know.
    """
    return [_KINDS[item["event"]]._from_parameters(item) for item in orjson.loads(stored)]


def carried_over(stored: str) -> str | None:
    """Return what of a stored session goes along to another channel, or None when nothing is known.

    Only what is talked about: nothing that was proven, no code of a dossier, no open question.
    """
    events = read_events(stored)
    known = {event.key: event for event in events if isinstance(event, SlotSet) and event.key in CARRIED_SLOTS}
    slots = [event for event in known.values() if event.value is not None]
    if not slots:
        return None
    moment = events[-1].timestamp
    carried: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=moment),
        SessionStarted(timestamp=moment),
        *(SlotSet(event.key, event.value, timestamp=moment) for event in slots),
        ActionExecuted(ACTION_LISTEN_NAME, timestamp=moment),
    ]
    return orjson.dumps(mask_value([event.as_dict() for event in carried])).decode()


def _session_start(events: Sequence[Event]) -> int:
    starts = [index for index, event in enumerate(events) if isinstance(event, SessionStarted)]
    return max(0, starts[-1] - 1) if starts else 0


def _header(tracker: DialogueStateTracker, dropped: Sequence[Event]) -> list[Event]:
    before = DialogueStateTracker.from_events("", list(dropped), tracker.slots.values())
    moment = dropped[-1].timestamp
    header: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=moment),
        SessionStarted(timestamp=moment),
    ]
    header += [
        SlotSet(name, slot.value, timestamp=moment) for name, slot in before.slots.items() if slot.has_been_set
    ]
    if before.active_loop_name:
        header.append(ActiveLoop(before.active_loop_name, timestamp=moment))
    header.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=moment))
    return header


def _slim(event: dict[str, Any]) -> dict[str, Any]:
    """Return the event without what no later turn reads."""
    if event["event"] == "user":
        parsed = event.get("parse_data") or {}
        parsed = {key: value for key, value in parsed.items() if key not in _UNUSED}
        parsed["intent_ranking"] = (parsed.get("intent_ranking") or [])[:RANKING_KEPT]
        return {**event, "parse_data": parsed}
    if event["event"] == "bot":
        # What was said stands in the outbox.
        return {**event, "text": None, "data": {}}
    return event
