from __future__ import annotations

from datetime import timedelta

import pytest
from console_support import PASSWORD, client_of, member_with, token_in
from fastapi import FastAPI
from sqlalchemy import select, update

from bot.clock import now
from bot.commands.up import first_admin_secret
from bot.console.audit import COMMAND_LINE
from bot.console.auth.accounts import AccountError, Accounts
from bot.console.auth.roles import Role
from bot.console.auth.sessions import COOKIE
from bot.service import Service
from bot.storage.staff_tables import audit, staff, staff_sessions


async def form(client, username: str, password: str):
    token = token_in((await client.get("/console/login")).text)
    data = {"csrf": token, "username": username, "password": password}
    return await client.post("/console/login", data=data)


async def test_the_first_administrator_comes_by_a_link_that_works_once(app: FastAPI, service: Service) -> None:
    secret = await Accounts(service.database).invite_first_admin()
    async with client_of(app) as client:
        page = await client.get(f"/console/welcome/{secret}")
        data = {"csrf": token_in(page.text), "username": "ha", "name": "Nguyễn Hà"}
        short = await client.post(f"/console/welcome/{secret}", data={**data, "password": "ngắn", "again": "ngắn"})
        assert short.status_code == 422
        good = await client.post(
            f"/console/welcome/{secret}", data={**data, "password": PASSWORD, "again": PASSWORD}
        )
        assert good.status_code == 303
        assert "Quản trị" in (await client.get("/console/")).text
        assert (await client.get(f"/console/welcome/{secret}")).status_code == 404
    assert (
        await first_admin_secret(service.settings.model_copy(update={"database": str(service.database.url)}))
        is None
    )


async def test_a_password_opens_a_session_with_a_strict_cookie(app: FastAPI, service: Service) -> None:
    await member_with(service, "lan", Role.TRAINER)
    async with client_of(app) as client:
        response = await form(client, "LAN", PASSWORD)
        cookie = next(c for c in response.headers.get_list("set-cookie") if c.startswith(COOKIE))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/console" in cookie
        page = await client.get("/console/")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        token = token_in(page.text)
        await client.post("/console/logout", data={"csrf": token})
        assert (await client.get("/console/")).status_code == 303
    async with service.database.read() as connection:
        assert (await connection.execute(select(staff_sessions))).first() is None


async def test_the_cookie_is_secure_when_the_browser_came_by_https(app: FastAPI, service: Service) -> None:
    await member_with(service, "lan", Role.TRAINER)
    async with client_of(app) as client:
        client.base_url = "https://console.test"
        response = await form(client, "lan", PASSWORD)
    assert any("Secure" in c for c in response.headers.get_list("set-cookie") if c.startswith(COOKIE))


async def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(
    app: FastAPI, service: Service
) -> None:
    await member_with(service, "lan", Role.TRAINER)
    accounts = Accounts(service.database)
    for _ in range(5):
        with pytest.raises(AccountError, match="chưa đúng"):
            await accounts.sign_in("lan", "sai mật khẩu rồi")
    with pytest.raises(AccountError, match="tạm khoá"):
        await accounts.sign_in("lan", PASSWORD)
    async with service.database.write() as connection:
        await connection.execute(update(staff).values(locked_until=now() - timedelta(seconds=1)))
    assert (await accounts.sign_in("lan", PASSWORD)).username == "lan"


async def test_unknown_names_read_like_wrong_passwords(service: Service) -> None:
    with pytest.raises(AccountError, match="chưa đúng"):
        await Accounts(service.database).sign_in("nobody", PASSWORD)


async def test_many_attempts_from_one_address_are_slowed_down(app: FastAPI) -> None:
    async with client_of(app) as client:
        statuses = [(await form(client, "nobody", "x")).status_code for _ in range(12)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


async def test_signing_in_leads_only_to_pages_of_our_own(app: FastAPI, service: Service) -> None:
    await member_with(service, "lan", Role.TRAINER)
    for wanted in ("https://evil.example/", "//evil.example", "/console//evil.example", "/console/\\evil"):
        async with client_of(app) as client:
            token = token_in((await client.get("/console/login")).text)
            data = {"csrf": token, "username": "lan", "password": PASSWORD, "to": wanted}
            response = await client.post("/console/login", data=data)
            assert response.headers["location"] == "/console/"


async def test_a_login_form_of_another_site_is_refused(app: FastAPI, service: Service) -> None:
    await member_with(service, "lan", Role.TRAINER)
    async with client_of(app) as client:
        response = await client.post("/console/login", data={"username": "lan", "password": PASSWORD, "csrf": "x"})
    assert response.status_code == 403


async def test_disabling_and_resetting_end_sessions_at_once(sign_in, service: Service) -> None:
    lan = await sign_in(Role.TRAINER)
    accounts = Accounts(service.database)
    await accounts.disable("trainer", COMMAND_LINE)
    assert (await lan.get("/")).status_code == 303
    await accounts.disable("trainer", COMMAND_LINE, disabled=False)
    again = await sign_in(Role.TRAINER)
    secret = await accounts.reset("trainer", COMMAND_LINE)
    assert (await again.get("/")).status_code == 303
    assert (await accounts.accept(secret, PASSWORD + "!")).username == "trainer"


async def test_old_and_idle_sessions_are_over(sign_in, service: Service) -> None:
    lan = await sign_in(Role.TRAINER)
    for column, age in (("seen_at", timedelta(hours=3)), ("created_at", timedelta(hours=13))):
        async with service.database.write() as connection:
            await connection.execute(update(staff_sessions).values({"seen_at": now(), "created_at": now()}))
            await connection.execute(update(staff_sessions).values({column: now() - age}))
        assert (await lan.get("/")).status_code == 303


async def test_the_last_administrator_stays(admin, service: Service) -> None:
    for path, data in (("/staff/admin/disable", {}), ("/staff/admin/role", {"role": "officer"})):
        response = await admin.post(path, data)
        assert response.status_code == 422
        assert "ít nhất một người quản trị" in response.text


async def test_changes_of_accounts_are_in_the_trail_and_passwords_are_not(admin, service: Service) -> None:
    await admin.post("/staff", {"username": "lan", "name": "Trần Lan 0912345678", "role": "editor"})
    await admin.post("/staff/lan/role", {"role": "analyst"})
    async with service.database.read() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.subject == "lan"))).all()
        stored = (await connection.execute(select(staff.c.password_hash))).scalars().all()
    assert [(r.action, r.before, r.after) for r in rows][-1] == (
        "staff_role",
        {"role": "editor"},
        {"role": "analyst"},
    )
    assert "0912345678" not in str(rows)
    assert all(h is None or h.startswith("$argon2id$") for h in stored)
