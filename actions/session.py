"""The start of a session: nothing is carried over but today's procedure."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, EventType, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.memory import current_procedure


class StartSession(Action):
    """Replaces Rasa's own start, which carries all slots or none."""

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_session_start"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Keep the procedure under discussion until midnight in Việt Nam."""
        events: list[EventType] = [SessionStarted()]
        if code := current_procedure(tracker):
            events += [
                SlotSet("procedure", code),
                SlotSet("procedure_day", tracker.get_slot("procedure_day")),
            ]
        return [*events, ActionExecuted("action_listen")]
