"""The gate: what an uncertain message is taken for."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.gate import Gate
from bot.nlu.labels import LINKING, UNDERSTANDING

NAMED = {"found": ["1.000001"], "ask": []}
VAGUE = {"found": [], "ask": ["1.000001", "1.000002"]}
NOTHING: dict[str, Any] = {"found": [], "ask": []}


def gated(scores: dict[str, float], linking: dict[str, Any], text: str = "một câu", known: float = 1.0) -> Message:
    name = max(scores, key=scores.__getitem__) if scores else None
    message = Message(data={"text": text})
    message.set("intent", {"name": name, "confidence": 0.5})
    message.set("intent_ranking", [{"name": name, "confidence": 0.5}])
    message.set(UNDERSTANDING, {"known": known, "intents": scores})
    message.set(LINKING, linking)
    Gate(Gate.get_default_config()).process([message])
    return message


@pytest.mark.parametrize(
    ("scores", "linking", "intent"),
    [
        ({}, NOTHING, "nlu_fallback"),
        ({}, NAMED, "ask_overview"),
        ({"ask_fee": 0.9}, NOTHING, "ask_fee"),
        ({"ask_fee": 0.01}, NOTHING, "nlu_fallback"),
        ({"ask_fee": 0.01}, NAMED, "ask_fee"),
        ({"ask_fee": 0.01}, VAGUE, "ask_fee"),
        ({"more": 0.01}, NOTHING, "nlu_fallback"),
        ({"more": 0.9}, NAMED, "more"),
        ({"greet": 0.95}, NAMED, "greet"),
        ({"greet": 0.5, "ask_fee": 0.2, "ask_form": 0.1}, NAMED, "ask_fee"),
        ({"greet": 0.5}, NAMED, "ask_overview"),
        ({"greet": 0.05, "ask_fee": 0.04}, NOTHING, "nlu_fallback"),
        ({"greet": 0.05, "ask_fee": 0.04}, VAGUE, "ask_fee"),
        ({"greet": 0.5}, NOTHING, "greet"),
        ({"out_of_scope": 0.05}, NOTHING, "out_of_scope"),
        ({"ask_fee": 0.9, "out_of_scope": 0.7}, {**NAMED, "right": 0.6}, "out_of_scope"),
        ({"ask_fee": 0.9, "out_of_scope": 0.7}, {**NAMED, "right": 0.95}, "ask_fee"),
        ({"ask_fee": 0.9, "out_of_scope": 0.3}, {**NAMED, "right": 0.6}, "ask_fee"),
    ],
    ids=[
        "nothing known", "only a procedure", "clear aspect", "noise", "weak aspect of a procedure",
        "weak aspect of something", "weak act of a conversation", "clear act of a conversation",
        "sure act beside a procedure", "unsure act beside a procedure", "unsure act, no aspect",
        "weak act", "weak act beside something", "act", "weakly out of scope",
        "nearly foreign, hardly a procedure", "nearly foreign, surely a procedure", "hardly foreign",
    ],
)  # fmt: skip
def test_what_a_message_is_taken_for(scores: dict[str, float], linking: dict[str, Any], intent: str) -> None:
    assert gated(scores, linking).get("intent")["name"] == intent


@pytest.mark.parametrize(
    ("scores", "linking", "known", "intent"),
    [
        ({"emergency": 0.3}, NOTHING, 0.8, "nlu_fallback"),
        ({"petition": 0.3}, NOTHING, 0.8, "nlu_fallback"),
        ({"emergency": 0.3}, NOTHING, 1.0, "emergency"),
        ({"emergency": 0.6}, NOTHING, 0.6, "emergency"),
        ({"greet": 0.3, "ask_fee": 0.2}, VAGUE, 0.8, "greet"),
        ({"out_of_scope": 0.3}, NOTHING, 0.8, "out_of_scope"),
    ],
)
def test_words_that_are_none_are_no_act(
    scores: dict[str, float], linking: dict[str, Any], known: float, intent: str
) -> None:
    assert gated(scores, linking, known=known).get("intent")["name"] == intent


def test_a_replaced_intent_leads_the_ranking() -> None:
    message = gated({"greet": 0.5, "ask_fee": 0.2}, NAMED)
    assert [item["name"] for item in message.get("intent_ranking")] == ["ask_fee", "greet"]


@pytest.mark.parametrize(
    ("scores", "more"),
    [
        ({"ask_fee": 0.9, "ask_duration": 0.8, "ask_where": 0.7}, ["duration"]),
        ({"ask_fee": 0.9, "ask_duration": 0.1}, []),
        ({"ask_fee": 0.9, "ask_overview": 0.8}, []),
        ({"ask_fee": 0.9, "greet": 0.8}, []),
    ],
)
def test_a_second_clear_aspect_is_noted(scores: dict[str, float], more: list[str]) -> None:
    assert gated(scores, NAMED).get(LINKING)["more_aspects"] == more


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("làm sổ đỏ ở Hải Phòng hết bao nhiêu", "other_province"),
        ("lam so do o Hai Phong het bao nhieu", "other_province"),
        ("quê Hải Phòng giờ ở Quảng Ninh thì phí bao nhiêu", "ask_fee"),
        ("phí bao nhiêu", "ask_fee"),
    ],
)
def test_a_question_about_another_province_is_recognised(text: str, intent: str) -> None:
    assert gated({"ask_fee": 0.9}, NAMED, text).get("intent")["name"] == intent


def test_another_province_in_the_story_of_a_clear_question_is_no_place() -> None:
    text = "mất thẻ căn cước ở Hải Phòng thì làm lại hết bao nhiêu"
    sure = {**NAMED, "right": 0.95}
    assert gated({"ask_fee": 0.9}, sure, text).get("intent")["name"] == "ask_fee"
    assert gated({"ask_fee": 0.9, "other_province": 0.3}, sure, text).get("intent")["name"] == "other_province"
    assert gated({"ask_fee": 0.9}, {**sure, "right": 0.7}, text).get("intent")["name"] == "other_province"


def test_an_emergency_elsewhere_is_an_emergency() -> None:
    assert gated({"emergency": 0.9}, NOTHING, "cháy nhà ở Hải Phòng").get("intent")["name"] == "emergency"
