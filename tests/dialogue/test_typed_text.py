"""What citizens type is never a command."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.training_data.message import Message
from talking import Dialogue

from bot.conversations.messages import Outcome
from bot.dialogue.engine import DialogueEngine
from bot.dialogue.typed_text import LONGEST_READ, harmless

MARKS = st.text(
    st.sampled_from("/\\\u2044\u2215\uff0f \u2003\u3000\u00a0\u200b\t\n\r\x0b\u2028\ufeff"), max_size=12
)
COMMANDS = [
    "/restart",
    ' /greet{"procedure":"x"}',
    '/choose{"procedure":"1.001193"}',
    '\uff0fchoose{"procedure":"1.001193"}',
    '\u200b/choose{"procedure":"1.001193"}',
    '/\u2003/choose{"procedure":"1.001193"}',
    '// /choose{"procedure":"1.001193"}',
    '\n\t/choose@1.0{"procedure":"1.001193"}',
]


@given(MARKS, st.sampled_from(["restart", "greet", 'choose{"procedure": "1.001193"}', "back"]))
@example("/\u2003/", "restart")
def test_marks_before_a_command_are_gone_before_rasa_looks(marks: str, command: str) -> None:
    text = harmless(marks + "/" + command)
    message = Message(data={"text": text, "sender": "x"})
    assert YAMLStoryReader.unpack_regex_message(message) is message


@given(st.text(max_size=80))
def test_no_typed_text_begins_with_a_slash(text: str) -> None:
    assert not unicodedata.normalize("NFKC", harmless(text)).strip().startswith("/")


@pytest.mark.parametrize("text", ["khai sinh/kết hôn", "mẫu 01/ĐK", "và/hoặc"])
def test_a_slash_inside_a_text_stays(text: str) -> None:
    assert harmless(text) == text


def test_a_text_is_read_up_to_a_length() -> None:
    assert len(harmless("a" * 100_000)) == LONGEST_READ


@pytest.mark.parametrize("text", COMMANDS)
async def test_a_typed_command_is_understood_as_words(engine: DialogueEngine, text: str) -> None:
    parsed = await engine.parse(text)
    assert parsed["intent"]["name"] not in {"restart", "choose", "none_of_these", "choose_place"}
    assert parsed["intent"]["confidence"] < 1.0


@pytest.mark.parametrize("text", COMMANDS)
async def test_a_typed_command_chooses_nothing(dialogue: Dialogue, text: str) -> None:
    replies = (await dialogue.say(text)).replies
    assert [reply.procedure for reply in replies] == [None] * len(replies)


async def test_a_typed_restart_forgets_nothing(dialogue: Dialogue) -> None:
    await dialogue.say("đăng ký khai sinh cần giấy tờ gì")
    before = dialogue.slots["procedure"]
    await dialogue.say("/restart")
    assert dialogue.slots["procedure"] == before


async def test_the_command_behind_an_own_button_is_obeyed(dialogue: Dialogue) -> None:
    result = await dialogue.say("Đăng ký khai sinh", '/choose{"procedure": "1.001193", "aspect": "fee"}')
    assert [(reply.procedure, reply.aspect) for reply in result.replies] == [("1.001193", "fee")]


@pytest.mark.parametrize(
    "text",
    ["", " ", "???", "🙂🙂", "\u200b\u200b", "\x00\x01", "...!!!", "\u0301", "/", "\ufeff"],
    ids=["empty", "blank", "marks", "emoji", "zero-width", "control", "points", "accent", "slash", "bom"],
)
async def test_an_unreadable_text_is_answered_by_one_sentence(dialogue: Dialogue, text: str) -> None:
    (reply,) = (await dialogue.say(text)).replies
    assert (reply.outcome, bool(reply.text)) == (Outcome.CLARIFY, True)


async def test_an_unreadable_text_changes_no_dialogue(dialogue: Dialogue) -> None:
    await dialogue.say("đăng ký khai sinh cần giấy tờ gì")
    before = dialogue.stored
    await dialogue.say("🙂")
    assert dialogue.stored == before


@pytest.mark.parametrize(
    "text",
    [
        "đăng ký khai sinh cần giấy tờ gì " * 3_000,
        "a" * 100_000,
        "khai\x00sinh\u200b cần\ngì",
        "𝓴𝓱𝓪𝓲 𝓼𝓲𝓷𝓱",
        "{}[](){{procedure}} khai sinh",
        "khai sinh\ud7ff",
    ],
    ids=["100 kB", "one long word", "control characters", "fancy letters", "braces", "odd letter"],
)
async def test_any_readable_text_gets_replies_with_outcomes(dialogue: Dialogue, text: str) -> None:
    replies = (await dialogue.say(text)).replies
    assert [bool(reply.text) and isinstance(reply.outcome, Outcome) for reply in replies] == [True] * len(replies)
    assert replies


async def test_decomposed_text_is_understood_as_composed(engine: DialogueEngine) -> None:
    text = "Đăng ký khai sinh quá hạn nộp ở đâu"
    parsed = [await engine.parse(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")]
    assert parsed[0] == parsed[1]
