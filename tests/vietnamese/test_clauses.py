"""What is denied is left out; matters joined by "và" come apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vietnamese.clauses import MOST, affirmed, matters
from bot.vietnamese.normaliser import clean


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("không phải khai sinh, tôi hỏi kết hôn", "tôi hỏi kết hôn"),
        ("toi can tach thua chu khong phai tach ho", "toi can tach thua"),
        ("tôi không hỏi khai sinh", "tôi"),
        ("có phải ra tận nơi không", "có phải ra tận nơi không"),
        ("chưa có sổ đỏ không phải nộp thuế à", "chưa có sổ đỏ không phải nộp thuế à"),
    ],
)
def test_denials(text: str, left: str) -> None:
    assert affirmed(text) == left


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("đăng ký hộ kinh doanh và xin giấy an toàn thực phẩm",
         ("đăng ký hộ kinh doanh", "xin giấy an toàn thực phẩm")),
        ("doi can cuoc voi doi bang lai", ("doi can cuoc", "doi bang lai")),
        ("vợ và chồng", ("vợ và chồng",)),
        ("sang tên xe", ("sang tên xe",)),
    ],
)  # fmt: skip
def test_matters(text: str, parts: tuple[str, ...]) -> None:
    assert matters(text) == parts


@given(st.text(max_size=80))
def test_any_text_is_survived(text: str) -> None:
    cleaned = clean(text)
    assert isinstance(affirmed(cleaned), str)
    assert 1 <= len(matters(cleaned)) <= MOST
