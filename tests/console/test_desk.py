"""The desk page: claim once, answer once, read only what is theirs, and hear of changes at once."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from console_support import Browser, browser_of
from desk_filled import PHONE, colleague, left_message, waiting
from fastapi import FastAPI
from sqlalchemy import select

from bot.catalogue.answers.compose import compose
from bot.catalogue.model import Aspect
from bot.clock import VIETNAM, now
from bot.console.audit import read_trail
from bot.console.auth.roles import Role
from bot.conversations.typing import Typing, typing_name
from bot.handoff.model import Handoff, Reason, Result, Status
from bot.service import Service
from bot.storage.handoff_tables import contact_requests
from bot.storage.tables import conversations, outbox


@pytest.fixture
async def officer(sign_in: Any) -> Browser:
    return await sign_in(Role.OFFICER)


@pytest.fixture
async def handoff(service: Service, say: Any) -> Handoff:
    return await waiting(service, await say("lệ phí khai sinh", "số căn cước 001090012345 của tôi"))


async def said_by_officers(service: Service, handoff: Handoff) -> list[str]:
    async with service.database.read() as connection:
        rows = await connection.scalars(
            select(outbox.c.body).where(
                outbox.c.conversation_id == handoff.conversation_id, outbox.c.author == "officer"
            )
        )
        return [body["text"] for body in rows]


async def test_the_queue_shows_who_waits_and_one_officer_takes_them(
    app: FastAPI, service: Service, officer: Browser, handoff: Handoff
) -> None:
    page = (await officer.get("/desk")).text
    assert handoff.number in page
    assert "Hỏi lệ phí khai sinh." in page
    assert "Bộ phận Một cửa" in page
    taken = await officer.post(f"/desk/{handoff.id}/claim")
    assert taken.headers["location"] == f"/console/desk/{handoff.id}"
    other = await browser_of(app, service, "other", Role.OFFICER)
    late = await other.post(f"/desk/{handoff.id}/claim")
    assert late.headers["location"] == "/console/desk"
    assert "Cán bộ officer tiếp nhận" in html.unescape((await other.client.get("/console/desk")).text)
    entries, _ = await read_trail(service.database, action="desk_claim")
    assert [entry.subject for entry in entries] == [handoff.number]


async def test_a_conversation_is_shown_masked_with_what_the_bot_understood(
    officer: Browser, handoff: Handoff
) -> None:
    page = html.unescape((await officer.get(f"/desk/{handoff.id}")).text)
    assert "001090012345" not in page
    assert "[CCCD]" in page
    assert "Đăng ký khai sinh (1.001193)" in page
    assert "người dân yêu cầu" in page


async def test_pressing_send_twice_sends_once_and_long_numbers_are_asked_about(
    service: Service, officer: Browser, handoff: Handoff
) -> None:
    form = {"text": "Anh/chị nộp tại phường.", "origin": "a" * 32}
    for _ in range(2):
        response = await officer.post(f"/desk/{handoff.id}/answer", form, headers={"hx-request": "true"})
        assert response.status_code == 200
        assert response.headers["hx-trigger"] == "desk-talk"
    assert await said_by_officers(service, handoff) == ["Anh/chị nộp tại phường."]
    assert (await service.handoffs.desk.find(handoff.id)).status is Status.HUMAN
    doubtful = {"text": "Mã của anh/chị là 001090012345.", "origin": "b" * 32}
    asked = await officer.post(f"/desk/{handoff.id}/answer", doubtful, headers={"hx-request": "true"})
    assert "Vẫn gửi" in asked.text
    assert "001090012345" in asked.text
    assert len(await said_by_officers(service, handoff)) == 1
    await officer.post(f"/desk/{handoff.id}/answer", doubtful | {"confirmed": "1"})
    assert len(await said_by_officers(service, handoff)) == 2
    entries, _ = await read_trail(service.database, action="desk_answer")
    assert len(entries) == 2
    assert "001090012345" not in repr(entries)


async def test_ready_answers_are_the_catalogues_own(service: Service, officer: Browser, handoff: Handoff) -> None:
    page = (await officer.get(f"/desk/{handoff.id}")).text
    offered = [html.unescape(value) for value in re.findall(r'data-fill="text" data-value="([^"]*)"', page)]
    procedure = service.live.current.find("1.001193")
    assert procedure
    today: date = now().astimezone(VIETNAM).date()
    assert compose(procedure, Aspect.FEE, today).text in offered
    assert any(text.startswith("Xin chào anh/chị.") for text in offered)


async def test_a_colleague_writes_into_a_taken_conversation_only_as_supervisor(
    app: FastAPI, service: Service, officer: Browser, handoff: Handoff
) -> None:
    await officer.post(f"/desk/{handoff.id}/claim")
    other = await browser_of(app, service, "other", Role.OFFICER)
    refused = await other.post(f"/desk/{handoff.id}/answer", {"text": "Tôi trả lời thay."})
    assert refused.status_code == 422
    assert await said_by_officers(service, handoff) == []
    listed = next(one for one in await service.handoffs.officers.all() if one.name == "Cán bộ other")
    await service.handoffs.officers.change(listed.id, is_supervisor=1)
    assert (await other.post(f"/desk/{handoff.id}/answer", {"text": "Tôi trả lời thay."})).status_code == 303
    assert (await service.handoffs.desk.find(handoff.id)).officer_id != listed.id


async def test_what_belongs_to_another_department_is_not_read(
    service: Service, officer: Browser, handoff: Handoff
) -> None:
    await officer.post("/desk/duty", {"on": "1"})
    listed = next(one for one in await service.handoffs.officers.all() if one.name == "Cán bộ officer")
    await service.handoffs.officers.change(listed.id, departments=["cong-an"])
    assert handoff.number not in (await officer.get("/desk")).text
    for path in ("", "/talk"):
        assert (await officer.get(f"/desk/{handoff.id}{path}")).status_code == 403
    assert (await officer.post(f"/desk/{handoff.id}/note", {"text": "x"})).status_code == 403


async def test_pass_on_give_back_note_and_finish(service: Service, officer: Browser, handoff: Handoff) -> None:
    desk = service.handoffs.desk
    lan = await colleague(service, "Lan")
    await officer.post(f"/desk/{handoff.id}/claim")
    await officer.post(f"/desk/{handoff.id}/note", {"text": "Đã gọi phòng chuyên môn.", "origin": "c" * 32})
    await officer.post(f"/desk/{handoff.id}/transfer", {"department": "tu-phap"})
    moved = await desk.find(handoff.id)
    assert (moved.status, moved.department) == (Status.WAITING, "tu-phap")
    await officer.post(f"/desk/{handoff.id}/transfer", {"colleague": str(lan.id)})
    assert (await desk.find(handoff.id)).officer_id == lan.id
    refused = await officer.post(f"/desk/{handoff.id}/finish", {"result": "da_tra_loi"})
    assert refused.headers["location"] == f"/console/desk/{handoff.id}"
    await desk.give_back(handoff.id, lan)
    await officer.post(f"/desk/{handoff.id}/claim")
    await officer.post(f"/desk/{handoff.id}/back")
    assert (await desk.find(handoff.id)).status is Status.WAITING
    await officer.post(f"/desk/{handoff.id}/claim")
    await officer.post(f"/desk/{handoff.id}/finish", {"result": "da_tra_loi"})
    done = await desk.find(handoff.id)
    assert (done.status, done.result_code) == (Status.ENDED, Result.ANSWERED)
    said = [line.text for line in await desk.lines(handoff.id)]
    assert not any("phòng chuyên môn" in text for text in said)
    assert "Đã gọi phòng chuyên môn." in (await officer.get(f"/desk/{handoff.id}")).text


async def test_a_page_that_waits_hears_of_changes_and_of_typing(
    service: Service, officer: Browser, handoff: Handoff
) -> None:
    await officer.post(f"/desk/{handoff.id}/claim")
    seen = (await officer.get("/desk/changes", params={"handoff": handoff.id})).json()

    async def wait() -> dict[str, Any]:
        query = {"handoff": handoff.id, "queue": seen["queue"], "talk": seen["talk"], "wait": 20}
        found: dict[str, Any] = (await officer.get("/desk/changes", params=query)).json()
        return found

    waiting_page = asyncio.create_task(wait())
    await officer.post(f"/desk/{handoff.id}/answer", {"text": "Tôi đang xem.", "origin": "d" * 32})
    found = await waiting_page
    assert found["talk"] != seen["talk"]
    assert not found["typing"]
    seen = found
    assert handoff.conversation_id
    waiting_page = asyncio.create_task(wait())
    while not waiting_page.done():
        await Typing(service.database, service.wakeups).tell(handoff.conversation_id, "citizen")
        await asyncio.sleep(0)
    assert (await waiting_page)["typing"] is True


async def test_only_the_holders_typing_is_told(
    app: FastAPI, service: Service, officer: Browser, handoff: Handoff
) -> None:
    await officer.post(f"/desk/{handoff.id}/claim")
    other = await browser_of(app, service, "other", Role.OFFICER)
    assert handoff.conversation_id
    with service.wakeups.subscribe(typing_name(handoff.conversation_id, "officer")) as told:
        await other.post(f"/desk/{handoff.id}/typing")
        assert not told.is_set()
        await officer.post(f"/desk/{handoff.id}/typing")
        assert told.is_set()


async def test_messages_left_are_called_back_or_answered(service: Service, officer: Browser, say: Any) -> None:
    conversation = await say("xin chào")
    first, second, third = [await left_message(service, conversation) for _ in range(3)]
    assert PHONE in (await officer.get("/desk/contacts")).text
    await officer.post(f"/desk/contacts/{first}/close", {"reached": "1"})
    await officer.post(f"/desk/contacts/{second}/close", {"reached": "0"})
    answered = await officer.post(
        f"/desk/contacts/{third}/answer", {"text": "Nộp tại phường.", "origin": "e" * 32}
    )
    handoff = await service.handoffs.desk.of_conversation(conversation)
    assert handoff
    assert answered.headers["location"] == f"/console/desk/{handoff.id}"
    assert (handoff.status, handoff.reason) == (Status.HUMAN, Reason.OFFICER)
    async with service.database.read() as connection:
        rows = (await connection.execute(select(contact_requests).order_by(contact_requests.c.id))).all()
    assert [row.state for row in rows] == ["answered", "unreachable", "answered"]
    assert {row.phone for row in rows} == {None}
    again = await officer.post(f"/desk/contacts/{first}/close", {"reached": "0"})
    assert again.status_code == 303
    assert (await officer.post("/desk/contacts/99999/close")).status_code == 404


async def test_the_list_of_officers_is_kept_by_administrators(service: Service, admin: Browser) -> None:
    await admin.post("/desk/officers", {"name": "Minh", "telegram": "123456"})
    minh = next(one for one in await service.handoffs.officers.all() if one.name == "Minh")
    form = {"display_role": "Cán bộ hộ tịch", "departments": ["tu-phap"], "telegram": "123456", "supervisor": "1"}
    await admin.post(f"/desk/officers/{minh.id}", form)
    minh = next(one for one in await service.handoffs.officers.all() if one.name == "Minh")
    assert (minh.display_role, minh.departments, minh.is_supervisor) == ("Cán bộ hộ tịch", ("tu-phap",), True)
    assert (await admin.post("/desk/officers", {"name": "X", "telegram": "123456"})).status_code == 422
    assert (await admin.post(f"/desk/officers/{minh.id}", {"departments": ["x"]})).status_code == 422
    await admin.post(f"/desk/officers/{minh.id}", {"disabled": "1"})
    assert await service.handoffs.officers.of_telegram(123456) is None


async def test_figures_are_shown_and_taken_away(service: Service, officer: Browser, handoff: Handoff) -> None:
    await officer.post(f"/desk/{handoff.id}/answer", {"text": "Xong rồi.", "origin": "f" * 32})
    await officer.post(f"/desk/{handoff.id}/finish", {"result": "da_tra_loi"})
    page = html.unescape((await officer.get("/desk/figures")).text)
    assert "Cán bộ kết thúc" in page
    assert "Bộ phận Một cửa" in page
    table = (await officer.get("/desk/figures.csv")).text.splitlines()
    assert any(line.startswith("Bộ phận Một cửa,1,1,1,") for line in table)


PICTURE = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


async def test_a_file_goes_to_the_citizen_and_what_is_not_taken_is_said(
    service: Service, officer: Browser, handoff: Handoff
) -> None:
    form = {"csrf": officer.csrf, "text": "Mẫu tờ khai.", "origin": "a" * 32}
    address = f"/console/desk/{handoff.id}/answer"
    bad = await officer.client.post(address, data=form, files={"file": ("a.exe", b"MZ rubbish", "text/plain")})
    assert bad.status_code == 422
    assert "chỉ nhận" in bad.text
    assert await said_by_officers(service, handoff) == []
    for _ in range(2):
        sent = await officer.client.post(address, data=form, files={"file": ("to-khai.pdf", PICTURE)})
        assert sent.status_code == 303
    assert await said_by_officers(service, handoff) == ["Mẫu tờ khai."]
    page = html.unescape((await officer.get(f"/desk/{handoff.id}")).text)
    link = re.search(r'href="(/tep/[^"]+)"[^>]*>Mở tệp: to-khai.pdf', page)
    assert link
    assert (await officer.client.get(link[1])).content == PICTURE


async def test_the_end_of_zalos_window_is_shown_and_an_answer_after_it_refused(
    service: Service, officer: Browser, say: Any
) -> None:
    conversation = await say("lệ phí khai sinh")
    handoff = await waiting(service, conversation, channel="zalo")
    await _wrote_ago(service, conversation, hours=1)
    assert "Zalo trả lời được đến" in (await officer.get("/desk")).text
    await _wrote_ago(service, conversation, hours=47)
    for path in ("/desk", f"/desk/{handoff.id}"):
        assert "Zalo sắp hết hạn: trả lời trước" in (await officer.get(path)).text
    await _wrote_ago(service, conversation, hours=49)
    assert "Zalo đã hết hạn trả lời" in (await officer.get("/desk")).text
    refused = await officer.post(f"/desk/{handoff.id}/answer", {"text": "Nộp tại phường.", "origin": "f" * 32})
    page = html.unescape(refused.text)
    assert "Zalo chỉ cho trả lời trong 48 giờ" in page
    assert "Nộp tại phường." in page, "what was typed is not lost"
    assert await said_by_officers(service, handoff) == []
    await left_message(service, conversation)
    assert f'href="tel:{PHONE}"' in (await officer.get(f"/desk/{handoff.id}")).text


async def _wrote_ago(service: Service, conversation: str, **length: float) -> None:
    """Let the citizen have written last, on Zalo, so long ago."""
    async with service.database.write() as connection:
        await connection.execute(
            conversations.update()
            .where(conversations.c.id == conversation)
            .values(channel="zalo", last_message_at=now() - timedelta(**length))
        )
