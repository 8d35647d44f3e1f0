"""Calibration: how sure is sure enough, learned from held-out rankings."""

from __future__ import annotations

import json

import numpy as np
import pytest

from bot.nlu.calibration import (
    FOLDS,
    UNCALIBRATED,
    WANTED_PRECISION,
    Calibration,
    calibrate,
    features,
    fold_of,
)

COUNT = 400


def rankings(noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rankings in which a high score is right, more or less."""
    random = np.random.default_rng(7)
    best = random.uniform(0, 1, COUNT)
    rows = np.stack([features((b, b / 2), (b, b / 2), 1 - b) for b in best])
    names = best + random.normal(0, noise, COUNT) > 0.3
    right = best + random.normal(0, noise, COUNT) > 0.6
    return rows, names, right


def right_share(calibration: Calibration, rows: np.ndarray, right: np.ndarray) -> float:
    answered = [r for row, r in zip(rows, right, strict=True)
                if calibration.chances(row)[1] >= calibration.answer_from]  # fmt: skip
    return float(np.mean(answered))


@pytest.mark.parametrize("noise", [0.05, 0.15])
def test_the_wanted_share_of_given_answers_is_right(noise: float) -> None:
    rows, names, right = rankings(noise)
    assert right_share(calibrate(rows, names, right), rows, right) >= WANTED_PRECISION


def test_a_better_ranking_has_the_better_chance() -> None:
    calibration = calibrate(*rankings(0.1))
    weak, strong = (features((b, 0.1), (b, 0.1), 1 - b) for b in (0.3, 0.9))
    assert calibration.chances(strong)[1] > calibration.chances(weak)[1]


def test_a_message_that_names_something_has_the_better_chance_of_naming() -> None:
    calibration = calibrate(*rankings(0.1))
    silent, naming = (features((b, 0.0), (b, 0.0), 1 - b) for b in (0.05, 0.9))
    assert calibration.chances(naming)[0] > calibration.chances(silent)[0]


def test_chances_lie_between_zero_and_one() -> None:
    rows, names, right = rankings(0.3)
    calibration = calibrate(rows, names, right)
    chances = [chance for row in rows for chance in calibration.chances(row)]
    assert (min(chances) >= 0, max(chances) <= 1) == (True, True)


def test_too_few_examples_leave_the_usual_weights() -> None:
    rows, names, right = rankings(0.1)
    assert calibrate(rows[:49], names[:49], right[:49]) is UNCALIBRATED


@pytest.mark.parametrize("which", [0, 1])
def test_examples_of_one_kind_leave_the_usual_weights(which: int) -> None:
    rows, *truths = rankings(0.1)
    truths[which] = np.ones(COUNT, dtype=bool)
    assert calibrate(rows, *truths) is UNCALIBRATED


def test_scores_that_say_nothing_are_never_sure() -> None:
    rows, names, _ = rankings(0.1)
    right = np.zeros(COUNT, dtype=bool)
    right[::10] = True
    same = np.tile(rows[:1], (COUNT, 1))
    assert calibrate(same, names, right).answer_from == 1.0


def test_two_examples_more_move_the_threshold_by_next_to_nothing() -> None:
    rows, names, right = rankings(0.15)
    before = calibrate(rows, names, right).answer_from
    for extra in range(0, COUNT - 2, 20):
        kept = np.append(np.arange(COUNT), [extra, extra + 1])
        assert abs(calibrate(rows[kept], names[kept], right[kept]).answer_from - before) < 0.02


def test_a_stored_calibration_is_read_back() -> None:
    calibration = calibrate(*rankings(0.1))
    assert Calibration.from_stored(json.loads(json.dumps(calibration.stored()))) == calibration


@pytest.mark.parametrize("text", ["Đăng ký khai sinh", "làm sổ đỏ, ở đâu?"])
def test_all_spellings_of_a_text_fall_into_one_fold(text: str) -> None:
    from bot.vietnamese.folding import strip_marks

    assert fold_of(text) == fold_of(strip_marks(text).upper())


def test_all_folds_are_used() -> None:
    assert {fold_of(f"câu số {number}") for number in range(100)} == set(range(FOLDS))
