"""What is read from a message that changes the subject and asks something in the same breath."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker

from actions.understanding import understand
from bot.catalogue.model import Aspect


def tracker(intent: str, scores: dict[str, float]) -> Tracker:
    message = {"text": "còn khai tử thì làm ở đâu", "intent": {"name": intent}, "scores": {"intents": scores}}
    return Tracker("a", {}, message, [], False, None, {}, None)


@pytest.mark.parametrize(
    ("intent", "scores", "aspects"),
    [
        ("switch_procedure", {"switch_procedure": 0.9, "ask_where": 0.8}, (Aspect.WHERE,)),
        ("correct_procedure", {"correct_procedure": 0.9, "ask_fee": 0.4, "ask_where": 0.35}, (Aspect.FEE,)),
        ("switch_procedure", {"switch_procedure": 0.9, "ask_where": 0.1}, ()),
        ("switch_procedure", {"switch_procedure": 0.9, "ask_overview": 0.8}, ()),
        ("greet", {"greet": 0.9, "ask_where": 0.8}, ()),
    ],
)
def test_an_aspect_beside_a_change_of_subject(
    intent: str, scores: dict[str, float], aspects: tuple[Aspect, ...]
) -> None:
    assert understand(tracker(intent, scores)).aspects == aspects
