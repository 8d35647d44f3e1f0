"""What is answered with a ready sentence of the domain, after a talk in which slots are filled."""

from __future__ import annotations

from talking import Talk


async def test_a_question_for_legal_advice_is_sent_to_the_office_with_a_way_to_a_person(talk: Talk) -> None:
    await talk("đăng ký khai sinh cần giấy tờ gì")
    said = await talk("tôi có nên kiện hàng xóm ra toà không")
    assert said.outcome == "out_of_scope"
    assert "không tư vấn vụ việc" in said.text
    assert said.titles == ["Gặp cán bộ"]
