"""An officer who answers in Zalo's own console: shown in the topic, and never talked over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from floor_support import LAN, NAM, Floor, emptied, floor, until

from bot.clock import now
from bot.handoff.model import Status
from bot.storage.handoff_tables import handoffs
from bot.storage.tables import conversations, inbox

ADMIN = "5510000000000000003"


@pytest.fixture
async def running(tmp_path: Path, url: str) -> AsyncIterator[Floor]:
    await emptied(url)
    async with floor(tmp_path, url) as running:
        await running.lists(zalo_admin=f"zalo-admin:{ADMIN}")
        yield running


async def test_a_takeover_is_a_handoff_with_a_topic(running: Floor) -> None:
    running.zalo.say(NAM, "khai sinh cần gì")
    await until(lambda: bool(running.zalo.sent(NAM)))
    running.zalo.officer_says(NAM, "Chào chị, em là cán bộ đây")
    await until(lambda: bool(running.group.topics()))
    (thread,) = running.group.topics()
    await running.shown(thread, "Chào chị, em là cán bộ đây")
    running.zalo.say(NAM, "dạ em hỏi chút")
    await running.shown(thread, "dạ em hỏi chút")
    await running.quiet()
    handoff = await running.handoff(thread)
    assert (handoff.status, handoff.reason, handoff.channel) == (Status.HUMAN, "console", "zalo")
    assert "Người phụ trách: Lan" in running.group.texts(thread)[0]
    # The bot said one thing, before the officer came.
    assert len(running.zalo.sent(NAM)) == 1


async def test_the_same_officer_goes_on_in_the_topic(running: Floor) -> None:
    running.zalo.say(NAM, "chào")
    await until(lambda: bool(running.zalo.sent(NAM)))
    running.zalo.officer_says(NAM, "Tôi xem rồi")
    await until(lambda: bool(running.group.topics()))
    (thread,) = running.group.topics()
    await running.quiet()
    running.group.says(LAN, thread, "Tôi trả lời tiếp từ Telegram")
    await until(lambda: running.zalo.sent(NAM)[-1]["message"] == "Cán bộ: Tôi trả lời tiếp từ Telegram")
    running.group.says(LAN, thread, "/xong")
    await until(lambda: running.is_status(thread, "ended"))
    running.zalo.say(NAM, "khai tử cần gì")
    await until(lambda: running.zalo.sent(NAM)[-1]["message"] == "nghe khai tử cần gì")


async def test_an_answer_after_the_window_is_refused_in_the_topic(running: Floor) -> None:
    running.zalo.say(NAM, "gặp cán bộ")
    await until(lambda: any(title == "Đồng ý" for title, _ in running.zalo.buttons(NAM)))
    running.zalo.tap(NAM, next(data for title, data in running.zalo.buttons(NAM) if title == "Đồng ý"))
    await until(lambda: bool(running.group.topics()))
    (thread,) = running.group.topics()
    await running.quiet()
    assert "Zalo: trả lời được đến" in running.group.texts(thread)[0]
    running.group.says(LAN, thread, "Chào chị")
    await until(lambda: running.zalo.sent(NAM)[-1]["message"] == "Cán bộ: Chào chị")
    async with running.database.write() as connection:
        await connection.execute(conversations.update().values(last_message_at=now() - timedelta(days=4)))
    before = len(running.zalo.sent(NAM))
    written = running.group.says(LAN, thread, "Chị còn ở đó không ạ")["message_id"]
    await running.shown(thread, "Zalo chỉ cho trả lời trong 48 giờ")
    assert "chưa để lại số điện thoại" in running.group.texts(thread)[-1]
    assert len(running.zalo.sent(NAM)) == before
    assert written not in running.group.chat.reactions, "it was never on its way"


async def test_an_echo_that_comes_twice_is_one_line(running: Floor) -> None:
    running.zalo.pusher.habits.doubled = 1.0
    running.zalo.say(NAM, "chào")
    await until(lambda: bool(running.zalo.sent(NAM)))
    running.zalo.officer_says(NAM, "một lần thôi")
    await until(lambda: bool(running.group.topics()))
    (thread,) = running.group.topics()
    await running.shown(thread, "một lần thôi")
    await running.quiet()
    assert sum("một lần thôi" in text for text in running.group.texts(thread)) == 1
    assert len(await running.rows(handoffs)) == 1
    assert len(await running.rows(inbox)) == 1
