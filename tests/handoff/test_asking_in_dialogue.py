"""What the dialogue tells the desk when a person is asked for, with the real release."""

from __future__ import annotations

import orjson
from talking import Dialogue

from bot.conversations.messages import PersonWanted


async def _wanted(dialogue: Dialogue, *texts: str, payload: str | None = None) -> PersonWanted:
    for text in texts[:-1]:
        await dialogue.say(text)
    result = await dialogue.say(texts[-1], payload=payload)
    assert result.wants is not None
    assert result.replies[0].outcome == "handoff"
    return result.wants


async def test_procedure_aspect_and_place_go_along(dialogue: Dialogue) -> None:
    wanted = await _wanted(
        dialogue,
        "đăng ký khai sinh cần giấy tờ gì",
        "trung tâm hành chính công phường Hồng Gai ở đâu",
        "cho tôi gặp cán bộ",
    )
    assert (wanted.reason, wanted.procedure, wanted.field, wanted.unit) == (
        "citizen",
        "1.001193",
        "Hộ tịch",
        "06685",
    )
    assert "khai sinh" in wanted.summary
    assert "giấy tờ" in wanted.summary
    assert "Hồng Gai" in wanted.summary


async def test_without_a_procedure_it_says_so(dialogue: Dialogue) -> None:
    wanted = await _wanted(dialogue, "gặp cán bộ")
    assert (wanted.procedure, wanted.field, wanted.unit) == (None, None, None)
    assert "chưa rõ" in wanted.summary


async def test_two_failed_turns_are_the_reason(dialogue: Dialogue) -> None:
    wanted = await _wanted(dialogue, "xyz abc qwe", "asdf ghjk lqwe", "gặp cán bộ", payload="/request_human")
    assert wanted.reason == "failed_turns"


async def test_a_button_of_an_answer_is_the_reason(dialogue: Dialogue) -> None:
    wanted = await _wanted(dialogue, "Gặp cán bộ", payload='/request_human{"task": "answer"}')
    assert wanted.reason == "answer"


async def test_of_a_dossier_only_the_masked_code_goes_along(dialogue: Dialogue) -> None:
    await dialogue.say("xin chào")
    slot = {"event": "slot", "timestamp": dialogue.events[-1]["timestamp"], "name": "dossiers"}
    code = "H49.22-260101-0012"
    dialogue.stored = orjson.dumps([*dialogue.events, slot | {"value": [code]}]).decode()
    wanted = await _wanted(dialogue, "gặp cán bộ")
    assert wanted.dossier == "H49.22-260101-****"
    assert code not in wanted.summary
