"""The normal form of a message, and where its pieces stand."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.vietnamese.abbreviations import AMBIGUOUS_WHEN_BARE, SAFE
from bot.vietnamese.normaliser import clean, normalise

ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("đĐðýỳ/-.:_0123456789 \u200b\u0301\u0300\u0323\ufeff\x00\n🙂"),
    ),
    max_size=60,
)


def forms(text: str) -> list[str]:
    return [piece.form for piece in normalise(clean(text)).pieces]


@given(ODD)
def test_each_piece_is_cut_out_of_the_text_by_its_offsets(text: str) -> None:
    cleaned = clean(text)
    pieces = normalise(cleaned).pieces
    assert all(cleaned[piece.start : piece.end].strip() for piece in pieces)
    assert all(before.end <= after.start for before, after in pairwise(pieces))


@given(ODD)
def test_no_letter_and_no_digit_is_left_out(text: str) -> None:
    cleaned = clean(text)
    covered = {place for piece in normalise(cleaned).pieces for place in range(piece.start, piece.end)}
    assert [c for place, c in enumerate(cleaned) if c.isalnum() and place not in covered] == []


@given(st.text(max_size=200))
def test_any_text_at_all_can_be_normalised(text: str) -> None:
    assert normalise(text).text == text


@given(ODD)
def test_decomposed_text_gives_the_same_result(text: str) -> None:
    assert normalise(clean(unicodedata.normalize("NFD", text))) == normalise(clean(text))


@given(ODD)
@example("a\u200b\u0301")
def test_cleaned_text_is_composed(text: str) -> None:
    assert unicodedata.is_normalized("NFC", clean(text))


@given(ODD)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ODD)
def test_cleaned_text_has_no_control_characters(text: str) -> None:
    assert [c for c in clean(text) if unicodedata.category(c) == "Cc"] == []


@pytest.mark.parametrize("invisible", ["\u200b", "\u200e", "\ufeff", "\u00ad", "\u2060", "\u202e"])
def test_invisible_characters_vanish_inside_words(invisible: str) -> None:
    assert clean(f"khai{invisible}sinh") == "khaisinh"


@pytest.mark.parametrize("blank", ["\n", "\t", "\u00a0", "\r", "\x0b"])
def test_line_breaks_and_odd_blanks_become_blanks(blank: str) -> None:
    assert clean(f"khai{blank}sinh") == "khai sinh"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mẫu 01/2022/TT-BTP", ["mẫu", "01/2022/tt-btp"]),
        ("thủ tục 1.001193", ["thủ tục" if "thủ" in SAFE else "thủ", "tục", "1.001193"]),
        ("xe 14A-123.45", ["xe", "14a-123", "45"]),
        ("20.000 đ", ["20.000", "đ"]),
        ("ngày 31/12/2026", ["ngày", "31/12/2026"]),
    ],
)
def test_codes_dates_and_amounts_stay_in_one_piece(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


@pytest.mark.parametrize(("old", "new"), [("hoá", "hóa"), ("thuỷ", "thủy"), ("UỶ BAN", "ủy ban")])
def test_both_ways_to_place_the_tone_give_one_form(old: str, new: str) -> None:
    assert " ".join(forms(old)) == " ".join(forms(new))


def test_an_icelandic_eth_is_read_as_d_with_stroke() -> None:
    assert forms("ðăng Ðăng") == ["đăng", "đăng"]


def test_the_stripped_form_has_no_marks_and_plain_d() -> None:
    assert normalise("Đăng ký ở đâu").stripped == "dang ky o dau"


def test_an_abbreviation_is_one_piece_with_several_syllables() -> None:
    assert forms("đkkh cần j") == ["đăng ký kết hôn", "cần", "gì"]


@pytest.mark.parametrize("key", sorted(key for key in SAFE if len(key) == 1))
def test_a_single_letter_beside_a_number_is_left_alone(key: str) -> None:
    assert [forms(text)[place] for text, place in ((f"mục 5 {key}", 2), (f"{key} 5", 0))] == [key, key]


@pytest.mark.parametrize("key", sorted(AMBIGUOUS_WHEN_BARE))
def test_a_single_letter_away_from_numbers_is_expanded(key: str) -> None:
    assert forms(f"cho {key} hỏi")[1] == SAFE[key]


@pytest.mark.parametrize("text", ["5k", "8h", "a1", "c-1", "e-visa"])
def test_a_letter_joined_to_a_digit_or_hyphen_is_never_expanded(text: str) -> None:
    assert set(forms(text)) <= {text, *text.split("-")}
