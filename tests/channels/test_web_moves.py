"""Asking for a link to another channel: who may, how often, and what comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from web_support import SECRET, Citizen, Service, serving

from bot.channels.rate_limits import Rate
from bot.channels.web_moves import create_web_moves_router
from bot.channels.web_sessions import SessionSigner
from bot.clock import now
from bot.handoff.handoffs import Handoffs

ADDRESSES: Mapping[str, str] = {"telegram": "https://t.me/motcua_bot", "zalo": "https://zalo.me/123456"}
GENEROUS = Rate(100, 60)


def app_for(service: Service, addresses: Mapping[str, str] = ADDRESSES, links: Rate = GENEROUS) -> FastAPI:
    desk = Handoffs(service.database, service.wakeups, addresses=lambda: addresses)
    app = FastAPI()
    app.include_router(
        create_web_moves_router(
            database=service.database, signer=SessionSigner([SECRET]), moves=desk.moves, links=links
        )
    )
    return app


@pytest.fixture
async def http(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(app_for(service)) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as client,
    ):
        yield client


@pytest.fixture
async def citizen(service: Service) -> Citizen:
    return await service.citizen()


async def test_a_link_and_its_pictures(http: httpx.AsyncClient, citizen: Citizen) -> None:
    answer = await http.post("/api/web/moves", json={"to": "telegram"}, headers=citizen.headers)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    link = answer.json()
    assert link["url"].startswith("https://t.me/motcua_bot?start=m_")
    assert link["code"] is None
    assert link["qr_svg"].startswith("<svg")
    assert link["qr_png"].startswith("data:image/png;base64,")
    assert link["expires_at"] < (now() + timedelta(minutes=11)).isoformat()


async def test_zalo_needs_a_code_to_be_typed(http: httpx.AsyncClient, citizen: Citizen) -> None:
    link = (await http.post("/api/web/moves", json={"to": "zalo"}, headers=citizen.headers)).json()
    assert link["url"] == "https://zalo.me/123456"
    assert link["code"].startswith("CHUYEN ")


@pytest.mark.parametrize("body", [{"to": "viber"}, {}, {"to": "telegram", "address": "1"}])
async def test_other_wishes_are_refused(http: httpx.AsyncClient, citizen: Citizen, body: dict[str, str]) -> None:
    assert (await http.post("/api/web/moves", json=body, headers=citizen.headers)).status_code == 422


async def test_nobody_without_a_session_gets_a_link(http: httpx.AsyncClient) -> None:
    assert (await http.post("/api/web/moves", json={"to": "telegram"})).status_code == 401


async def test_a_channel_that_is_off_is_not_offered(service: Service, citizen: Citizen) -> None:
    app = app_for(service, {})
    async with serving(app) as address, httpx.AsyncClient(base_url=address, trust_env=False) as client:
        answer = await client.post("/api/web/moves", json={"to": "zalo"}, headers=citizen.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_offered")


async def test_too_many_links_have_to_wait(service: Service, citizen: Citizen) -> None:
    app = app_for(service, links=Rate(2, 60))
    async with serving(app) as address, httpx.AsyncClient(base_url=address, trust_env=False) as client:
        codes = [
            (await client.post("/api/web/moves", json={"to": "zalo"}, headers=citizen.headers)).status_code
            for _ in range(3)
        ]
    assert codes == [201, 201, 429]
