from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.texts import clean_text, utf16_length


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  khai sinh \n", "khai sinh"),
        (unicodedata.normalize("NFD", "Thủ tục đăng ký"), "Thủ tục đăng ký"),
        ("khai\u200bsinh", "khaisinh"),
        ("a\u200b\u0301", "á"),
        ("\u202egpj.exe\u202c", "gpj.exe"),
        ("mot\x00\x07\x1b[31m hai", "mot[31m hai"),
        ("dòng 1\r\ndòng 2\rdòng 3\u2028dòng 4", "dòng 1\ndòng 2\ndòng 3\ndòng 4"),
        ("a\tb", "a b"),
        ("👍", "👍"),
        ("👨\u200d👩\u200d👧", "👨👩👧"),
        ("/restart", "/restart"),
        (
            "<script>alert(1)</script>'; DROP TABLE inbox; --",
            "<script>alert(1)</script>'; DROP TABLE inbox; --",
        ),
        ("\U000e0041tag", "tag"),
    ],
)
def test_a_text_has_one_form(typed: str, stored: str) -> None:
    assert clean_text(typed) == stored


@pytest.mark.parametrize(
    "nothing", ["", " \n\t ", "\u200b\u200d\ufeff", "\u3164\u2800", "\ufe0f", "\u0301", "\x00"]
)
def test_nothing_visible_is_empty(nothing: str) -> None:
    assert clean_text(nothing) == ""


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(char) in {"Cf", "Cs"} for char in cleaned)


def test_an_emoji_counts_two() -> None:
    assert utf16_length("ế👍") == 3
