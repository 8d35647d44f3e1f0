"""The few words the desk understands by itself, and what only looks like them."""

from __future__ import annotations

import pytest

from bot.handoff import words


@pytest.mark.parametrize("text", ["kết thúc", "ket thuc", "Dạ thôi kết thúc nhé", "quay lại bot", "về trợ lý"])
def test_end(text: str) -> None:
    assert words.ends(text)


@pytest.mark.parametrize("text", ["kết thúc thời hạn nộp hồ sơ là khi nào", "tôi quay lại sau", "huỷ"])
def test_not_the_end(text: str) -> None:
    assert not words.ends(text)


@pytest.mark.parametrize("text", ["huỷ", "hủy yêu cầu", "thôi không chờ nữa", "khỏi cần", "bỏ qua"])
def test_cancel(text: str) -> None:
    assert words.cancels(text)


@pytest.mark.parametrize("text", ["huỷ kết quả đăng ký kết hôn thì sao", "không có giấy chứng sinh"])
def test_not_cancel(text: str) -> None:
    assert not words.cancels(text)


@pytest.mark.parametrize(
    "text",
    ["còn bao lâu", "bao lâu nữa mới đến lượt", "tôi đứng thứ mấy", "còn mấy người nữa", "đến lượt tôi chưa"],
)
def test_place(text: str) -> None:
    assert words.asks_place(text)


@pytest.mark.parametrize("text", ["đồng ý", "dạ có ạ", "ok", "vâng", "được nhé"])
def test_yes(text: str) -> None:
    assert words.agrees(text)


@pytest.mark.parametrize("text", ["có mất tiền không", "không đồng ý", "không"])
def test_not_yes(text: str) -> None:
    assert not words.agrees(text)


@pytest.mark.parametrize(
    "text", ["cháy nhà rồi", "nhà tôi đang cháy", "có người bị đánh", "gọi cấp cứu giúp", "tôi muốn chết"]
)
def test_emergency(text: str) -> None:
    assert words.is_emergency(text)


@pytest.mark.parametrize(
    "text",
    ["thủ tục nghiệm thu phòng cháy", "giấy chứng tử cho người bị tai nạn", "lệ phí cấp cứu", "con cháu nhà tôi"],
)
def test_no_emergency(text: str) -> None:
    assert not words.is_emergency(text)


def test_a_remark_needs_words_behind_it() -> None:
    assert words.remark("Góp ý: cán bộ nhiệt tình") == "cán bộ nhiệt tình"
    assert words.remark("góp ý") is None
    assert words.remark("tôi muốn góp ý") is None
