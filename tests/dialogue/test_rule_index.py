"""Remembered rules predict what Rasa's policy predicts."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.rule_index import SITUATIONS_KEPT, IndexedRulePolicy


@pytest.fixture(scope="module")
def policies(archive: Path) -> tuple[RulePolicy, IndexedRulePolicy, Domain]:
    """Rasa's policy of the release, ours, and the domain."""
    agent = Agent()
    agent.load_model(archive)
    nodes = agent.processor.graph_runner._instantiated_nodes.values()
    (node,) = [node for node in nodes if type(node._component) is RulePolicy]
    theirs = copy.copy(node._component)
    IndexedRulePolicy.take_over(agent)
    return theirs, node._component, agent.domain


def _same(first: PolicyPrediction, second: PolicyPrediction) -> bool:
    return (
        first == second
        and first.policy_name == second.policy_name
        and first.hide_rule_turn == second.hide_rule_turn
    )


def _dialogue(domain: Domain, *events: Any) -> DialogueStateTracker:
    start = [ActionExecuted("action_session_start"), ActionExecuted("action_listen")]
    return DialogueStateTracker.from_events("somebody", [*start, *events], domain.slots)


def _said(intent: str | None) -> UserUttered:
    return UserUttered("câu hỏi", {"name": intent, "confidence": 0.9})


def test_every_intent_and_every_action_after_it_are_predicted_alike(
    policies: tuple[RulePolicy, IndexedRulePolicy, Domain],
) -> None:
    theirs, ours, domain = policies
    predicted = set()
    for intent in [*domain.intents, None]:
        said = _said(intent)
        # Twice: the second time from memory.
        for _ in range(2):
            first = ours.predict_action_probabilities(_dialogue(domain, said), domain)
            assert _same(first, theirs.predict_action_probabilities(_dialogue(domain, said), domain)), intent
        action = domain.action_names_or_texts[first.max_confidence_index]
        predicted.add(action)
        later = _dialogue(domain, said, ActionExecuted(action))
        after = ours.predict_action_probabilities(later, domain)
        assert _same(after, theirs.predict_action_probabilities(later, domain)), (intent, action)
    assert len(predicted) > 3


def test_a_dialogue_that_goes_on_is_predicted_alike(
    policies: tuple[RulePolicy, IndexedRulePolicy, Domain],
) -> None:
    theirs, ours, domain = policies
    events: list[Any] = []
    for intent in domain.intents[:12]:
        events += [_said(intent)]
        for slot in domain.slots[:2]:
            events += [SlotSet(slot.name, None)]
        tracker = _dialogue(domain, *events)
        found = ours.predict_action_probabilities(tracker, domain)
        assert _same(found, theirs.predict_action_probabilities(tracker, domain))
        events += [
            ActionExecuted(domain.action_names_or_texts[found.max_confidence_index]),
            ActionExecuted("action_listen"),
        ]


def test_memory_is_bounded(
    policies: tuple[RulePolicy, IndexedRulePolicy, Domain], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ours, domain = policies
    monkeypatch.setattr("bot.dialogue.rule_index.SITUATIONS_KEPT", 3)
    ours._found.clear()
    for intent in domain.intents[:10]:
        ours.predict_action_probabilities(_dialogue(domain, _said(intent)), domain)
        assert len(ours._found) <= 3
    assert SITUATIONS_KEPT > 100
