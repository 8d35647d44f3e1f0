"""The whole conversation as a file in the topic: on order, and by itself when the card does not show all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from desk_support import ASKS_PERSON
from floor_support import LAN, Floor, WebCitizen, floor, until

from bot.fakes.faults import Fault, FaultKind
from bot.handoff.copies import Copy
from bot.handoff.lines import DeskLine
from bot.handoff.transcript import as_text

NOON = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


@pytest.fixture
async def running(tmp_path: Path, small_url: str) -> AsyncIterator[Floor]:
    async with floor(tmp_path, small_url) as running:
        await running.lists()
        yield running


def _files(running: Floor, thread: int) -> list[tuple[str, str]]:
    """Return name and content of the files in a topic."""
    documents = [message["document"] for message in running.group.sent(thread) if "document" in message]
    return [
        (document["file_name"], running.telegram.files[document["file_id"]].content.decode("utf-8"))
        for document in documents
    ]


async def _asks_after(running: Floor, questions: int) -> tuple[WebCitizen, int]:
    """Have a citizen ask the bot so many times, and then wait for a person."""
    citizen = await running.citizen()
    for number in range(questions):
        await citizen.say(f"câu hỏi số {number}")
        await until(lambda number=number: _answered(citizen, f"nghe câu hỏi số {number}"))
    await citizen.say(ASKS_PERSON)
    await until(lambda: running._offered(citizen))
    await citizen.press("Đồng ý")
    await until(lambda: bool(running.group.topics()))
    (thread,) = running.group.topics()
    await running.quiet()
    return citizen, thread


async def _answered(citizen: WebCitizen, text: str) -> bool:
    return text in await citizen.texts("bot")


async def test_on_order_it_holds_everything_masked_and_no_notes(running: Floor) -> None:
    citizen, thread = await running.talks()
    await citizen.say("căn cước của tôi 022190001234")
    await running.shown(thread, "[CCCD]")
    running.group.says(LAN, thread, "// người này gọi lần ba")
    running.group.says(LAN, thread, "Chào anh/chị, gọi tôi qua 0912345678")
    running.group.says(LAN, thread, "/ghi")
    await until(lambda: bool(_files(running, thread)))
    await running.quiet()
    [(name, text)] = _files(running, thread)
    assert name == f"{(await running.handoff(thread)).number}.txt"
    for part in (
        "Người dân:\ngặp cán bộ",
        "[CCCD]",
        "Cán bộ Lan:\nChào anh/chị",
        "Trợ lý đã hiểu: Hỏi khai sinh.",
    ):
        assert part in text
    for secret in ("022190001234", "0912345678", "gọi lần ba", "/ghi"):
        assert secret not in text


async def test_an_order_that_comes_twice_makes_one_file(running: Floor) -> None:
    _, thread = await running.talks()
    running.telegram.pusher.habits.doubled = 1.0
    running.group.says(LAN, thread, "/ghi")
    await until(lambda: bool(_files(running, thread)))
    await running.quiet()
    assert len(_files(running, thread)) == 1
    assert len(await running.copies(Copy.TRANSCRIPT)) == 1


async def test_a_long_conversation_brings_its_file_along(running: Floor) -> None:
    _, thread = await _asks_after(running, 6)
    await until(lambda: bool(_files(running, thread)))
    [(_, text)] = _files(running, thread)
    assert "câu hỏi số 0" in text, "the card shows only the last ten lines"
    assert "câu hỏi số 0" not in running.group.texts(thread)[0]


async def test_a_short_one_does_not(running: Floor) -> None:
    _, thread = await _asks_after(running, 1)
    assert _files(running, thread) == []


async def test_when_telegram_is_busy_the_file_comes_later(running: Floor) -> None:
    _, thread = await running.talks()
    running.faults.add(Fault(FaultKind.ERROR, "sendDocument", code=429))
    running.group.says(LAN, thread, "/ghi")
    await until(lambda: bool(_files(running, thread)))


def _line(seq: int, author: str, text: str, **more: Any) -> DeskLine:
    return DeskLine(seq, author, NOON, text, "reply", **more)


async def test_what_was_withdrawn_is_not_in_it_and_what_did_not_arrive_is_marked(running: Floor) -> None:
    _, thread = await running.talks()
    lines = [
        _line(1, "bot", "lời của trợ lý bị rút", status="failed"),
        _line(2, "officer", "Chào chị", officer_name="Lan", status="failed"),
        _line(3, "system", "Cán bộ đã vào", status="sent"),
    ]
    text = as_text(await running.handoff(thread), lines, "Tư pháp", NOON)
    assert "bị rút" not in text
    assert "[12:00 25/11/2026] Cán bộ Lan (chưa tới người dân):\nChào chị" in text
    assert "Hệ thống:\nCán bộ đã vào" in text
