"""The figures of an evaluation, the comparison of two releases, and the calibration picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from bot.training.calibration_picture import calibration_svg
from bot.training.golden import Golden, Verdict
from bot.training.report import calibration, changes, figures, groups, wrong_ones

ANSWER = {"outcome": "answer", "procedure": "1.001193", "aspect": "fee"}
FOREIGN = {"outcome": "out_of_scope"}


def verdict(
    number: int, right: bool, expect: dict[str, str] = ANSWER, got: str = "answer 1.001193 fee"
) -> Verdict:
    golden = Golden(f"g{number}", ("phí khai sinh",), (expect,), "Hộ tịch", "single")
    return Verdict(golden, 0, right, confidently_wrong=False, asked_back=False, got=got)


def test_shares_and_their_error() -> None:
    found = figures([verdict(1, True), verdict(2, True), verdict(3, False), verdict(4, False)])
    assert (found["turns"], found["right"], found["standard_error"]) == (4, 0.5, 0.25)


def test_an_answer_outside_the_scope_is_counted_among_those_outside() -> None:
    outside = [verdict(1, False, FOREIGN), verdict(2, True, FOREIGN, "out_of_scope - -"), verdict(3, True)]
    assert figures(outside)["false_answers"] == pytest.approx(0.5)


def test_groups_cover_kind_outcome_aspect_and_field() -> None:
    assert set(groups([verdict(1, True)])) == {
        "loại single", "kết cục answer", "khía cạnh fee", "lĩnh vực Hộ tịch",
    }  # fmt: skip


def test_only_wrong_ones_are_listed() -> None:
    assert [item["id"] for item in wrong_ones([verdict(1, True), verdict(2, False)])] == ["g2"]


def test_two_releases_are_compared_turn_by_turn() -> None:
    found = changes([verdict(1, True), verdict(2, False), verdict(3, True)],
                    [verdict(1, False), verdict(2, True), verdict(3, True)])  # fmt: skip
    assert [item["id"] for item in found["fixed"]] == ["g2"]
    assert [item["id"] for item in found["broken"]] == ["g1"]


def test_calibration_puts_what_was_said_beside_what_is_true() -> None:
    golden = Golden("g", ("phí khai sinh",), (ANSWER,), "Hộ tịch", "single")
    right = {"right": 0.92, "candidates": [{"code": "1.001193"}]}
    wrong = {"right": 0.98, "candidates": [{"code": "1.000656"}]}
    points = calibration([(golden, right), (golden, wrong), (golden, {"right": 0.1, "candidates": []})])
    assert points == [{"said": pytest.approx(0.95), "true": 0.5, "count": 2}]


def test_the_picture_is_well_formed_and_names_its_dots() -> None:
    picture = calibration_svg([{"said": 0.9, "true": 0.8, "count": 12}], "Mức <đúng>")
    root = ET.fromstring(picture)
    assert root.get("aria-label") == "Mức <đúng>"
    assert "90% → 80% (12 câu)" in picture
