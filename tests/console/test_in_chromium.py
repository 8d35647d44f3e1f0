"""Every page in a real browser: no finding of axe, no error, no sideways scrolling at 1366 and 360 pixels."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from desk_filled import waiting
from fastapi import FastAPI
from filled import addresses, fill
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, async_playwright, expect

from bot.console.auth.roles import Role
from bot.conversations.typing import Typing

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SIZES = {"desktop": {"width": 1366, "height": 768}, "phone": {"width": 360, "height": 740}}
SHOTS = os.environ.get("MOTCUA_SCREENSHOTS")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, ws="none"))
    task = asyncio.create_task(server.serve([listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await task


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def test_every_page_is_accessible_and_fits(
    address: str, chromium: Chromium, service, release, sign_in, say
) -> None:
    admin = await sign_in(Role.ADMIN)
    found = await fill(service, release, admin, say)
    wrong: list[str] = []
    for size, viewport in SIZES.items():
        context = await chromium.new_context(viewport=viewport)
        page = await context.new_page()
        listen(page, wrong)
        wrong += await look(page, f"{address}/console/login", f"{size}-login")
        cookies = [
            {"name": name, "value": value, "url": f"{address}/console"}
            for name, value in admin.client.cookies.items()
        ]
        await context.add_cookies(cookies)
        for path in addresses(found):
            wrong += await look(page, f"{address}/console{path}", f"{size}-{path.strip('/').split('?')[0]}")
        await context.close()
    assert wrong == []


async def test_one_key_confirms_and_one_takes_back(
    address: str, chromium: Chromium, service, release, sign_in, say
) -> None:
    admin = await sign_in(Role.TRAINER)
    for text in ("đổi bí danh của con thì sao", "chặt cây trước nhà hỏi ai"):
        await say(text)
    context = await chromium.new_context(viewport=SIZES["desktop"])
    await context.add_cookies(
        [{"name": n, "value": v, "url": f"{address}/console"} for n, v in admin.client.cookies.items()]
    )
    page = await context.new_page()
    await page.goto(f"{address}/console/review")
    await page.locator("table.list a").first.click()
    first = await page.locator("h1").inner_text()
    async with page.expect_navigation():
        await page.keyboard.press("6")
    assert await page.locator("h1").inner_text() != first
    async with page.expect_navigation():
        await page.keyboard.press("z")
    assert "Đã hoàn tác" in await page.locator(".flash").inner_text()
    await context.close()


async def test_the_desk_works_with_keys_and_shows_news_by_itself(
    address: str, chromium: Chromium, service, sign_in, say
) -> None:
    officer = await sign_in(Role.OFFICER)
    first = await waiting(service, await say("lệ phí khai sinh"))
    wrong: list[str] = []
    context = await chromium.new_context(viewport=SIZES["desktop"])
    await context.add_cookies(
        [{"name": n, "value": v, "url": f"{address}/console"} for n, v in officer.client.cookies.items()]
    )
    page = await context.new_page()
    listen(page, wrong)
    await page.goto(f"{address}/console/desk")
    await expect(page).to_have_title(re.compile(r"^\(1\)"))
    second = await waiting(service, await say("đăng ký xe máy"))
    await expect(page.get_by_role("button", name=f"Nhận {second.number}")).to_be_visible()
    await expect(page).to_have_title(re.compile(r"^\(2\)"))
    await page.get_by_role("button", name=f"Nhận {first.number}").press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("Mã là 001090012345")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Vẫn gửi")).to_be_visible()
    await page.get_by_role("button", name="Phí, lệ phí").click()
    text = page.locator("#text")
    assert "lệ phí" in (await text.input_value()).lower()
    await text.fill("Chào anh/chị")
    await page.keyboard.press("Enter")
    await expect(page.locator("#lines .officer", has_text="Chào anh/chị")).to_be_visible()
    await expect(text).to_have_value("")
    await expect(text).to_be_focused()
    assert first.conversation_id
    shown = asyncio.create_task(expect(page.get_by_text("Người dân đang nhập…")).to_be_visible())
    while not shown.done():
        # Whoever types tells again and again; one signal between two questions of the page is lost.
        await Typing(service.database, service.wakeups).tell(first.conversation_id, "citizen")
        await asyncio.wait({shown}, timeout=0.1)
    await shown
    await page.get_by_role("button", name="Kết thúc, trả về trợ lý").press("Enter")
    await expect(page.get_by_text(f"Đã kết thúc {first.number}")).to_be_visible()
    assert wrong == []
    await context.close()


def listen(page: Page, wrong: list[str]) -> None:
    """Note what the browser complains about, such as a breach of the content security policy."""
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)


async def look(page: Page, url: str, name: str) -> list[str]:
    """Return what is wrong with a page."""
    response = await page.goto(url)
    wrong = [] if response and response.status == 200 else [f"{name}: {response and response.status}"]
    results = await Axe().run(page)
    for violation in results.response["violations"]:
        nodes = [node["html"][:120] for node in violation["nodes"][:3]]
        wrong.append(f"{name}: {violation['id']} {nodes}")
    width = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if width > 0:
        wrong.append(f"{name}: {width} px too wide")
    if SHOTS:
        path = Path(SHOTS) / f"{name.replace('/', '_')}.png"
        await page.screenshot(path=path, full_page=name.startswith("phone"))
    return wrong
