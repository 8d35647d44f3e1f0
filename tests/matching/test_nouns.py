"""The noun of a short question, and neighbours that are mistaken for each other."""

from __future__ import annotations

import pytest

from bot.matching.topics import corrected, topic_of
from bot.vietnamese.folding import words


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("giấy tờ thì như thế nào ạ", "documents"),
        ("thế còn lệ phí?", "fee"),
        ("phí sao em", "fee"),
        ("về điều kiện thì ra sao", "conditions"),
        ("thế nào thì mới được cấp", "conditions"),
        ("thời gian như nào", "duration"),
        ("còn tờ khai", "form"),
        ("hồ sơ của tôi sao rồi", None),
        ("hồ sơ đến đâu rồi", None),
        ("làm thế nào", None),
        ("đăng ký xe máy ra sao", None),
        ("phí", "fee"),
        ("hồ sơ xin cấp lại sổ đỏ cho bố mẹ tôi ở quê thì như thế nào", None),
    ],
)
def test_the_noun_of_a_short_question(text: str, aspect: str | None) -> None:
    assert topic_of(words(text)) == aspect


@pytest.mark.parametrize(
    ("found", "text", "meant"),
    [
        ("deadline", "nộp xong thì được cấp trong mấy ngày", "duration"),
        ("deadline", "mấy hôm thì có thẻ", "duration"),
        ("deadline", "sinh con phải khai trong mấy ngày", "deadline"),
        ("deadline", "quá hạn mấy ngày thì bị phạt", "deadline"),
        ("fee", "mở công ty cần tối thiểu mấy người", "conditions"),
        ("fee", "đóng tối thiểu bao nhiêu tiền", "fee"),
        ("where", "tối thiểu bao nhiêu mét, nộp ở đâu", "where"),
    ],
)
def test_neighbours_that_are_mistaken_for_each_other(found: str, text: str, meant: str) -> None:
    assert corrected(found, words(text)) == meant
