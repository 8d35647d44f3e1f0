"""A talk from asking for a person to the rating."""

from __future__ import annotations

from desk_support import ASKS_PERSON, DeskOffice

from bot.conversations.states import State
from bot.handoff.model import End, Result, Status


async def test_a_talk_from_the_question_to_the_rating(at_desk: DeskOffice) -> None:
    officer = await at_desk.officer("Lan", display_role="Cán bộ hộ tịch")
    desk = at_desk.handoffs.desk
    async with at_desk.serving():
        assert "đồng ý không" in (await at_desk.hears(ASKS_PERSON))[0]
        assert await at_desk.state() is State.BOT
        [entered] = await at_desk.press("Đồng ý")
        assert "Anh/chị là người tiếp theo." in entered
        assert await at_desk.state() is State.WAITING
        assert await at_desk.hears("tôi cần làm lại khai sinh") == []
        [waiting] = await desk.queue(officer)
        assert waiting.place == 1
        handoff = await desk.claim(waiting.handoff.id, officer)
        assert handoff.status is Status.HUMAN
        assert await at_desk.hears("anh chị ơi") == []
        sent = await desk.answer(handoff.id, officer, "Chào anh/chị, tôi nghe đây.", origin="o:1")
        assert sent.is_new
        again = await desk.answer(handoff.id, officer, "Chào anh/chị, tôi nghe đây.", origin="o:1")
        assert (again.seq, again.is_new) == (sent.seq, False)
        lines = await desk.lines(handoff.id)
        assert [line.text for line in lines if line.author == "citizen"] == [
            ASKS_PERSON,
            "Đồng ý",
            "tôi cần làm lại khai sinh",
            "anh chị ơi",
        ]
        ended = await desk.finish(handoff.id, officer, Result.ANSWERED)
        assert (ended.status, ended.end_reason, ended.result_code) == (Status.ENDED, End.DONE, Result.ANSWERED)
        assert await at_desk.state() is State.BOT
        assert "Cảm ơn" in (await at_desk.press("5 – Rất hài lòng"))[0]
        assert "góp ý" in (await at_desk.hears("Góp ý: rất nhanh"))[0]
        assert (await at_desk.hears("xin chào"))[0].startswith("nghe")
    rated = await desk.find(handoff.id)
    assert (rated.rating, rated.rating_text) == (5, "rất nhanh")
