from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from sqlalchemy import update
from web_support import GENEROUS, Service, running

from bot.channels.web_stream import StreamTimes
from bot.conversations.messages import ConversationId
from bot.conversations.typing import Typing, typing_name
from bot.storage.tables import conversations


async def test_a_stream_begins_with_the_state_and_goes_on_with_messages(service: Service) -> None:
    citizen = await service.citizen()
    async with citizen.stream() as stream:
        headers = stream.response.headers
        assert headers["content-type"].startswith("text/event-stream")
        assert headers["cache-control"] == "no-cache"
        assert headers["x-accel-buffering"] == "no"
        assert await stream.next() == {"retry": "1000"}
        state = await stream.next()
        assert state["event"] == "state"
        assert orjson.loads(state["data"]) == {"mode": "BOT", "input": True}
        await citizen.say("xin chào", "12345678")
        asked, answered = await stream.messages(2)
        assert (asked["from"], asked["client_msg_id"]) == ("citizen", "12345678")
        assert (answered["from"], answered["text"]) == ("bot", "Nghe: xin chào")
        assert "client_msg_id" not in answered


async def test_an_answer_arrives_by_wake_up_and_not_by_looking(sqlite_url: str) -> None:
    async with running(sqlite_url, limits=GENEROUS, times=StreamTimes(poll=60, heartbeat=60)) as service:
        citizen = await service.citizen()
        async with citizen.stream() as stream, asyncio.timeout(5):
            for number in range(20):
                await citizen.say(f"câu {number}")
                found = await stream.messages(2)
                assert found[1]["text"] == f"Nghe: câu {number}"


async def test_a_reader_that_returns_gets_what_it_missed_once_and_in_order(service: Service) -> None:
    citizen = await service.citizen()
    async with citizen.stream() as stream:
        await citizen.say("một")
        assert [row["seq"] for row in await stream.messages(2)] == [1, 2]
    for text in ("hai", "ba"):
        await citizen.say(text)
    await citizen.rows_until(6)
    async with citizen.stream(after=2) as stream:
        assert [row["seq"] for row in await stream.messages(4)] == [3, 4, 5, 6]
    async with citizen.stream(after=2, **{"Last-Event-ID": "4"}) as stream:
        assert [row["seq"] for row in await stream.messages(2)] == [5, 6]
    async with citizen.stream(after=5, **{"Last-Event-ID": "1"}) as stream:
        assert [row["seq"] for row in await stream.messages(1)] == [6]


async def test_two_tabs_see_the_same(service: Service) -> None:
    citizen = await service.citizen()
    async with citizen.stream() as one, citizen.stream() as two:
        await citizen.say("từ thẻ một", "tab-one-1")
        await citizen.say("từ thẻ hai", "tab-two-1")
        seen = await one.messages(4)
        assert await two.messages(4) == seen
        assert {row.get("client_msg_id") for row in seen} == {"tab-one-1", "tab-two-1", None}


async def test_a_long_poll_returns_with_the_first_news(service: Service) -> None:
    citizen = await service.citizen()
    assert await citizen.rows(wait=0) == []
    waiting = asyncio.create_task(citizen.rows(wait=20))
    await asyncio.sleep(0.1)
    await citizen.say("xin chào")
    async with asyncio.timeout(5):
        assert (await waiting)[0]["seq"] == 1


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("after=x", {}),
        ("after=-1", {}),
        ("after=1.0", {}),
        ("after=１", {}),
        ("after=0", {"Last-Event-ID": "abc"}),
        ("after=" + "9" * 5000, {}),
        ("wait=26", {"Accept": "application/json"}),
        ("wait=x", {"Accept": "application/json"}),
    ],
    ids=range(8),
)
async def test_what_is_no_number_is_refused(small_service: Service, query: str, headers: dict[str, str]) -> None:
    response = await (await small_service.citizen()).get(f"/api/web/events?{query}", **headers)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_request"


async def test_a_position_in_the_future_is_a_conflict(small_service: Service) -> None:
    citizen = await small_service.citizen()
    for response in (
        await citizen.get("/api/web/events?after=1"),
        await citizen.get("/api/web/events", **{"Last-Event-ID": "99"}),
    ):
        assert response.status_code == 409
        assert response.json()["error"]["code"] == "unknown_position"


async def test_a_silent_stream_beats_and_ends(sqlite_url: str) -> None:
    times = StreamTimes(poll=0.05, heartbeat=0.1, longest=0.35)
    async with running(sqlite_url, limits=GENEROUS, times=times) as service:
        citizen = await service.citizen()
        async with citizen.stream() as stream:
            blocks = await stream.until_end()
        assert blocks.count({"comment": "ping"}) in {2, 3}
        assert not service.streams._by_session


async def test_a_stream_hears_that_its_conversation_was_erased(service: Service) -> None:
    citizen = await service.citizen()
    async with citizen.stream() as stream:
        await stream.next()
        await citizen.http.delete("/api/web/sessions/current", headers=citizen.headers)
        assert (await stream.until_end())[-1] == {"event": "end", "data": '{"reason":"erased"}'}


async def test_streams_end_when_the_process_wants_to_stop(small_service: Service) -> None:
    async with (await small_service.citizen()).stream() as stream:
        await stream.next()
        small_service.streams.stop()
        assert [block["event"] for block in await stream.until_end()] == ["state"]


async def test_a_fourth_stream_is_refused_and_a_closed_one_makes_room(small_service: Service) -> None:
    citizen = await small_service.citizen()
    async with citizen.stream(), citizen.stream():
        async with citizen.stream():
            refused = await citizen.get("/api/web/events")
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) >= 1
        async with asyncio.timeout(5):
            while small_service.streams._by_session.total() > 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        async with citizen.stream() as stream:
            await stream.next()


async def test_a_stream_outlives_an_outage(small_service: Service) -> None:
    citizen = await small_service.citizen()
    async with citizen.stream() as stream:
        await stream.next()
        small_service.database.is_away = True
        await asyncio.sleep(0.7)
        small_service.database.is_away = False
        await citizen.say("còn đó không")
        assert [row["seq"] for row in await stream.messages(2)] == [1, 2]


@dataclass
class Standing:
    """How it stands for whoever waits or talks."""

    handoff: str | None = "HT-000012"
    place: int | None = 2
    estimate_minutes: int | None = 15
    officer_role: str | None = None


class Desk:
    """Says how it stands; a test moves the queue."""

    def __init__(self) -> None:
        self.standing = Standing()

    async def of(self, conversation_id: ConversationId) -> Standing:
        return replace(self.standing)


async def put(service: Service, state: str) -> None:
    async with service.database.write() as connection:
        await connection.execute(update(conversations).values(state=state))


async def test_who_waits_hears_the_place_when_it_changes_and_then_who_talks(sqlite_url: str) -> None:
    desk = Desk()
    times = StreamTimes(poll=0.02, standing=0.02)
    async with running(sqlite_url, limits=GENEROUS, times=times, desk=desk) as service:
        citizen = await service.citizen()
        await put(service, "WAITING")

        async def next_state(stream: Any) -> dict[str, Any]:
            while True:
                block = await stream.next()
                if block.get("event") == "state":
                    found: dict[str, Any] = orjson.loads(block["data"])
                    return found

        async with citizen.stream() as stream:
            waiting = {"mode": "WAITING", "input": True, "handoff": "HT-000012", "place": 2, "minutes": 15}
            assert await next_state(stream) == waiting
            desk.standing = Standing(place=1, estimate_minutes=None)
            moved = {"mode": "WAITING", "input": True, "handoff": "HT-000012", "place": 1}
            assert await next_state(stream) == moved
            desk.standing = Standing(place=None, estimate_minutes=None, officer_role="Cán bộ hộ tịch")
            await put(service, "HUMAN")
            service.wakeups.reply(ConversationId(citizen.conversation))
            talking = {"mode": "HUMAN", "input": True, "handoff": "HT-000012", "officer": "Cán bộ hộ tịch"}
            assert await next_state(stream) == talking
            await Typing(service.database, service.wakeups).tell(citizen.conversation, "officer")
            assert (await stream.next())["event"] == "typing"


async def test_a_citizens_typing_is_told_only_while_an_officer_has_the_conversation(service: Service) -> None:
    citizen = await service.citizen()
    with service.wakeups.subscribe(typing_name(citizen.conversation, "citizen")) as told:
        for state, is_told in (("BOT", False), ("WAITING", False), ("HUMAN", True)):
            await put(service, state)
            response = await citizen.http.post("/api/web/typing", headers=citizen.headers)
            assert (response.status_code, told.is_set()) == (204, is_told)
    assert (await citizen.http.post("/api/web/typing")).status_code == 401
