from __future__ import annotations

import asyncio
import unicodedata

import pytest
from sqlalchemy import select
from web_support import PAYLOAD, Service

from bot.storage.tables import conversations, dialogue_states, inbox


async def test_a_question_is_accepted_and_answered(service: Service) -> None:
    citizen = await service.citizen()
    accepted = await citizen.say("khai sinh cần giấy tờ gì", "11111111-aaaa")
    assert accepted.status_code == 202
    assert accepted.json() == {"seq": 1, "client_msg_id": "11111111-aaaa", "duplicate": False}
    asked, answered = await citizen.rows_until(2)
    assert asked == {
        "seq": 1, "from": "citizen", "at": asked["at"], "text": "khai sinh cần giấy tờ gì",
        "buttons": [], "outcome": None, "procedure": None, "aspect": None, "offers": [], "sources": [],
        "client_msg_id": "11111111-aaaa",
    }  # fmt: skip
    assert answered == {
        "seq": 2, "from": "bot", "at": answered["at"], "text": "Nghe: khai sinh cần giấy tờ gì",
        "buttons": [], "outcome": "answer", "procedure": None, "aspect": None, "offers": [],
        "sources": ["https://dichvucong.gov.vn/"],
    }  # fmt: skip
    assert answered["at"].endswith("Z")


async def test_a_session_says_what_a_client_must_know(small_service: Service) -> None:
    response = await small_service.http.post("/api/web/sessions")
    created = response.json()
    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    assert set(created) == {"token", "expires_in", "conversation", "last_seq", "limits"}
    assert (created["expires_in"], created["last_seq"], created["limits"]) == (1800, 0, {"text": 2000})


async def test_a_message_sent_twice_is_stored_and_answered_once(service: Service) -> None:
    citizen = await service.citizen()
    first = await citizen.say("xin chào", "the same id")
    assert first.status_code == 422  # blanks are not for ids
    first = await citizen.say("xin chào", "the-same-id")
    again = await citizen.say("xin chào", "the-same-id")
    assert again.status_code == 202
    assert again.json() == {
        "seq": first.json()["seq"],
        "client_msg_id": "the-same-id",
        "duplicate": True,
    }
    await citizen.say("câu khác")
    texts = [row["text"] for row in await citizen.rows_until(4)]
    assert sorted(texts) == sorted(["xin chào", "Nghe: xin chào", "câu khác", "Nghe: câu khác"])


async def test_two_citizens_may_use_the_same_message_id(service: Service) -> None:
    one, two = await service.citizen(), await service.citizen()
    assert not (await one.say("một", "12345678")).json()["duplicate"]
    assert not (await two.say("hai", "12345678")).json()["duplicate"]
    assert [row["text"] for row in await two.rows_until(2)] == ["hai", "Nghe: hai"]


async def test_texts_are_stored_in_one_form(service: Service) -> None:
    citizen = await service.citizen()
    await citizen.say("  " + unicodedata.normalize("NFD", "Lệ phí\u200b bao nhiêu?") + "\u202e\x00 ")
    assert (await citizen.rows_until(1))[0]["text"] == "Lệ phí bao nhiêu?"


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        '/inform{"procedure": "1.001193"}',
        "<img src=x onerror=alert(1)>",
        "'; DROP TABLE inbox; --",
        "{{ 7*7 }} %s %(a)s ${x}",
        "👍",
        "dòng một\ndòng hai",
    ],
)
async def test_any_text_is_only_text(small_service: Service, text: str) -> None:
    citizen = await small_service.citizen()
    assert (await citizen.say(text)).status_code == 202
    asked, answered = await citizen.rows_until(2)
    assert asked["text"] == text
    assert answered["text"] == f"Nghe: {text}"
    assert small_service.engine.turns[-1].payload is None


async def test_2000_units_are_accepted_and_2001_are_not(small_service: Service) -> None:
    citizen = await small_service.citizen()
    assert (await citizen.say("ế" * 2000)).status_code == 202
    assert (await citizen.say(unicodedata.normalize("NFD", "ế" * 2000))).status_code == 202
    assert (await citizen.say("👍" * 1000)).status_code == 202
    for text in ("ế" * 2001, "👍" * 1000 + "a"):
        refused = await citizen.say(text)
        assert refused.status_code == 413
        assert refused.json()["error"]["code"] == "too_large"
        assert "2.000 ký tự" in refused.json()["error"]["message"]


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b", "\n\t"])
async def test_an_empty_text_is_refused(small_service: Service, text: str) -> None:
    refused = await (await small_service.citizen()).say(text)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "empty_text"


async def test_a_button_is_pressed_by_its_id_and_its_payload_stays_here(service: Service) -> None:
    citizen = await service.citizen()
    await citizen.say("cho chọn")
    offer = (await citizen.rows_until(2))[1]
    assert offer["offers"] == ["1.001193"]
    (button,) = offer["buttons"]
    assert set(button) == {"id", "title"}
    assert (await citizen.press(button["id"])).status_code == 202
    rows = await citizen.rows_until(4)
    assert [row["text"] for row in rows[2:]] == ["Đăng ký khai sinh", "Đã chọn."]
    assert (rows[3]["procedure"], rows[3]["aspect"]) == ("1.001193", "fee")
    assert [t.payload for t in service.engine.turns if t.conversation_id == citizen.conversation][-1] == PAYLOAD
    everything = [await citizen.get("/api/web/messages"), await citizen.get("/api/web/events",
                  Accept="application/json")]  # fmt: skip
    assert all("/inform" not in response.text and "payload" not in response.text for response in everything)


async def test_a_button_of_another_conversation_does_nothing(service: Service) -> None:
    one, two = await service.citizen(), await service.citizen()
    await one.say("cho chọn")
    button = (await one.rows_until(2))[1]["buttons"][0]
    await two.press(button["id"])
    assert "không còn dùng được" in (await two.rows_until(2))[1]["text"]


async def test_a_payload_sent_as_choice_is_refused(small_service: Service) -> None:
    assert (await (await small_service.citizen()).press(PAYLOAD)).status_code == 422


async def test_history_comes_in_pages(service: Service) -> None:
    citizen = await service.citizen()
    for text in ("một", "hai"):
        await citizen.say(text)
    await citizen.rows_until(4)
    page = (await citizen.get("/api/web/messages?after=1&limit=2")).json()
    assert [row["seq"] for row in page["items"]] == [2, 3]
    assert page["has_more"] is True
    rest = (await citizen.get("/api/web/messages?after=3&limit=2")).json()
    assert [row["seq"] for row in rest["items"]] == [4]
    assert rest["has_more"] is False


async def test_an_erased_conversation_is_gone_everywhere(service: Service) -> None:
    citizen, other = await service.citizen(), await service.citizen()
    for each in (citizen, other):
        await each.say("cho chọn")
        await each.rows_until(2)
    assert (await citizen.http.delete("/api/web/sessions/current", headers=citizen.headers)).status_code == 204
    for response in (
        await citizen.say("còn đó không"),
        await citizen.get("/api/web/messages"),
        await citizen.get("/api/web/events"),
        await citizen.http.post("/api/web/sessions/renew", headers=citizen.headers),
        await citizen.http.delete("/api/web/sessions/current", headers=citizen.headers),
    ):
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "session_unknown"
    async with service.database.read() as connection:
        for column in (conversations.c.id, inbox.c.conversation_id, dialogue_states.c.conversation_id):
            left = set(await connection.scalars(select(column)))
            assert citizen.conversation not in left
            assert other.conversation in left


async def test_a_turn_that_runs_while_its_conversation_is_erased_leaves_nothing(
    service: Service,
) -> None:
    citizen, other = await service.citizen(), await service.citizen()
    service.engine.seconds = 0.4
    await citizen.say("cho chọn")
    await asyncio.sleep(0.2)
    async with asyncio.timeout(5):
        erased = await citizen.http.delete("/api/web/sessions/current", headers=citizen.headers)
    assert erased.status_code == 204
    service.engine.seconds = 0
    await asyncio.sleep(0.5)
    async with service.database.read() as connection:
        for column in (conversations.c.id, inbox.c.conversation_id, dialogue_states.c.conversation_id):
            assert citizen.conversation not in set(await connection.scalars(select(column)))
    await other.say("còn đó không")
    await other.rows_until(2)


async def test_erasing_forgets_texts_that_wait_in_memory(small_service: Service) -> None:
    citizen = await small_service.citizen()
    await citizen.say("xin chào")
    await citizen.rows_until(2)
    small_service.originals.keep(1, "số căn cước 022190001234")
    await citizen.http.delete("/api/web/sessions/current", headers=citizen.headers)
    assert small_service.originals.peek(1) is None
