from __future__ import annotations

from collections.abc import Sequence

import pytest
import scipy.sparse

from bot.training import likeness
from bot.training.likeness import LikenessIndex, grouped, rows_of


def test_marks_do_not_count() -> None:
    index = LikenessIndex(["đổi thẻ căn cước", "đăng ký kết hôn"], ["card", "marriage"])
    score, owner = index.nearest("doi the can cuoc")[0]
    assert owner == "card"
    assert score > 0.99


def test_look_alikes_join_the_first_of_them() -> None:
    known = LikenessIndex(["xin nuôi chim yến ở nhà"], [7])
    texts = ["xin nuoi chim yen o nha", "mở quán net cần gì", "mo quan net can gi", "gặp cán bộ"]
    assert grouped(texts, known, [10, 11, 12, 13]) == [7, 11, 11, 13]


def test_an_empty_index_finds_nothing() -> None:
    assert LikenessIndex[int]([], []).nearest("gì đó") == []
    assert grouped([], LikenessIndex[int]([], []), []) == []


def test_an_index_made_from_an_earlier_one_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    first = LikenessIndex(["lệ phí khai sinh", "giấy tờ kết hôn", "xin chào"], [1, 2, 3])
    texts, owners = ["xin chào", "thời hạn kết hôn", "lệ phí khai sinh", "lệ phí khai sinh"], [3, 4, 1, 5]
    cut: list[str] = []

    def noting(given: Sequence[str]) -> scipy.sparse.csr_matrix:
        cut.extend(given)
        return rows_of(given)

    monkeypatch.setattr(likeness, "rows_of", noting)
    grown = LikenessIndex(texts, owners, first)
    assert cut == ["thời hạn kết hôn"]
    assert grown.nearest("kết hôn mấy ngày") == LikenessIndex(texts, owners).nearest("kết hôn mấy ngày")
