from __future__ import annotations

from typing import Any

import pytest

from bot.training.gate.compare import compare
from bot.training.gate.questions import Part, Question
from bot.training.gate.tolerances import PARTS


def questions(
    count: int, part: Part = Part.GOLDEN, *, pinned: bool = False, field: str = "Đất đai"
) -> list[Question]:
    expect = ({"outcome": "answer", "procedure": "1.001193", "aspect": "fee"},)
    return [Question(f"{part}-{i}", part, (f"câu {part} {i}",), expect, field, pinned) for i in range(count)]


def results(asked: list[Question], wrong: int, *, confident: bool = False) -> dict[str, Any]:
    return {
        q.digest: [
            {"right": i >= wrong, "confident": confident and i < wrong, "got": "answer 1.001193 fee" if i >= wrong
             else "clarify - -", "text": "", "offers": [], "sure": 0.9}
        ]
        for i, q in enumerate(asked)
    }  # fmt: skip


def test_the_same_answers_are_green() -> None:
    asked = questions(100)
    report = compare(asked, results(asked, 7), results(asked, 7))
    assert (report["verdict"], report["fixed"], report["broken"]) == ("green", [], [])


def test_losing_more_than_stated_is_red_and_says_where() -> None:
    asked = questions(1000, field="")
    allowed = PARTS[Part.GOLDEN].allowed(1000)
    assert compare(asked, results(asked, 0), results(asked, allowed))["verdict"] == "green"
    report = compare(asked, results(asked, 0), results(asked, allowed + 1))
    assert report["verdict"] == "red"
    assert "Bộ câu kiểm tra" in report["reasons"][0]
    assert report["broken_count"] == allowed + 1


def test_one_field_may_not_pay_for_the_others() -> None:
    land, civil = questions(40, field="Đất đai"), questions(400, Part.STRIPPED, field="Hộ tịch")
    before = results(land, 0) | results(civil, 30)
    after = results(land, 6) | results(civil, 0)
    report = compare([*land, *civil], before, after)
    assert report["verdict"] == "red"
    assert any("Đất đai" in reason for reason in report["reasons"])


def test_being_wrong_with_confidence_is_red_even_with_as_many_right_answers() -> None:
    asked = questions(200, field="")
    report = compare(asked, results(asked, 20), results(asked, 20, confident=True))
    assert report["verdict"] == "red"
    assert "sai mà chắc" in report["reasons"][0]


@pytest.mark.parametrize("part", [Part.SAVED, Part.LIVE])
def test_one_pinned_case_is_enough(part: Part) -> None:
    asked = [*questions(500), *questions(1, part, pinned=True)]
    report = compare(asked, results(asked, 0), results(asked[:-1], 0) | results(asked[-1:], 1))
    assert report["verdict"] == "red"
    assert report["pinned"]


def test_small_parts_and_scope_have_tolerances_of_their_own() -> None:
    asked = questions(86, Part.SCOPE, field="")
    assert compare(asked, results(asked, 0), results(asked, 1))["verdict"] == "green"
    assert compare(asked, results(asked, 0), results(asked, 2))["verdict"] == "red"


def test_pictures_have_their_numbers() -> None:
    asked = questions(20)
    report = compare(asked, results(asked, 2), results(asked, 4))
    assert report["confusions"][0]["count"] == 4
    assert report["calibration"]["after"] == [{"count": 20, "right": 0.8, "sure": pytest.approx(0.9)}]
