"""The judge of the golden questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.training.golden import Golden, Verdict, judge, read_golden

A, B = "1.000001", "1.000002"
WANTED = {"outcome": "answer", "procedure": A, "aspect": "fee"}
BACK = {"outcome": "clarify", "offers_any": [A, B]}


def answer(
    code: str | None = A, aspect: str = "fee", outcome: str = "answer", offers: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    return [{"outcome": outcome, "procedure": code, "aspect": aspect, "offers": list(offers)}]


def verdict(expected: dict[str, Any], given: list[dict[str, Any]]) -> Verdict:
    (found,) = judge(Golden("g", ("?",), (expected,), "", ""), [given])
    return found


@pytest.mark.parametrize(
    ("expected", "given", "right"),
    [
        (WANTED, answer(), True),
        (WANTED, answer(aspect="where"), False),
        (WANTED, answer(B), False),
        (WANTED, [], False),
        ({**WANTED, "accept": [{"outcome": "answer", "procedure": B, "aspect": "fee"}]}, answer(B), True),
        (BACK, answer(None, outcome="clarify", offers=(B,)), True),
        (BACK, answer(None, outcome="clarify", offers=("1.999999",)), False),
        ({**BACK, "offers_any": []}, answer(None, outcome="clarify"), True),
        ({"outcome": "emergency"}, answer(None, outcome="emergency"), True),
        ({"outcome": "emergency"}, answer(), False),
        (WANTED, [*answer(B), *answer()], False),
    ],
)
def test_an_answer_is_right_when_it_is_one_of_the_acceptable_ones(
    expected: dict[str, Any], given: list[dict[str, Any]], right: bool
) -> None:
    assert verdict(expected, given).right is right


@pytest.mark.parametrize(
    ("given", "confidently"),
    [
        (answer(B), True),
        (answer(aspect="where"), False),
        (answer(None, outcome="clarify"), False),
        (answer(), False),
    ],
)
def test_an_answer_about_another_procedure_is_confidently_wrong(
    given: list[dict[str, Any]], confidently: bool
) -> None:
    assert verdict(WANTED, given).confidently_wrong is confidently


def test_a_question_back_instead_of_an_answer_is_counted() -> None:
    assert verdict(WANTED, answer(None, outcome="clarify")).asked_back


def test_a_wanted_question_back_is_not_counted_against_it() -> None:
    assert not verdict(BACK, answer(None, outcome="clarify")).asked_back


def test_a_missing_turn_is_noticed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        list(judge(Golden("g", ("?", "?"), (WANTED, WANTED), "", ""), [answer()]))


def test_a_line_is_one_conversation_whatever_stands_in_it(tmp_path: Path) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text(
        '{"id": "g1", "turns": ["một\u2028hai"], "expect": [{"outcome": "clarify"}]}\n\n', encoding="utf-8"
    )
    assert [item.turns for item in read_golden(path)] == [("một\u2028hai",)]
