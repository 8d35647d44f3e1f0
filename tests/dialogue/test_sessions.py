"""Sessions end after an hour; only today's procedure is carried over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from talking import Dialogue

from bot.clock import today_in_vietnam

HOUR_AND_A_MINUTE = 61


@pytest.fixture
async def visited(dialogue: Dialogue) -> Dialogue:
    """A conversation about two procedures and a case."""
    await dialogue.say("đăng ký kết hôn cần giấy tờ gì")
    await dialogue.say("đăng ký khai sinh quá hạn lệ phí bao nhiêu")
    return dialogue


def tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.memory.today_in_vietnam", lambda: today_in_vietnam() + timedelta(days=1))


async def test_within_the_hour_everything_is_remembered(visited: Dialogue) -> None:
    visited.age(59)
    await visited.say("cảm ơn bạn nhiều")
    assert {"procedure", "previous_procedure", "case", "aspect"} <= visited.slots.keys()


async def test_after_an_hour_only_the_procedure_of_the_day_is_left(visited: Dialogue) -> None:
    visited.age(HOUR_AND_A_MINUTE)
    await visited.say("cảm ơn bạn nhiều")
    left = {name for name, value in visited.slots.items() if value not in (0, 0.0)}
    assert left == {"procedure", "procedure_day"}


async def test_after_an_hour_a_follow_up_still_knows_the_procedure(visited: Dialogue) -> None:
    visited.age(HOUR_AND_A_MINUTE)
    (reply,) = (await visited.say("nộp ở đâu")).replies
    assert (reply.procedure, reply.aspect) == ("1.001193", "where")


async def test_after_an_hour_a_case_is_asked_again(visited: Dialogue) -> None:
    visited.age(HOUR_AND_A_MINUTE)
    (reply,) = (await visited.say("lệ phí bao nhiêu")).replies
    assert len(reply.buttons) >= 2


async def test_the_next_day_nothing_is_left(visited: Dialogue, monkeypatch: pytest.MonkeyPatch) -> None:
    visited.age(HOUR_AND_A_MINUTE)
    tomorrow(monkeypatch)
    await visited.say("cảm ơn bạn nhiều")
    assert {name for name, value in visited.slots.items() if value not in (0, 0.0)} == set()


async def test_midnight_ends_the_procedure_even_within_a_session(
    visited: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow(monkeypatch)
    replies = (await visited.say("nộp ở đâu")).replies
    assert [reply.procedure for reply in replies] == [None]


async def test_a_message_is_answered_once_when_a_session_begins(visited: Dialogue) -> None:
    visited.age(HOUR_AND_A_MINUTE)
    assert len((await visited.say("xin chào")).replies) == 1
