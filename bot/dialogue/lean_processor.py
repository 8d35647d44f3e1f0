"""Rasa's processor without the work whose only reader is a debug line, or a developer at training.

Each turn it would copy all events of an action for a line that is not printed, and compare the domain with an
empty one, built anew, to warn of intents that training has already checked.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import Action
from rasa.core.agent import Agent
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import ActionExecutionRejected, Event
from rasa.shared.core.trackers import DialogueStateTracker


class LeanProcessor(MessageProcessor):
    """Does what its parent does, without its debug lines."""

    @classmethod
    def take_over(cls, agent: Agent) -> None:
        """Replace the processor of a loaded agent."""
        if agent.processor is not None:
            agent.processor.__class__ = cls

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Training refuses intents and entities that the domain does not know."""

    @staticmethod
    def _log_slots(tracker: DialogueStateTracker) -> None:
        """Slots may hold what citizens said."""

    def _log_action_on_tracker(
        self,
        tracker: DialogueStateTracker,
        action: Action,
        events: list[Event] | None,
        prediction: PolicyPrediction,
    ) -> None:
        events = events or []
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)
