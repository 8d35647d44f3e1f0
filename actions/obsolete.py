"""Explaining once what an obsolete name stands for today."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.catalogue.obsolete import project_obsolete_names


def explain_once(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Add an explanation to the first reply when the message uses an obsolete name for the first time."""
    name = project_obsolete_names().find(str(tracker.latest_message.get("text") or ""))
    explained = list(tracker.get_slot("explained") or ())
    if name is None or name.id in explained or not dispatcher.messages:
        return []
    first = dispatcher.messages[0]
    first["text"] = f"{first['text']}\n\nLưu ý: {name.text()}"
    return [SlotSet("explained", [*explained, name.id])]
