"""Signing in with the province's account: a real provider process on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from console_support import BASE, client_of, member_with
from fastapi import FastAPI

from bot.app import create_app
from bot.console.audit import COMMAND_LINE
from bot.console.auth.accounts import Accounts
from bot.console.auth.oidc import Provider, SingleSignOn
from bot.console.auth.roles import Role
from bot.service import Service

FAKE = Path(__file__).parent.parent / "fakes" / "oidc_provider.py"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(FAKE), str(port)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    address = process.stdout.readline().strip()
    for _ in range(100):
        try:
            httpx.get(f"{address}/jwks")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait()
    process.stdout.close()


@pytest.fixture
async def app(service: Service, issuer: str, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    for name, value in (
        ("oidc_issuer", issuer),
        ("oidc_client_id", "motcua"),
        ("oidc_client_secret", "bí-mật"),
        ("console_address", BASE),
    ):
        monkeypatch.setenv(f"MOTCUA_{name.upper()}", value)
    service.settings = type(service.settings)(state_dir=service.settings.state_dir)
    await member_with(service, "ha", Role.TRAINER)
    return create_app(service)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


async def go_round(browser: httpx.AsyncClient) -> httpx.Response:
    """Go to the provider and come back."""
    leaving = await browser.get("/console/sso/start")
    assert leaving.status_code == 303, leaving.text
    async with httpx.AsyncClient() as outside:
        back = await outside.get(leaving.headers["location"])
    assert back.status_code == 302
    return await browser.get(back.headers["location"])


async def test_a_member_signs_in_and_is_bound_to_the_subject(browser, service) -> None:
    response = await go_round(browser)
    assert response.headers["location"] == "/console/"
    assert "Cán bộ ha" in (await browser.get("/console/")).text
    member = await Accounts(service.database).find("ha")
    assert member
    assert str(member.oidc_subject).endswith("|subject-of-ha")


@pytest.mark.parametrize("how", ["nonce", "audience", "issuer", "expired", "key", "none"])
async def test_a_token_that_is_wrong_lets_nobody_in(browser, issuer: str, how: str) -> None:
    async with httpx.AsyncClient() as outside:
        await outside.post(f"{issuer}/misbehave", json={"how": how})
    response = await go_round(browser)
    assert response.status_code == 401
    assert (await browser.get("/console/")).status_code == 303


async def test_a_wrong_state_or_a_lost_cookie_lets_nobody_in(browser) -> None:
    leaving = await browser.get("/console/sso/start")
    async with httpx.AsyncClient() as outside:
        back = (await outside.get(leaving.headers["location"])).headers["location"]
    forged = back.replace("state=", "state=x")
    assert (await browser.get(forged)).status_code == 401
    browser.cookies.clear()
    assert (await browser.get(back)).status_code == 400


async def test_strangers_and_disabled_members_are_refused(browser, service, issuer: str) -> None:
    async with httpx.AsyncClient() as outside:
        await outside.post(f"{issuer}/misbehave", json={"user": "nobody"})
        assert (await go_round(browser)).status_code == 401
        await outside.post(f"{issuer}/misbehave", json={"user": "ha"})
    await Accounts(service.database).disable("ha", COMMAND_LINE)
    assert (await go_round(browser)).status_code == 401


async def test_a_taken_over_name_does_not_take_over_the_account(browser, service, issuer: str) -> None:
    assert (await go_round(browser)).status_code == 303
    sso = SingleSignOn(Provider(issuer, "motcua", "bí-mật"))
    from bot.console.auth.oidc import SingleSignOnFailed

    with pytest.raises(SingleSignOnFailed):
        await sso.member(service.database, {"iss": issuer, "sub": "somebody-else", "preferred_username": "ha"})


async def test_a_provider_that_is_away_is_said_in_words(service, browser) -> None:
    sso = SingleSignOn(Provider("http://127.0.0.1:9", "motcua", "x"))
    console = next(r.app for r in browser._transport.app.routes if getattr(r, "path", "") == "/console")
    console.state.console.single_sign_on = sso
    response = await browser.get("/console/sso/start")
    assert response.status_code == 502
    assert "Chưa liên hệ được" in response.text


def test_an_issuer_without_https_is_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        SingleSignOn(Provider("http://sso.example", "a", "b"))
