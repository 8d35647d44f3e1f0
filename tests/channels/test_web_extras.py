"""What the widget needs beyond messages: configuration, ratings, transcript."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from web_support import SECRET, Citizen, Service, serving

from bot.catalogue.live import project_catalogue
from bot.channels.rate_limits import Rate
from bot.channels.web_config import EntryPoints
from bot.channels.web_extras import create_web_extras_router
from bot.channels.web_sessions import SessionSigner
from bot.conversations.ratings import Verdict, rated_answers, rated_down
from bot.storage.tables import inbox

FOREIGN = "https://tinh.example.vn"


@pytest.fixture
async def extras(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """The extra addresses over the same database, behind a server of their own."""
    app = FastAPI(openapi_url="/api/openapi.json")
    app.include_router(router_for(service))
    async with serving(app) as address, httpx.AsyncClient(base_url=address, trust_env=False) as http:
        yield http


def router_for(service: Service, **options: Any):  # type: ignore[no-untyped-def]
    return create_web_extras_router(
        database=service.database,
        signer=SessionSigner([SECRET]),
        catalogue=lambda: project_catalogue().current,
        allowed_origins=(FOREIGN,),
        **options,
    )


@pytest.fixture
async def citizen(service: Service) -> Citizen:
    """Somebody who asked one question and got message 2 as the answer."""
    citizen = await service.citizen()
    await citizen.say("làm giấy khai sinh")
    await citizen.rows_until(2)
    return citizen


def rating(seq: object = 2, verdict: object = "incorrect", **more: object) -> dict[str, object]:
    return {"seq": seq, "verdict": verdict, **more}


async def test_a_rating_is_kept_masked_and_replaced(extras: httpx.AsyncClient, citizen: Citizen) -> None:
    wrong = rating(comment="Sai phí, gọi tôi 0912345678")
    assert (await extras.post("/api/web/ratings", json=wrong, headers=citizen.headers)).status_code == 204
    kept = (await extras.get("/api/web/ratings", headers=citizen.headers)).json()
    assert kept == [{"seq": 2, "verdict": "incorrect", "comment": "Sai phí, gọi tôi [SDT]"}]
    right = rating(verdict="correct")
    assert (await extras.post("/api/web/ratings", json=right, headers=citizen.headers)).status_code == 204
    kept = (await extras.get("/api/web/ratings", headers=citizen.headers)).json()
    assert kept == [{"seq": 2, "verdict": "correct", "comment": None}]


async def test_staff_see_a_rating_with_question_and_answer(
    extras: httpx.AsyncClient, citizen: Citizen, service: Service
) -> None:
    await extras.post("/api/web/ratings", json=rating(comment="Thiếu giấy"), headers=citizen.headers)
    first, *_ = await rated_answers(service.database, Verdict.INCORRECT)
    assert (first.conversation_id, first.rating.comment) == (citizen.conversation, "Thiếu giấy")
    assert first.question == "làm giấy khai sinh"
    assert first.answer["text"] == "Nghe: làm giấy khai sinh"
    assert first not in await rated_answers(service.database, Verdict.CORRECT)
    assert first not in await rated_answers(service.database, before_id=first.id)


async def test_only_messages_rated_as_not_right_are_raised_for_review(
    extras: httpx.AsyncClient, citizen: Citizen, service: Service
) -> None:
    async with service.database.read() as connection:
        own = select(inbox.c.id).where(inbox.c.conversation_id == citizen.conversation)
        ids = [row.id for row in await connection.execute(own)]
    assert await rated_down(service.database, ids) == set()
    await extras.post("/api/web/ratings", json=rating(), headers=citizen.headers)
    assert len(await rated_down(service.database, ids)) == 1
    await extras.post("/api/web/ratings", json=rating(verdict="correct"), headers=citizen.headers)
    assert await rated_down(service.database, ids) == set()


async def test_a_rating_can_be_taken_back(extras: httpx.AsyncClient, citizen: Citizen) -> None:
    await extras.post("/api/web/ratings", json=rating(), headers=citizen.headers)
    for _ in range(2):
        assert (await extras.delete("/api/web/ratings/2", headers=citizen.headers)).status_code == 204
    assert (await extras.get("/api/web/ratings", headers=citizen.headers)).json() == []


async def test_erasing_a_conversation_erases_its_ratings(
    extras: httpx.AsyncClient, citizen: Citizen, service: Service
) -> None:
    await extras.post("/api/web/ratings", json=rating(), headers=citizen.headers)
    erased = await service.http.delete("/api/web/sessions/current", headers=citizen.headers)
    assert erased.status_code == 204
    left = await rated_answers(service.database, limit=1000)
    assert citizen.conversation not in {one.conversation_id for one in left}
    for path in ("ratings", "transcript"):
        lost = await extras.get(f"/api/web/{path}", headers=citizen.headers)
        assert (lost.status_code, lost.json()["error"]["code"]) == (401, "session_unknown")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (rating(seq=0), 422, "bad_request"),
        (rating(seq="2"), 422, "bad_request"),
        (rating(seq=2**40), 422, "bad_request"),
        (rating(seq=True), 422, "bad_request"),
        (rating(verdict="great"), 422, "bad_request"),
        (rating(verdict=None), 422, "bad_request"),
        (rating(comment=["x"]), 422, "bad_request"),
        (rating(comment="x" * 1001), 413, "too_large"),
        (rating(seq=1), 404, "unknown_message"),
        (rating(seq=999), 404, "unknown_message"),
        ([], 422, "bad_request"),
    ],
)
async def test_a_wrong_rating_is_refused(
    extras: httpx.AsyncClient, citizen: Citizen, body: Any, status: int, code: str
) -> None:
    response = await extras.post("/api/web/ratings", json=body, headers=citizen.headers)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert (await extras.get("/api/web/ratings", headers=citizen.headers)).json() == []


async def test_nobody_rates_in_the_conversation_of_another(
    extras: httpx.AsyncClient, citizen: Citizen, service: Service
) -> None:
    stranger = await service.citizen()
    response = await extras.post("/api/web/ratings", json=rating(), headers=stranger.headers)
    assert response.status_code == 404
    assert "khai sinh" not in (await extras.get("/api/web/transcript", headers=stranger.headers)).text


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer v1.a.b.c"}, {"Cookie": "session=1"}])
async def test_without_a_signed_session_nothing_is_done(
    extras: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    calls = [
        await extras.post("/api/web/ratings", json=rating(), headers=headers),
        await extras.get("/api/web/ratings", headers=headers),
        await extras.delete("/api/web/ratings/2", headers=headers),
        await extras.get("/api/web/transcript", headers=headers),
    ]
    assert [call.status_code for call in calls] == [401] * 4


async def test_a_form_of_a_foreign_page_cannot_rate(extras: httpx.AsyncClient, citizen: Citizen) -> None:
    plain = await extras.post(
        "/api/web/ratings", content=b'{"seq":2,"verdict":"correct"}',
        headers={**citizen.headers, "Content-Type": "text/plain"},
    )  # fmt: skip
    assert plain.status_code == 415
    foreign = await extras.post(
        "/api/web/ratings", json=rating(), headers={**citizen.headers, "Origin": "https://evil.example"}
    )
    assert foreign.status_code == 403


async def test_the_transcript_is_a_file_with_both_sides(extras: httpx.AsyncClient, citizen: Citizen) -> None:
    response = await extras.get("/api/web/transcript", headers=citizen.headers)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["content-disposition"].startswith("attachment")
    assert "Anh/chị:\nlàm giấy khai sinh" in response.text
    assert "Trợ lý tự động:\nNghe: làm giấy khai sinh\nNguồn: https://dichvucong.gov.vn/" in response.text


async def test_one_session_can_only_ask_so_much(service: Service, citizen: Citizen) -> None:
    app = FastAPI()
    app.include_router(router_for(service, calls=Rate(2, 60), reads=Rate(1, 60)))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        codes = [(await http.get("/api/web/ratings", headers=citizen.headers)).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert (await http.get("/api/web/config")).status_code == 200
        slow = await http.get("/api/web/config")
        assert slow.status_code == 429
        assert 50 <= int(slow.headers["retry-after"]) <= 60


class TestConfig:
    async def test_quick_questions_come_from_the_catalogue(self, extras: httpx.AsyncClient) -> None:
        config = (await extras.get("/api/web/config")).json()
        assert len(config["quick_questions"]) == 4
        names = [procedure.short_name for procedure in project_catalogue().current]
        for question in config["quick_questions"]:
            assert any(question["text"].startswith(name) for name in names)
        assert config["limits"] == {"text": 2000, "comment": 1000}
        assert config["procedure"] is None

    async def test_ways_on_are_closed_until_somebody_opens_them(
        self, extras: httpx.AsyncClient, service: Service
    ) -> None:
        closed = (await extras.get("/api/web/config")).json()["entry_points"]
        assert closed == {"officer": False, "zalo": None, "telegram": None}
        opened = EntryPoints(officer=True, zalo="https://zalo.me/1")
        app = FastAPI()
        app.include_router(router_for(service, entry_points=lambda: opened))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            shown = (await http.get("/api/web/config")).json()["entry_points"]
        assert shown == {"officer": True, "zalo": "https://zalo.me/1", "telegram": None}

    async def test_a_procedure_has_questions_of_its_own(self, extras: httpx.AsyncClient) -> None:
        config = (await extras.get("/api/web/config?procedure=1.001193&lang=en")).json()
        assert config["procedure"] == {"code": "1.001193", "name": "Đăng ký khai sinh"}
        assert config["quick_questions"][0] == {
            "label": "Papers needed",
            "text": "Đăng ký khai sinh cần giấy tờ gì?",
        }

    @pytest.mark.parametrize("code", ["9.999999", ""])
    async def test_a_procedure_that_is_gone_breaks_nothing(self, extras: httpx.AsyncClient, code: str) -> None:
        config = (await extras.get("/api/web/config", params={"procedure": code})).json()
        assert config["procedure"] is None
        assert config["quick_questions"]

    @pytest.mark.parametrize("code", ["x", "1.001193'", "<b>", "1" * 5000])
    async def test_what_is_no_code_is_refused(self, extras: httpx.AsyncClient, code: str) -> None:
        assert (await extras.get("/api/web/config", params={"procedure": code})).status_code == 400

    async def test_a_listed_origin_may_read_it_and_others_not(self, extras: httpx.AsyncClient) -> None:
        listed = await extras.get("/api/web/config", headers={"Origin": FOREIGN})
        assert listed.headers["access-control-allow-origin"] == FOREIGN
        refused = await extras.get("/api/web/config", headers={"Origin": "https://evil.example"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "origin_not_allowed")
        # Readable, so that the widget can put itself away; nothing but the refusal is in it.
        assert refused.headers["access-control-allow-origin"] == "*"


async def test_the_description_names_every_address(extras: httpx.AsyncClient) -> None:
    paths = (await extras.get("/api/openapi.json")).json()["paths"]
    assert set(paths) == {
        "/api/web/config", "/api/web/ratings", "/api/web/ratings/{seq}", "/api/web/transcript",
    }  # fmt: skip
    assert set(paths["/api/web/ratings"]) == {"get", "post"}
    assert "404" in paths["/api/web/ratings"]["post"]["responses"]
    assert "text/plain" in paths["/api/web/transcript"]["get"]["responses"]["200"]["content"]
