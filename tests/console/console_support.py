"""A console over the real engine, and staff who click through it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI

from bot.app import create_app
from bot.console.audit import COMMAND_LINE
from bot.console.auth.accounts import Accounts, Member
from bot.console.auth.roles import Role
from bot.console.auth.sessions import COOKIE, Sessions
from bot.service import Service

PASSWORD = "đủ dài cho phép thử 2026"
BASE = "http://console.test"


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """Return a browser without cookies."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE)


def token_in(page: str) -> str:
    """Return the token of the first form of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


async def member_with(service: Service, username: str, role: Role) -> Member:
    """Return a member of staff who has set a password."""
    accounts = Accounts(service.database)
    if found := await accounts.find(username):
        return found
    _, secret = await accounts.add(username, f"Cán bộ {username}", role, COMMAND_LINE)
    return await accounts.accept(secret, PASSWORD)


@dataclass(slots=True)
class Browser:
    """Somebody who is signed in."""

    client: httpx.AsyncClient
    csrf: str

    async def get(self, path: str, **values: Any) -> httpx.Response:
        return await self.client.get(f"/console{path}", **values)

    async def post(self, path: str, data: Mapping[str, Any] | None = None, **values: Any) -> httpx.Response:
        return await self.client.post(f"/console{path}", data={"csrf": self.csrf, **(data or {})}, **values)


async def browser_of(app: FastAPI, service: Service, username: str, role: Role) -> Browser:
    """Return the browser of a member of staff, without going through the form."""
    member = await member_with(service, username, role)
    sessions = Sessions(service.database)
    token = await sessions.open(member)
    session = await sessions.find(token)
    assert session
    client = client_of(app)
    client.cookies.set(COOKIE, token, path="/console")
    return Browser(client, session.csrf)


__all__ = ["BASE", "PASSWORD", "Browser", "browser_of", "client_of", "create_app", "member_with", "token_in"]
