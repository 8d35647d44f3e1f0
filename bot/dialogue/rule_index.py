"""Rules looked up once for each situation.

Rasa's policy compares every rule with the dialogue at each prediction, twice a turn and once more for the
typed text, though there are few situations (last action, intent, slots) and they come back all day.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.core.agent import Agent
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker

SITUATIONS_KEPT = 2_000


class IndexedRulePolicy(RulePolicy):
    """Predicts what its parent predicts and remembers which rules apply."""

    _found: dict[tuple[int, str], set[str]]
    _hears_text: bool

    @classmethod
    def take_over(cls, agent: Agent) -> None:
        """Replace the rule policy of a loaded agent."""
        if agent.processor is None:
            return
        for node in agent.processor.graph_runner._instantiated_nodes.values():
            if type(node._component) is RulePolicy:
                policy = node._component
                policy.__class__ = cls
                policy._found = {}
                policy._hears_text = any(map(_applies_to_text, policy.lookup[RULES]))

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        situation = (id(lookup), self._create_feature_key(states))
        found = self._found.get(situation)
        if found is None:
            if len(self._found) >= SITUATIONS_KEPT:
                self._found.clear()
            found = self._found[situation] = super()._get_possible_keys(lookup, states)
        return found

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        if use_text_for_last_user_input and not self._hears_text and not tracker.active_loop_name:
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        return found

    def _rule_prediction(self, *arguments: Any, **options: Any) -> PolicyPrediction:
        prediction: PolicyPrediction = super()._rule_prediction(*arguments, **options)
        # Rasa tells predictions by rules from others by this name.
        prediction.policy_name = RulePolicy.__name__
        return prediction


def _applies_to_text(rule: str) -> bool:
    """Say whether a rule may apply right after a message whose text, but not whose intent, is known."""
    situation = json.loads(rule)[-1]
    is_after_listening = situation.get(PREVIOUS_ACTION, {}).get("action_name") == ACTION_LISTEN_NAME
    return is_after_listening and "intent" not in situation.get(USER, {})
