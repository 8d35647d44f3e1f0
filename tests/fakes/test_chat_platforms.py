"""The fakes are as strict as the platforms' documents, and usable by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.fakes.faults import Fault, FaultKind
from bot.fakes.page.router import OFFICER, TELEGRAM_PERSON, ZALO_PERSON
from bot.fakes.platforms import Platforms, make_platforms
from bot.fakes.recording import read_recording


@pytest.fixture
async def platforms(tmp_path: Path) -> AsyncIterator[Platforms]:
    platforms = make_platforms({"telegram", "zalo"}, tmp_path / "record.jsonl")
    yield platforms
    await platforms.telegram.pusher.close()
    await platforms.zalo.pusher.close()


@pytest.fixture
async def http(platforms: Platforms) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(platforms.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://fake") as client:
        yield client


async def call(http: httpx.AsyncClient, platforms: Platforms, method: str, **arguments: Any) -> tuple[int, Any]:
    response = await http.post(f"/bot{platforms.telegram.token}/{method}", json=arguments)
    return response.status_code, response.json()


class TestTelegram:
    @pytest.mark.parametrize(
        ("arguments", "fragment"),
        [
            ({"text": "x" * 4097}, "too long"),
            ({"text": " "}, "empty"),
            ({"text": "<x>", "parse_mode": "HTML"}, "can't parse entities"),
            ({"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
            ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]}},
             "BUTTON_DATA_INVALID"),
        ],
    )  # fmt: skip
    async def test_what_the_server_refuses(
        self, http: httpx.AsyncClient, platforms: Platforms, arguments: dict[str, Any], fragment: str
    ) -> None:
        platforms.telegram.say(7, "chào")
        status, answer = await call(http, platforms, "sendMessage", chat_id=7, **arguments)
        assert status == answer["error_code"] == 400
        assert fragment in answer["description"]

    async def test_a_flood_names_its_pause(self, http: httpx.AsyncClient, platforms: Platforms) -> None:
        platforms.telegram.say(7, "chào")
        statuses = [(await call(http, platforms, "sendMessage", chat_id=7, text="x"))[0] for _ in range(8)]
        assert statuses[0] == 200
        status, answer = await call(http, platforms, "sendMessage", chat_id=7, text="x")
        assert (status, answer["parameters"]["retry_after"] >= 1) == (429, True)

    async def test_two_ways_of_receiving_exclude_each_other(
        self, http: httpx.AsyncClient, platforms: Platforms
    ) -> None:
        await call(http, platforms, "setWebhook", url="https://x.example/hook", secret_token="abc")
        assert (await call(http, platforms, "getUpdates"))[0] == 409
        assert (await call(http, platforms, "setWebhook", url="http://x.example/"))[0] == 400

    async def test_strangers_get_nothing(self, http: httpx.AsyncClient) -> None:
        assert (await http.post("/bot1:x/getMe")).status_code == 401


class TestByHand:
    async def test_people_write_and_press(self, http: httpx.AsyncClient, platforms: Platforms) -> None:
        for platform in ("telegram", "zalo"):
            order = {"platform": platform, "action": "say", "text": "chào"}
            shown = (await http.post("/act", json=order)).json()
            assert shown[platform]["messages"][-1]["text"] == "chào"
        keyboard = {"inline_keyboard": [[{"text": "Một", "callback_data": "b:1"}]]}
        await call(http, platforms, "sendMessage", chat_id=TELEGRAM_PERSON, text="Chọn", reply_markup=keyboard)
        message = (await http.get("/state")).json()["telegram"]["messages"][-1]
        assert message["buttons"] == [{"title": "Một", "data": "b:1"}]
        order = {"platform": "telegram", "action": "tap", "message": message["id"], "data": "b:1"}
        assert (await http.post("/act", json=order)).status_code == 200
        assert "callback_query" in platforms.telegram.updates[-1]

    async def test_the_page_and_its_files_are_there(self, http: httpx.AsyncClient) -> None:
        for path in ("/", "/page.css", "/page.js"):
            assert (await http.get(path)).status_code == 200

    @pytest.mark.parametrize("body", [b"x", b"[]", b"{}", b'{"action":"say","platform":"zalo","text":""}'])
    async def test_nonsense_is_refused(self, http: httpx.AsyncClient, body: bytes) -> None:
        response = await http.post("/act", content=body, headers={"Content-Type": "application/json"})
        assert response.status_code == 400

    async def test_foreign_pages_are_refused(self, http: httpx.AsyncClient) -> None:
        body = b'{"action":"say","platform":"zalo","text":"x"}'
        assert (await http.post("/act", content=body)).status_code == 415


async def test_what_people_said_can_be_said_again(platforms: Platforms, tmp_path: Path) -> None:
    platforms.telegram.say(TELEGRAM_PERSON, "một")
    platforms.telegram.post(TELEGRAM_PERSON, photo=[{"file_id": "a"}])
    platforms.recorder.note("zalo", "push", "webhook", platforms.zalo.say(ZALO_PERSON, "hai"), 200)
    again = make_platforms({"telegram", "zalo"})
    again.replay(read_recording(tmp_path / "record.jsonl"))
    assert [message.get("text") for message in again.telegram.chats[TELEGRAM_PERSON].messages.values()] == [
        "một",
        None,
    ]
    assert [row["message"] for row in again.zalo.people[ZALO_PERSON].messages] == ["hai"]
    await again.telegram.pusher.close()
    await again.zalo.pusher.close()


def test_a_broken_recording_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"at": 1}\n')
    with pytest.raises(ValueError, match=r"broken.jsonl:1"):
        list(read_recording(path))


async def test_a_fault_lasts_as_long_as_it_was_asked_for(http: httpx.AsyncClient, platforms: Platforms) -> None:
    platforms.faults["telegram"].add(Fault(FaultKind.ERROR, "getMe", 2, 403))
    assert [(await call(http, platforms, "getMe"))[0] for _ in range(3)] == [403, 403, 200]


async def test_the_officers_group_is_on_the_page(http: httpx.AsyncClient, platforms: Platforms) -> None:
    status, answer = await call(http, platforms, "createForumTopic", chat_id=platforms.group.id, name="HT-000001")
    assert status == 200
    thread = answer["result"]["message_thread_id"]
    keyboard = {"inline_keyboard": [[{"text": "Nhận", "callback_data": "o:c:1"}]]}
    arguments = {"chat_id": platforms.group.id, "message_thread_id": thread, "reply_markup": keyboard}
    await call(http, platforms, "sendMessage", text="thẻ", **arguments)
    order = {"platform": "officers", "action": "say", "text": "Chào anh/chị", "topic": thread}
    (topic,) = (await http.post("/act", json=order)).json()["officers"]["topics"]
    assert [(one["author"], one["text"]) for one in topic["messages"]] == [
        ("bot", "thẻ"),
        ("officer", "Chào anh/chị"),
    ]
    tap = {"platform": "officers", "action": "tap", "message": topic["messages"][0]["id"], "data": "o:c:1"}
    assert (await http.post("/act", json=tap)).status_code == 200
    assert platforms.telegram.updates[-1]["callback_query"]["from"]["id"] == OFFICER
    order = {"platform": "officers", "action": "topic", "kind": "delete", "topic": thread}
    assert (await http.post("/act", json=order)).json()["officers"]["topics"] == []
