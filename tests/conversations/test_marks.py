from __future__ import annotations

import pytest

from bot.conversations.marks import marked, unmarked


@pytest.mark.parametrize(
    ("quoted", "is_edit", "shown"),
    [
        ("", False, "kết thúc"),
        ("", True, "Đã sửa: kết thúc"),
        ("Anh/chị\ncần gì nữa?", False, "Trả lời câu “Anh/chị cần gì nữa?”:\nkết thúc"),
        ("a" * 200, True, f"Trả lời câu “{'a' * 79}…”:\nĐã sửa: kết thúc"),
    ],
)
def test_officers_read_marks_and_the_desk_what_was_typed(quoted: str, is_edit: bool, shown: str) -> None:
    text = marked("kết thúc", quoted=quoted, is_edit=is_edit)
    assert text == shown
    assert unmarked(text) == "kết thúc"


@pytest.mark.parametrize("text", ["kết thúc", "Trả lời câu hỏi giúp tôi", "> a\nb", ""])
def test_what_has_no_marks_stays(text: str) -> None:
    assert unmarked(text) == text
