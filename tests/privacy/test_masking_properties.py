"""What must hold for every text, whatever stands around the number."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.privacy.masking import contains_personal_data, mask

from .strategies import Personal, announced, lookalikes, personal, sentences

LABEL = re.compile(r"\[(?:CCCD|CMND|SDT|EMAIL|THE|BHXH|BHYT|HOCHIEU|STK)\]")
FRAGMENTS = (
    "0912345678", "0912 345 678", "02033.825.123", "(0203) 3825 123", "+84 912 345 678", "84912345678",
    "001099012345", "001 099 012 345", "123456789", "123.456.789", "4111111111111111",
    "4111 1111 1111 1111", "a.b@gmail.com", "abc @gmail.com", "@", "bhxh", "2212345678", "22 1234 5678",
    "GD4222212345678", "GD 4 22 22 123 45678", "hộ chiếu", "B1234567", "c 12345678", "stk", "12345678",
    "tài khoản", "cccd", "sđt", "H49.22-261105-0123", "h49 22 261103 42", "000.00.22.H49-261008-0975",
    "1.001193", "20.000", "đ", "đồng", "d", "vnd", "100.000.000", "100000000", "12/05/2026",
    "24.11.2026", "05 11 2026", "20261124", "19001234", "113", "01", "5", "345", "345678", "261103",
    "H49", "[BHXH]", "[STK]", "]", "đồng ý", "Đồng Nai", "và", "+84", "0", "0.9123456789",
    "1764000000.1234567", "a1b2c3d4e5f6a7b8c9d0", "\\u0111", "thẻ atm",
)  # fmt: skip
JOINERS = (
    " ", " ", "", ".", "-", ", ", ",", "/", " - ", ": ", "\n", "_", "(", ")", "\u200b", "\t",
)  # fmt: skip
ANY_TEXT = st.one_of(
    st.text("0123456789  ..-,()+h4[]đd@a\n", max_size=60),
    st.lists(st.sampled_from(FRAGMENTS + JOINERS), max_size=16).map("".join),
    st.text(max_size=40),
)


def digits_of(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isdigit())


@settings(max_examples=600, deadline=None)
@given(sentences(), personal(), sentences(), st.sampled_from((" ", ": ", " (", ", ", "\n", "/", ". ")))
def test_a_personal_number_becomes_its_label_and_nothing_else_changes(
    before: str, data: Personal, after: str, joiner: str
) -> None:
    masked = mask(before + joiner + data.text + " " + after)
    assert masked in {before + joiner + label + " " + after for label in data.labels}


@settings(max_examples=500, deadline=None)
@given(sentences(), personal(), st.data())
def test_no_digit_survives_wherever_the_number_is_put(text: str, data: Personal, draw: st.DataObject) -> None:
    # The letters of an insurance card are no longer known inside a word.
    place = 0 if data.labels == ("[BHYT]",) else draw.draw(st.integers(0, len(text)))
    masked = mask(text[:place] + data.text + text[place:])
    assert digits_of(masked) == ""
    assert len(LABEL.findall(masked)) == 1


@settings(max_examples=400, deadline=None)
@given(personal(), personal(), st.sampled_from((" và ", ", ", "\n", "; ", " / ", " hoặc số ")))
def test_two_numbers_in_one_message_are_both_masked(first: Personal, second: Personal, joiner: str) -> None:
    masked = mask(first.text + joiner + second.text)
    assert digits_of(masked) == ""
    assert len(LABEL.findall(masked)) == 2


@settings(max_examples=400, deadline=None)
@given(sentences(), announced(), sentences())
def test_a_word_before_the_number_decides(before: str, number: tuple[str, str, str], after: str) -> None:
    cue, digits, label = number
    assert mask(f"{before}. {cue} {digits}, {after}") == f"{before}. {cue} {label}, {after}"


@settings(max_examples=800, deadline=None)
@given(sentences(), lookalikes(), sentences())
@example("", "H49.22-261105-0123", "")
def test_codes_dates_and_amounts_stay_byte_for_byte(before: str, code: str, after: str) -> None:
    text = f"{before} {code} {after}"
    assert mask(text) == text
    assert not contains_personal_data(text)


@settings(max_examples=300, deadline=None)
@given(lookalikes(), personal(), st.booleans())
def test_a_code_beside_a_personal_number_stays(code: str, data: Personal, code_first: bool) -> None:
    first, second = (code, data.text) if code_first else (data.text, code)
    masked = mask(f"{first}; {second}")
    expected = {f"{code}; {label}" if code_first else f"{label}; {code}" for label in data.labels}
    assert masked in expected


@settings(max_examples=1_000, deadline=None)
@given(ANY_TEXT)
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    assert contains_personal_data(text) == (once != text)


@settings(max_examples=500, deadline=None)
@given(ANY_TEXT)
def test_what_is_not_replaced_stays_in_its_order(text: str) -> None:
    kept = LABEL.split(mask(text))
    position = 0
    for piece in kept:
        position = text.index(piece, position) + len(piece)
    assert text.startswith(kept[0])
    assert text.endswith(kept[-1])


@settings(max_examples=200, deadline=None)
@given(sentences())
def test_a_text_without_digits_is_returned_itself(text: str) -> None:
    assert mask(text) is text


@pytest.mark.parametrize(
    "unit",
    [
        "7", "0", " ", ".", "1 ", "0 ", "0.", "1234 ", "100.", "0912 ", "09 ", "1..", "@", "a@", "a.",
        "a@a.", "1\u200b", "a1", "h49 ", "h49.22-", "gd4 ", "b1234567 ", "stk 123456 ",
        "bhxh ", "84 ", "0-0.0 ",
    ],
)  # fmt: skip
def test_a_hundred_thousand_repetitions_come_back(unit: str) -> None:
    """A regular expression that backtracks over the whole text would not end here."""
    text = unit * (100_000 // len(unit))
    masked = mask(text)
    assert mask(masked) == masked
    assert len(masked) <= len(text)
