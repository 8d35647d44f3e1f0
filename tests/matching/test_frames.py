"""The frame of a question is the same whatever it is about; concepts stand for many words."""

from __future__ import annotations

import pytest

from bot.matching.concepts import COLUMNS, concept_columns
from bot.matching.frames import frame, frame_terms


def test_other_matters_leave_the_same_frame() -> None:
    assert frame("xin giay khuyet tat cho bo het may dong") == frame("xin giay ket hon cho me het may dong")


def test_gaps_and_persons_in_a_row_are_one_sign() -> None:
    assert frame("con gai toi muon khai sinh") == ["|", "@", "_", "@", "muon", "khai", "_", "|"]


def test_terms_are_runs_of_up_to_three_signs() -> None:
    assert "| nop o" in set(frame_terms("nop o dau"))
    assert all(1 <= len(term.split()) <= 3 for term in frame_terms("nop ho so o dau thi duoc"))


@pytest.mark.parametrize("country", ["canada", "nguoi phap", "han quoc", "quoc tich nga"])
def test_all_countries_are_one_concept(country: str) -> None:
    assert concept_columns(f"chong em {country} mat") == concept_columns("chong em nuoc ngoai mat")


def test_columns_stay_within_their_number() -> None:
    assert all(0 <= column < COLUMNS for column in concept_columns("xe cua ong mat roi, dat o nuoc ngoai"))
