from __future__ import annotations

import time
from typing import Any

import httpx
import psycopg
import pytest
from databases import POSTGRESQL
from web_support import GENEROUS, QUICK, SECRET, Service, running

from bot.channels.rate_limits import Rate
from bot.channels.web_limits import WebLimits
from bot.channels.web_sessions import SessionSigner
from bot.conversations.messages import ConversationId

GOOD = {"client_msg_id": "12345678", "kind": "text", "text": "xin chào"}


def assert_error(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    error: dict[str, Any] = response.json()["error"]
    assert set(response.json()) == {"error"}
    assert error["code"] == code
    assert set(error) - {"retry_after"} == {"code", "message"}
    assert any(char in error["message"] for char in "ăâđêôơưạảấầậếềệộợụữự")
    assert response.headers["vary"] == "Origin"
    return error


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"NaN", b'{"text": "\\ud800"}', b"[" * 3000])
async def test_what_is_no_json_is_a_bad_request(small_service: Service, body: bytes) -> None:
    assert_error(await (await small_service.citizen()).send(body), 400, "bad_request")


@pytest.mark.parametrize(
    "change",
    [
        {"client_msg_id": "short"},
        {"client_msg_id": "x" * 65},
        {"client_msg_id": 12345678},
        {"client_msg_id": None},
        {"client_msg_id": "có dấu và khoảng trắng"},
        {"kind": "file"},
        {"text": None},
        {"text": ["a"]},
        {"text": {"$ne": ""}},
        {"kind": "choice"},
        {"kind": "choice", "choice_id": ""},
        {"kind": "choice", "choice_id": "x" * 41},
    ],
)
async def test_a_wrong_field_is_refused_without_being_repeated(
    small_service: Service, change: dict[str, Any]
) -> None:
    citizen = await small_service.citizen()
    assert_error(await citizen.send(GOOD | change), 422, "bad_request")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"7"])
async def test_json_that_is_no_object_is_refused(small_service: Service, body: bytes) -> None:
    assert_error(await (await small_service.citizen()).send(body), 422, "bad_request")


async def test_errors_never_repeat_what_was_sent(small_service: Service) -> None:
    citizen = await small_service.citizen()
    secret = "022190001234"
    for response in (
        await citizen.send(GOOD | {"kind": secret}),
        await citizen.send(b"{" + secret.encode()),
        await citizen.get(f"/api/web/events?after={secret}x"),
        await citizen.get(f"/api/web/{secret}"),
    ):
        assert response.status_code >= 400
        assert secret not in response.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_read(small_service: Service, kind: str) -> None:
    citizen = await small_service.citizen()
    assert_error(await citizen.send(GOOD, **{"Content-Type": kind}), 415, "type_not_allowed")
    accepted = await citizen.send(GOOD, **{"Content-Type": "application/json; charset=utf-8"})
    assert accepted.status_code == 202


async def test_a_huge_body_is_refused_unread(small_service: Service) -> None:
    citizen = await small_service.citizen()
    assert_error(await citizen.send(GOOD | {"text": "a" * 64_000}), 413, "too_large")

    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 1000

    headers = citizen.headers | {"Content-Type": "application/json"}
    chunked = await citizen.http.post("/api/web/messages", content=endless(), headers=headers)
    assert_error(chunked, 413, "too_large")
    assert_error(
        await citizen.http.post("/api/web/sessions", content=b" " * 64_001, headers=headers),
        413,
        "too_large",
    )


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer a.b.c.d", "Bearer \xe9"])
async def test_without_a_token_of_ours_nothing_works(small_service: Service, header: str | None) -> None:
    headers = {"Authorization": header.encode("latin-1")} if header is not None else {}
    for method, path in (
        ("POST", "messages"), ("GET", "messages"), ("GET", "events"), ("POST", "sessions/renew"),
        ("DELETE", "sessions/current"),
    ):  # fmt: skip
        response = await small_service.http.request(method, f"/api/web/{path}", headers=headers)
        assert_error(response, 401, "session_invalid")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_a_forged_token_is_invalid_and_a_made_up_conversation_unknown(
    small_service: Service,
) -> None:
    citizen = await small_service.citizen()
    mine = ConversationId(citizen.conversation)
    citizen.token = SessionSigner(["another secret, long enough"]).sign("s_1", mine)
    assert_error(await citizen.say("xin chào"), 401, "session_invalid")
    citizen.token = small_service.signer.sign("s_1", ConversationId("c_nobody"))
    assert_error(await citizen.say("xin chào"), 401, "session_unknown")


async def test_an_expired_session_is_renewed_and_keeps_its_conversation(sqlite_url: str) -> None:
    offset = 0.0
    signer = SessionSigner([SECRET], clock=lambda: time.time() + offset)
    async with running(sqlite_url, limits=GENEROUS, times=QUICK, signer=signer) as service:
        citizen = await service.citizen()
        await citizen.say("trước")
        await citizen.rows_until(2)
        offset = 1801
        assert_error(await citizen.say("sau"), 401, "session_expired")
        assert_error(await citizen.get("/api/web/events"), 401, "session_expired")
        renewed = await citizen.http.post("/api/web/sessions/renew", headers=citizen.headers)
        assert renewed.status_code == 201
        assert (renewed.json()["conversation"], renewed.json()["last_seq"]) == (citizen.conversation, 2)
        citizen.token = renewed.json()["token"]
        assert (await citizen.say("sau")).status_code == 202
        offset += 1800 + 24 * 3600
        response = await citizen.http.post("/api/web/sessions/renew", headers=citizen.headers)
        assert_error(response, 401, "session_invalid")


async def test_foreign_pages_may_not_call(sqlite_url: str) -> None:
    friend = "https://portal.example.vn"
    async with running(sqlite_url, limits=GENEROUS, origins=(friend,)) as service:
        post = service.http.post
        for origin in ("https://evil.example", "null", friend + ".evil.example", "http://portal.example.vn",
                       "https://portal.example.vn:8443", "file://", "https://[broken"):  # fmt: skip
            refused = await post("/api/web/sessions", headers={"Origin": origin})
            assert_error(refused, 403, "origin_not_allowed")
            assert "access-control-allow-origin" not in refused.headers
        allowed = await post("/api/web/sessions", headers={"Origin": friend})
        assert allowed.status_code == 201
        assert allowed.headers["access-control-allow-origin"] == friend
        assert "access-control-allow-credentials" not in allowed.headers
        assert allowed.headers["vary"] == "Origin"
        readable = await post("/api/web/messages", headers={"Origin": friend})
        assert readable.headers["access-control-allow-origin"] == friend
        own = str(service.http.base_url).rstrip("/")
        assert (await post("/api/web/sessions", headers={"Origin": own})).status_code == 201
        assert (await post("/api/web/sessions")).status_code == 201


async def test_a_preflight_tells_what_is_allowed(sqlite_url: str) -> None:
    friend = "https://portal.example.vn"
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    async with running(sqlite_url, limits=GENEROUS, origins=(friend,)) as service:
        for path in ("sessions", "sessions/renew", "sessions/current", "messages", "events"):
            answer = await service.http.options(f"/api/web/{path}", headers=ask | {"Origin": friend})
            assert answer.status_code == 204
            assert answer.headers["access-control-allow-origin"] == friend
            assert answer.headers["access-control-allow-methods"] == "GET, POST, DELETE"
            assert "last-event-id" in answer.headers["access-control-allow-headers"]
            assert answer.headers["access-control-max-age"] == "600"
        refused = await service.http.options("/api/web/messages", headers=ask | {"Origin": "https://evil.example"})
        assert_error(refused, 403, "origin_not_allowed")


async def test_limits_are_told_with_the_time_to_wait(sqlite_url: str) -> None:
    limits = WebLimits(sessions=Rate(3, 60), messages=(Rate(2, 10), Rate(60, 600)))
    async with running(sqlite_url, limits=limits) as service:
        citizen, other = await service.citizen(), await service.citizen()
        for _ in range(2):
            assert (await citizen.say("xin chào")).status_code == 202
        refused = await citizen.say("xin chào")
        error = assert_error(refused, 429, "rate_limited")
        assert refused.headers["retry-after"] == str(error["retry_after"]) == "5"
        assert "5 giây" in error["message"]
        assert (await other.say("xin chào")).status_code == 202
        await service.citizen()
        assert_error(await service.http.post("/api/web/sessions"), 429, "rate_limited")


async def test_an_address_has_a_limit_over_all_its_sessions(sqlite_url: str) -> None:
    async with running(sqlite_url, limits=WebLimits(messages_of_address=Rate(2, 60)), trusted_proxies=1) as s:
        for status in (202, 202, 429):
            citizen = await s.citizen()
            assert (await citizen.send(GOOD, **{"X-Forwarded-For": "1.1.1.1, 2.2.2.2"})).status_code == status
        citizen = await s.citizen()
        assert (await citizen.send(GOOD, **{"X-Forwarded-For": "2.2.2.2, 3.3.3.3"})).status_code == 202


async def test_while_the_database_is_away_nothing_is_accepted_and_nothing_is_lost(
    service: Service,
) -> None:
    citizen = await service.citizen()
    await citizen.say("trước", "before-1")
    await citizen.rows_until(2)
    service.database.is_away = True
    for response in (
        await citizen.say("giữa", "between-1"),
        await citizen.get("/api/web/messages"),
        await citizen.get("/api/web/events"),
        await citizen.http.post("/api/web/sessions"),
        await citizen.http.post("/api/web/sessions/renew", headers=citizen.headers),
        await citizen.http.delete("/api/web/sessions/current", headers=citizen.headers),
    ):
        assert_error(response, 503, "unavailable")
        assert response.headers["retry-after"] == "2"
        assert "SELECT" not in response.text
        assert "Traceback" not in response.text
    service.database.is_away = False
    assert not (await citizen.say("giữa", "between-1")).json()["duplicate"]
    texts = [row["text"] for row in await citizen.rows_until(4)]
    assert texts == ["trước", "Nghe: trước", "giữa", "Nghe: giữa"]


async def test_postgresql_that_refuses_us_is_unavailable_and_comes_back(service: Service) -> None:
    if not service.database.is_postgresql:
        pytest.skip("SQLite refuses nobody")
    name = service.database.url.database
    citizen = await service.citizen()
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            assert_error(await citizen.say("xin chào", "12345678"), 503, "unavailable")
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert not (await citizen.say("xin chào", "12345678")).json()["duplicate"]
    assert [row["text"] for row in await citizen.rows_until(2)] == ["xin chào", "Nghe: xin chào"]


async def test_a_database_that_never_was_there_is_unavailable() -> None:
    nowhere = POSTGRESQL.replace("5432", "1") + "/nothing"
    async with running(nowhere, limits=GENEROUS) as service:
        assert_error(await service.http.post("/api/web/sessions"), 503, "unavailable")


async def test_other_addresses_answer_in_the_same_form(small_service: Service) -> None:
    assert_error(await small_service.http.get("/api/web/nothing"), 404, "not_found")
    assert_error(await small_service.http.put("/api/web/messages"), 404, "not_found")


async def test_a_fault_of_ours_tells_nothing(
    small_service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("inner secret")

    citizen = await small_service.citizen()
    monkeypatch.setattr(small_service.signer, "verify", broken)
    response = await citizen.say("xin chào")
    assert_error(response, 500, "internal")
    assert "secret" not in response.text
    assert "a web request failed" in caplog.text


async def test_the_description_names_every_call(small_service: Service) -> None:
    description = (await small_service.http.get("/api/openapi.json")).json()
    calls = {(path, method) for path, item in description["paths"].items() for method in item}
    assert calls == {
        ("/api/web/sessions", "post"), ("/api/web/sessions/renew", "post"),
        ("/api/web/sessions/current", "delete"), ("/api/web/messages", "post"),
        ("/api/web/messages", "get"), ("/api/web/events", "get"), ("/api/web/typing", "post"),
    }  # fmt: skip
    assert "text/event-stream" in description["paths"]["/api/web/events"]["get"]["responses"]["200"]["content"]
