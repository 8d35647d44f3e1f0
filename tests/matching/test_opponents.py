"""Samples of opponents: each stands for its share, and a new example hardly moves them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from bot.matching import opponents
from bot.matching.opponents import Lesson, Opponents

LABELS, EACH = 12, 10


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opponents, "FEW", 0)
    monkeypatch.setattr(opponents, "GROUP", 3)
    monkeypatch.setattr(opponents, "NEIGHBOURS", 2)
    monkeypatch.setattr(opponents, "MOST", 4)
    monkeypatch.setattr(opponents, "SAMPLE", 8)


def lessons(keys: np.ndarray, given: np.ndarray) -> list[Lesson]:
    # Labels beside each other share a column, so each has neighbours.
    columns = np.stack([given, given + 1], axis=1)
    rows = scipy.sparse.lil_matrix((len(given), LABELS + 1), dtype=np.float32)
    for place, pair in enumerate(columns):
        rows[place, pair] = 1.0
    return Opponents(rows.tocsr(), given, keys, LABELS).lessons()


def taught() -> tuple[np.ndarray, np.ndarray]:
    given = np.repeat(np.arange(LABELS), EACH)
    return np.random.default_rng(3).permutation(len(given)), given


def test_each_label_is_in_one_group() -> None:
    assert np.concatenate([lesson.labels for lesson in lessons(*taught())]).tolist() == list(range(LABELS))


def test_a_group_sees_all_its_own_examples() -> None:
    keys, given = taught()
    for lesson in lessons(keys, given):
        own = np.isin(given[lesson.rows], lesson.labels)
        assert (own.sum(), set(lesson.share[own])) == (len(lesson.labels) * EACH, {1.0})


def test_drawn_rows_stand_for_all() -> None:
    for lesson in lessons(*taught()):
        assert lesson.share.sum() == pytest.approx(LABELS * EACH)


def test_fewer_rows_than_all_are_drawn() -> None:
    assert max(len(lesson.rows) for lesson in lessons(*taught())) < LABELS * EACH


def test_the_order_of_examples_does_not_matter() -> None:
    keys, given = taught()
    turned = np.arange(len(keys))[::-1]
    for one, other in zip(lessons(keys, given), lessons(keys[turned], given[turned]), strict=True):
        assert set(keys[one.rows]) == set(keys[turned][other.rows])


def test_one_example_more_moves_at_most_one_row_of_each_sample() -> None:
    keys, given = taught()
    more = lessons(np.append(keys, -1), np.append(given, LABELS // 2))
    for before, after in zip(lessons(keys, given), more, strict=True):
        # Of a neighbour's rows and of the rest, one each at most.
        assert len(set(before.rows) - set(after.rows)) <= 1
