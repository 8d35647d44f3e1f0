from __future__ import annotations

import re

import pytest
from sqlalchemy import delete, select

from bot.service import Service
from bot.storage.staff_tables import audit
from bot.storage.tables import conversations
from bot.storage.training_tables import content_requests, review_items
from bot.training.examples import Examples, allot
from bot.training.review.queue import open_group, open_groups
from bot.training.review.worth import Reason

UNKNOWN = "chặt cây xà cừ trước cửa thì hỏi ai"


async def group_of(service: Service, words: str) -> int:
    groups, _ = await open_groups(service.database, limit=100)
    return next(g.id for g in groups if words in g.text)


async def test_what_was_denied_comes_before_what_was_merely_unsure(service, say) -> None:
    await say("mo quan net can gi")
    await say(UNKNOWN, "không phải, sai rồi")
    groups, _ = await open_groups(service.database)
    denied = next(g for g in groups if g.text == UNKNOWN)
    assert Reason.DENIED in denied.reasons
    assert groups[0].id == denied.id


async def test_two_hundred_look_alikes_are_one_decision(trainer, service, say) -> None:
    for number in range(12):
        await say(f"nuôi chim yến ở nhà số {number} thì xin giấy gì"[:60])
    number = await group_of(service, "chim yến")
    found = await open_group(service.database, number)
    assert found
    assert found[0].size == 12
    await trainer.post(f"/review/{number}", {"choice": "skip"})
    assert await open_group(service.database, number) is None


async def test_the_page_shows_what_is_needed_to_decide(trainer, service, say) -> None:
    # No procedure before it: a short question would be taken for a follow-up.
    await say("chào anh chị một cửa", UNKNOWN)
    page = (await trainer.get(f"/review/{await group_of(service, UNKNOWN)}")).text
    assert "chào anh chị một cửa" in page, "the conversation around it"
    assert "Câu mẫu gần nhất" in page
    assert "Không hiểu" in page or "Trợ lý hiểu là" in page


async def test_a_correction_examines_first_and_is_taught_at_the_next_training(trainer, service, say) -> None:
    await say(UNKNOWN)
    number = await group_of(service, UNKNOWN)
    response = await trainer.post(
        f"/review/{number}", {"choice": "correct", "intent": "petition", "text": UNKNOWN, "anyway": "1"}
    )
    assert response.status_code == 303
    found, _ = await Examples(service.database).find(words=UNKNOWN)
    assert [(e.use, e.label.intent, e.was_right, e.origin) for e in found] == [
        ("evaluation", "petition", False, "live")
    ]
    assert found[0].expires_on
    assert "nhiệm vụ công" in found[0].basis
    async with service.database.write() as connection:
        await allot(connection)
    assert (await Examples(service.database).get(found[0].id)).use == "training"


async def test_what_the_bot_understood_stays_in_evaluation(trainer, service, say) -> None:
    await say("tui muốn làm giấy kết hôn với người yêu quê ở Tiên Yên thì đi đâu", "không phải")
    number = await group_of(service, "Tiên Yên")
    assert (await trainer.post(f"/review/{number}", {"choice": "confirm", "anyway": "1"})).status_code == 303
    async with service.database.write() as connection:
        await allot(connection)
    found, _ = await Examples(service.database).find(words="người yêu quê ở Tiên Yên")
    assert [(e.use, e.was_right) for e in found] == [("evaluation", True)]


async def test_undo_brings_the_utterance_back_and_takes_the_example_away(trainer, service, say) -> None:
    await say(UNKNOWN)
    number = await group_of(service, UNKNOWN)
    await trainer.post(f"/review/{number}", {"choice": "out_of_scope", "anyway": "1"})
    page = (await trainer.get("/review")).text
    undo = re.search(r"/review/undo/(\d+)", page)
    assert undo
    assert (await trainer.post(undo[0])).status_code == 303
    assert await open_group(service.database, number)
    assert (await Examples(service.database).find(words=UNKNOWN))[1] == 0
    assert (await trainer.post(undo[0])).status_code == 404


async def test_changing_the_meaning_of_an_old_example_is_asked_and_undone(trainer, service, say) -> None:
    examples = Examples(service.database)
    old = next(e for e in await examples.all() if e.label.intent == "ask_fee" and len(e.text) > 20)
    await say(old.text, "không phải")
    number = await group_of(service, old.text)
    data = {"choice": "correct", "intent": "ask_form", "text": old.text}
    asked = await trainer.post(f"/review/{number}", data)
    assert asked.status_code == 422
    assert "nghĩa khác" in asked.text
    assert (await trainer.post(f"/review/{number}", {**data, "anyway": "1"})).status_code == 303
    assert (await examples.get(old.id)).label.intent == "ask_form"
    undo = re.search(r"/review/undo/(\d+)", (await trainer.get("/review")).text)
    await trainer.post(undo[0])
    assert (await examples.get(old.id)).label == old.label


async def test_two_questions_become_two_examples(trainer, service, say) -> None:
    text = f"{UNKNOWN} còn cây đổ trước nhà gọi ai"
    await say(text)
    number = await group_of(service, "cây đổ")
    data = {
        "choice": "split", "text": "mất thẻ rồi làm lại tốn bao tiền vậy", "intent": "ask_fee",
        "second_text": "cây đổ trước nhà gọi ai bây giờ", "second_intent": "petition", "anyway": "1",
    }  # fmt: skip
    assert (await trainer.post(f"/review/{number}", data)).status_code == 303
    found, count = await Examples(service.database).find(words="trước nhà gọi ai bây giờ")
    assert (count, found[0].label.intent) == (1, "petition")


async def test_what_the_catalogue_lacks_goes_to_the_editor(trainer, sign_in, service, say) -> None:
    from bot.console.auth.roles import Role

    await say("xin phép nuôi chim yến")
    number = await group_of(service, "chim yến")
    await trainer.post(f"/review/{number}", {"choice": "content", "why": "nhiều người hỏi"})
    editor = await sign_in(Role.EDITOR)
    assert "xin phép nuôi chim yến" in (await editor.get("/content")).text
    async with service.database.read() as connection:
        wanted = (await connection.execute(select(content_requests.c.id))).scalar_one()
    assert (await editor.post(f"/content/{wanted}/done")).status_code == 303


@pytest.mark.parametrize(
    "text",
    ["gọi em số 0912345678 nhé", "tên em là Nguyễn Thị Hoa muốn đổi thẻ", "nhà ở số nhà 12 ngõ 3 xin giấy gì"],
)
async def test_nothing_personal_can_be_saved(trainer, service, say, text: str) -> None:
    await say(UNKNOWN)
    number = await group_of(service, UNKNOWN)
    data = {"choice": "correct", "intent": "petition", "text": text, "anyway": "1"}
    assert (await trainer.post(f"/review/{number}", data)).status_code == 422
    assert (await Examples(service.database).find(words=text[:20]))[1] == 0


async def test_a_golden_question_is_never_taught(trainer, service) -> None:
    from bot.training.golden import read_golden

    golden = next(g.turns[0] for g in read_golden(service.settings.golden) if len(g.turns[0]) > 40)
    response = await trainer.post("/examples", {"text": golden, "intent": "ask_fee", "anyway": "1"})
    assert response.status_code == 422
    assert "bộ câu kiểm tra" in response.text


async def test_bulk_decisions(trainer, service, say) -> None:
    for text in ("xin visa đi Mỹ", "mua vé máy bay", UNKNOWN):
        await say(text)
    groups, _ = await open_groups(service.database)
    ids = [str(g.id) for g in groups[:2]]
    response = await trainer.post("/review/bulk", {"choice": "skip", "groups": ids})
    assert response.status_code == 303
    assert len((await open_groups(service.database))[0]) == len(groups) - 2


async def test_an_erased_conversation_leaves_the_inbox(trainer, service, say) -> None:
    conversation = await say(UNKNOWN)
    number = await group_of(service, UNKNOWN)
    async with service.database.write() as connection:
        await connection.execute(delete(conversations).where(conversations.c.id == conversation))
    assert (await trainer.get(f"/review/{number}")).status_code == 404
    async with service.database.read() as connection:
        assert (await connection.execute(select(review_items))).first() is None


async def test_decisions_are_in_the_trail_with_before_and_after(trainer, service, say) -> None:
    await say(UNKNOWN)
    await trainer.post(
        f"/review/{await group_of(service, UNKNOWN)}",
        {"choice": "correct", "intent": "petition", "text": UNKNOWN, "anyway": "1"},
    )
    async with service.database.read() as connection:
        row = (await connection.execute(select(audit).where(audit.c.action == "review"))).one()
    assert row.who.startswith("Cán bộ trainer")
    assert row.after["label"] == ["petition", None]
    assert "understood" in row.before


async def test_a_rating_raises_an_utterance(service, say) -> None:
    from bot.storage.tables import inbox
    from bot.training.review.collect import Collector

    await say("làm giấy khai sinh cho con cần gì")
    async with service.database.read() as connection:
        asked = (await connection.execute(select(inbox.c.id))).scalar_one()

    async def rated(database, ids):
        return {asked} & set(ids)

    collector = Collector(service.database, rated)
    assert await collector.collect_ratings() == 1
    assert await collector.collect_ratings() == 0
    groups, _ = await open_groups(service.database)
    assert Reason.RATED_DOWN in groups[0].reasons


async def test_a_look_alike_that_names_somebody_is_decided_and_not_kept(trainer, service, say) -> None:
    for tail in ("", " vậy", " ạ, tên em là Nguyễn Thị Hoa"):
        await say(f"{UNKNOWN}{tail}")
    number = await group_of(service, UNKNOWN)
    found = await open_group(service.database, number)
    assert found
    assert len(found[1]) == 3
    data = {"choice": "correct", "text": UNKNOWN, "intent": "petition", "anyway": "1"}
    assert (await trainer.post(f"/review/{number}", data)).status_code == 303
    assert await open_group(service.database, number) is None
    kept = [e.text for e in (await Examples(service.database).find(words=UNKNOWN))[0]]
    assert UNKNOWN in kept
    assert not any("Hoa" in text for text in kept)
