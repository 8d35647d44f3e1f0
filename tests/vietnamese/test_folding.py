"""Folding: one key for all spellings of a text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vietnamese.folding import fold, strip_marks, words

LETTERS = st.text("aăâeêioôơuưyđ àáảãạ ằấểỗữ DĐÂ bcgh 0123 .,?!", max_size=40)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Đăng ký khai sinh", "Dang ky khai sinh"),
        ("ĐẶNG THỊ ỮNG", "DANG THI UNG"),
        ("ðường Ðà Nẵng", "duong Da Nang"),
        ("e\u0302\u0301", "e"),
    ],
)
def test_marks_go_and_case_and_blanks_stay(text: str, bare: str) -> None:
    assert strip_marks(text) == bare


def test_folding_lowers_and_collapses_blanks() -> None:
    assert fold("  Căn\tCước \n  Công dân ") == "can cuoc cong dan"


def test_words_keep_letters_and_digits_only() -> None:
    assert words("“Mẫu_số 01/ĐK”, (bản chính)!") == "mau so 01 dk ban chinh"


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(LETTERS)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(LETTERS)
def test_a_text_typed_without_marks_has_the_same_words(text: str) -> None:
    assert words(strip_marks(text)) == words(text)


@given(st.text(max_size=60))
def test_words_are_separated_by_single_blanks(text: str) -> None:
    assert all(word.isalnum() for word in words(text).split(" ")) or words(text) == ""
