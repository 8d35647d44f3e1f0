"""A long list is worked on in two processes, with the same results in the same order."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from bot.matching.halves import LEAST, in_halves


def squares(items: Sequence[int]) -> tuple[list[int], int]:
    return [item * item for item in items], os.getpid()


def test_a_short_list_stays_here() -> None:
    assert in_halves(squares, [3, 4]) == [([9, 16], os.getpid())]


def test_a_long_list_is_shared_and_keeps_its_order() -> None:
    halves = in_halves(lambda items: squares(items), range(LEAST + 1))
    assert [square for half, _ in halves for square in half] == [number * number for number in range(LEAST + 1)]
    if len(halves) == 2:
        assert halves[0][1] == os.getpid() != halves[1][1]


def test_an_error_of_the_other_half_arrives() -> None:
    def fails(items: Sequence[int]) -> int:
        return 1 // min(items[-1] - LEAST, 0) if items[-1] < LEAST else 1 // 0

    with pytest.raises(ZeroDivisionError):
        in_halves(fails, range(LEAST + 1))
