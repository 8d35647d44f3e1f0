"""Telegram from the citizen's hand to the citizen's eye, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pushed_support import LONG_SENTENCE, Line, line, platforms, until
from sqlalchemy import select

from bot.channels.base import HealthState
from bot.channels.texts import utf16_length
from bot.fakes.faults import Fault, FaultKind
from bot.storage.channel_tables import channel_contacts
from bot.storage.tables import conversations, dialogue_states, inbox, outbox

HOA = 700_000_001


@pytest.fixture(params=["webhook", "poll"])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Line]:
    """By webhook and by polling."""
    async with line(tmp_path, mode=request.param) as running:
        yield running


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[Line]:
    async with line(tmp_path) as running:
        yield running


def texts(running: Line, chat: int = HOA) -> list[str]:
    return [message["text"] for message in running.telegram.sent(chat)]


async def sent(running: Line, count: int, chat: int = HOA) -> list[dict[str, Any]]:
    """Return what the bot sent once it is so many messages."""
    await until(lambda: len(running.telegram.sent(chat)) >= count)
    await running.quiet()
    found = running.telegram.sent(chat)
    assert len(found) == count
    return found


async def test_a_question_is_answered(both: Line) -> None:
    both.telegram.say(HOA, "khai sinh cần gì")
    assert [message["text"] for message in await sent(both, 1)] == ["Nghe: khai sinh cần gì"]
    (row,) = await both.rows(outbox)
    assert (row.status, row.attempts) == ("sent", 1)
    assert row.platform_message_id == str(both.telegram.sent(HOA)[0]["message_id"])


async def test_updates_that_waited_while_we_were_away_are_answered(tmp_path: Path) -> None:
    async with platforms() as around:
        async with line(tmp_path, mode="poll", around=around) as before:
            before.telegram.say(HOA, "một")
            await sent(before, 1)
        around.telegram.say(HOA, "hai")
        async with line(tmp_path, mode="poll", around=around) as running:
            await sent(running, 2)
        assert texts(running) == ["Nghe: một", "Nghe: hai"]


async def test_everything_goes_through_the_proxy(tmp_path: Path) -> None:
    """The fake plays the proxy: the platform itself has no address that could be reached."""
    async with platforms() as around:
        settings = {"telegram_api": "http://telegram.invalid", "telegram_proxy": around.address}
        async with line(tmp_path, mode="poll", around=around, **settings) as running:
            running.telegram.say(HOA, "một")
            assert [message["text"] for message in await sent(running, 1)] == ["Nghe: một"]


async def test_a_delivery_that_comes_twice_is_answered_once(hooked: Line) -> None:
    hooked.telegram.pusher.habits.doubled = 1.0
    for number in range(5):
        hooked.telegram.say(HOA, f"câu {number}")
    await sent(hooked, 5)
    assert len(set(texts(hooked))) == 5


class TestSecret:
    @pytest.mark.parametrize("secret", [None, "", "wrong", "x" * 300])
    async def test_a_call_without_the_secret_is_refused(self, hooked: Line, secret: str | None) -> None:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "x",
                                              "chat": {"id": HOA, "type": "private"}}}  # fmt: skip
        response = await hooked.http.post("/webhooks/telegram", json=update, headers=headers)
        assert (response.status_code, response.content) == (401, b"")
        assert await hooked.rows(inbox) == []

    async def test_a_body_that_is_too_large_is_refused(self, hooked: Line) -> None:
        response = await hooked.http.post("/webhooks/telegram", content=b"x" * (2 << 20))
        assert response.status_code == 413


class TestButtons:
    async def test_a_tap_chooses_and_is_answered_at_once(self, both: Line) -> None:
        both.telegram.say(HOA, "cho chọn")
        await sent(both, 1)
        (message, title, data), _ = both.telegram.buttons(HOA)
        assert title == "Đăng ký khai sinh"
        assert len(data.encode()) <= 64
        assert "/one" not in data
        both.telegram.tap(HOA, message, data)
        assert (await sent(both, 2))[1]["text"] == "Đã chọn /one"
        await until(lambda: len(both.telegram.answered_callbacks) == 1)
        assert (await both.rows(inbox))[1].text == "Đăng ký khai sinh"
        await until(lambda: both.telegram.buttons(HOA)[0][1] == "✓ Đăng ký khai sinh")

    async def test_a_second_tap_is_answered_and_not_obeyed(self, hooked: Line) -> None:
        hooked.telegram.say(HOA, "cho chọn")
        await sent(hooked, 1)
        message, _, data = hooked.telegram.buttons(HOA)[0]
        hooked.telegram.tap(HOA, message, data)
        await sent(hooked, 2)
        hooked.telegram.tap(HOA, message, data)
        await until(lambda: len(hooked.telegram.answered_callbacks) == 2)
        assert "đã chọn" in hooked.telegram.answered_callbacks[1]["text"]
        await sent(hooked, 2)

    async def test_a_button_of_another_chat_does_nothing(self, hooked: Line) -> None:
        hooked.telegram.say(HOA, "cho chọn")
        await sent(hooked, 1)
        _, _, data = hooked.telegram.buttons(HOA)[0]
        hooked.telegram.say(HOA + 1, "chào")
        other = (await sent(hooked, 1, HOA + 1))[0]
        hooked.telegram.tap(HOA + 1, other["message_id"], data)
        await until(lambda: len(hooked.telegram.answered_callbacks) == 1)
        assert "hết hạn" in hooked.telegram.answered_callbacks[0]["text"]
        assert len(hooked.telegram.sent(HOA + 1)) == 1

    async def test_a_choice_may_be_typed(self, hooked: Line) -> None:
        hooked.telegram.say(HOA, "cho chọn")
        await sent(hooked, 1)
        hooked.telegram.say(HOA, "2")
        assert (await sent(hooked, 2))[1]["text"] == "Đã chọn /two"


class TestKinds:
    @pytest.mark.parametrize(
        ("field", "shown"),
        [("photo", "[ảnh]"), ("voice", "[tin thoại]"), ("document", "[tệp]"), ("sticker", "[nhãn dán]"),
         ("location", "[vị trí]"), ("contact", "[danh bạ]"), ("video", "[video]")],
    )  # fmt: skip
    async def test_what_cannot_be_read_is_said(self, hooked: Line, field: str, shown: str) -> None:
        content: Any = [{"file_id": "a"}] if field == "photo" else {"file_id": "a", "phone_number": "0912345678"}
        hooked.telegram.post(HOA, **{field: content})
        assert (await sent(hooked, 1))[0]["text"] == f"Chưa đọc được {shown}"
        assert (await hooked.rows(inbox))[0].text == shown

    async def test_an_album_gets_one_answer(self, hooked: Line) -> None:
        for _ in range(4):
            hooked.telegram.post(HOA, photo=[{"file_id": "a"}], media_group_id="g1")
        await sent(hooked, 1)

    async def test_a_caption_is_read(self, hooked: Line) -> None:
        hooked.telegram.post(HOA, photo=[{"file_id": "a"}], caption="giấy này có được không")
        assert (await sent(hooked, 1))[0]["text"] == "Nghe: giấy này có được không"

    async def test_a_corrected_question_is_answered_anew(self, hooked: Line) -> None:
        message = hooked.telegram.say(HOA, "khai sih")
        await sent(hooked, 1)
        hooked.telegram.edit(HOA, message["message_id"], "khai sinh")
        assert (await sent(hooked, 2))[1]["text"] == "Nghe: khai sinh"

    async def test_service_messages_are_ignored(self, hooked: Line) -> None:
        hooked.telegram.post(HOA, pinned_message={"message_id": 1})
        hooked.telegram.say(HOA, "chào")
        await sent(hooked, 1)


class TestCommands:
    @pytest.mark.parametrize(
        ("typed", "heard"),
        [("/start", "xin chào"), ("/help", "bạn giúp được gì"), ("/tracuu", "tra cứu hồ sơ"),
         ("/tracuu H49.22-261105-0123", "tra cứu hồ sơ H49.22-261105-0123"), ("/gap_can_bo", "gặp cán bộ"),
         ("/start tt_1-001193", "Đăng ký khai sinh"), ("/start lạ", "xin chào"),
         ("/GAP_CAN_BO@motcua_fake_bot", "gặp cán bộ"), 
         ('/choose{"procedure": "x"}', 'choose{"procedure": "x"}'),
         (" //restart", "restart"), ("/khai_sinh", "khai sinh")],
    )  # fmt: skip
    async def test_a_command_says_something_in_the_dialogue(self, hooked: Line, typed: str, heard: str) -> None:
        hooked.telegram.say(HOA, typed)
        assert (await sent(hooked, 1))[0]["text"] == f"Nghe: {heard}"

    async def test_a_command_for_another_bot_is_not_ours(self, hooked: Line) -> None:
        await until(lambda: hooked.channel("telegram").health().state is HealthState.OK)
        hooked.telegram.say(HOA, "/start@other_bot")
        hooked.telegram.say(HOA, "chào")
        assert (await sent(hooked, 1))[0]["text"] == "Nghe: chào"

    async def test_the_menu_is_in_vietnamese(self, both: Line) -> None:
        await until(lambda: len(both.telegram.commands) == 2)
        assert [item["command"] for item in both.telegram.commands[""]] == [
            "start", "help", "tracuu", "gap_can_bo", "xoa_du_lieu",
        ]  # fmt: skip
        assert both.telegram.commands[""][3]["description"] == "Gặp cán bộ"


class TestErasure:
    async def test_data_is_erased_after_asking(self, both: Line) -> None:
        both.telegram.say(HOA, "tôi là Hoa")
        await sent(both, 1)
        both.telegram.say(HOA, "/xoa_du_lieu")
        await sent(both, 2)
        message, title, data = both.telegram.buttons(HOA)[0]
        assert title == "Xoá hết"
        both.telegram.tap(HOA, message, data)
        await until(lambda: len(both.telegram.sent(HOA)) == 3)
        assert texts(both)[2].startswith("Đã xoá toàn bộ")
        for table in (conversations, dialogue_states):
            async with both.database.read() as connection:
                assert (await connection.execute(select(table))).all() == []
        assert await both.rows(inbox) == await both.rows(outbox) == []

    async def test_it_can_be_called_off(self, hooked: Line) -> None:
        hooked.telegram.say(HOA, "/xoa_du_lieu")
        await sent(hooked, 1)
        message, _, data = hooked.telegram.buttons(HOA)[1]
        hooked.telegram.tap(HOA, message, data)
        assert "giữ nguyên" in (await sent(hooked, 2))[1]["text"]


class TestSending:
    async def test_a_long_reply_is_cut_at_sentences(self, hooked: Line) -> None:
        hooked.telegram.say(HOA, "nói dài")
        parts = await sent(hooked, 2)
        assert all(utf16_length(part["text"]) <= 4096 for part in parts)
        assert all(part["text"].endswith("của xã.") for part in parts)
        assert " ".join(part["text"] for part in parts) == (LONG_SENTENCE * 120).strip()

    async def test_what_looks_like_markup_is_escaped(self, hooked: Line) -> None:
        hooked.telegram.say(HOA, "<b>x</b> & <script> a < b")
        message = (await sent(hooked, 1))[0]
        assert message["text"] == "Nghe: <b>x</b> & <script> a < b"

    async def test_a_flood_is_waited_out(self, hooked: Line) -> None:
        hooked.faults.add(Fault(FaultKind.ERROR, "sendMessage", code=429))
        hooked.telegram.say(HOA, "một")
        hooked.telegram.say(HOA + 1, "hai")
        await sent(hooked, 1)
        await sent(hooked, 1, HOA + 1)
        assert {row.attempts for row in await hooked.rows(outbox)} == {1}

    async def test_a_citizen_who_blocked_us_is_not_written_to(self, hooked: Line) -> None:
        hooked.telegram.say(HOA, "ba câu")
        hooked.telegram.chat(HOA).has_blocked = True
        await until(lambda: _are(hooked, ["failed"] * 3))
        assert hooked.telegram.sent(HOA) == []
        assert len(hooked.recorder.calls("sendMessage")) == 1
        hooked.telegram.block(HOA, blocked=False)
        hooked.telegram.say(HOA, "lại đây")
        await sent(hooked, 1)
        async with hooked.database.read() as connection:
            assert await connection.scalar(select(channel_contacts.c.unreachable_at)) is None

    @pytest.mark.parametrize("code", [500, 502, 503])
    async def test_a_server_that_refuses_is_asked_again(self, hooked: Line, code: int) -> None:
        hooked.faults.add(Fault(FaultKind.STATUS if code != 500 else FaultKind.ERROR, "sendMessage", 2, code))
        hooked.telegram.say(HOA, "một")
        assert (await sent(hooked, 1))[0]["text"] == "Nghe: một"

    @pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE])
    async def test_when_nobody_knows_the_citizen_decides(self, tmp_path: Path, kind: FaultKind) -> None:
        async with line(tmp_path, retry=QUICK) as hooked:
            hooked.faults.add(Fault(kind, "sendMessage"))
            hooked.telegram.say(HOA, "một")
            await until(lambda: bool(hooked.telegram.buttons(HOA)))
            message, title, data = hooked.telegram.buttons(HOA)[0]
            assert title == "Gửi lại câu trả lời"
            assert texts(hooked).count("Nghe: một") == (kind is FaultKind.DROP_AFTER), "not twice by itself"
            before = len(texts(hooked))
            hooked.telegram.tap(HOA, message, data)
            assert (await sent(hooked, before + 1))[-1]["text"] == "Nghe: một"

    async def test_the_question_is_asked_again_when_nobody_knows_of_it_either(self, tmp_path: Path) -> None:
        async with line(tmp_path, retry=QUICK) as hooked:
            hooked.faults.add(Fault(FaultKind.DROP_BEFORE, "sendMessage", times=2))
            hooked.telegram.say(HOA, "một")
            await until(lambda: bool(hooked.telegram.buttons(HOA)))
            assert len(await sent(hooked, 1)) == 1

    async def test_while_telegram_is_silent_only_what_was_on_its_way_is_in_doubt(self, tmp_path: Path) -> None:
        async with line(tmp_path, retry=QUICK) as hooked:
            hooked.telegram.say(HOA, "một")
            await sent(hooked, 1)
            for method in ("sendMessage", "getMe"):
                hooked.faults.add(Fault(FaultKind.DROP_BEFORE, method, times=1_000_000))
            hooked.telegram.say(HOA, "hai")
            await until(lambda: len(hooked.recorder.calls("getMe")) > 1)
            for chat in range(HOA + 1, HOA + 6):
                hooked.telegram.say(chat, "chào")
            await until(lambda: _count(hooked, 7))
            hooked.faults.clear()
            for chat in range(HOA + 1, HOA + 6):
                assert [m["text"] for m in await sent(hooked, 1, chat)] == ["Nghe: chào"]
            await sent(hooked, 2)
            assert hooked.telegram.buttons(HOA)[0][1] == "Gửi lại câu trả lời"

    async def test_a_stop_lets_what_is_on_its_way_arrive(self, tmp_path: Path) -> None:
        async with platforms() as around:
            async with line(tmp_path, around=around) as first:
                first.faults.add(Fault(FaultKind.SLOW, "sendMessage", seconds=0.5))
                first.telegram.say(HOA, "một")
                await until(lambda: bool(texts(first)))
            async with line(tmp_path, around=around) as second:
                (row,) = await second.rows(outbox)
                assert (row.status, row.attempts) == ("sent", 1)


QUICK = (0.05, 0.1)
"""Look again at once, where a real platform is given some seconds."""


async def _count(running: Line, wanted: int) -> bool:
    return len(await running.rows(outbox)) == wanted


async def _are(running: Line, wanted: list[str]) -> bool:
    return [row.status for row in await running.rows(outbox)] == wanted


class TestHealth:
    async def test_it_is_told(self, both: Line) -> None:
        await until(lambda: both.channel("telegram").health().state is HealthState.OK)

    async def test_a_wrong_token_stops_the_channel_only(self, tmp_path: Path) -> None:
        async with line(tmp_path, mode="poll", telegram_token="700100200:wrong-token-wrong-token") as running:
            await until(lambda: running.channel("telegram").health().state is HealthState.STOPPED)

    async def test_it_starts_while_telegram_is_away(self, tmp_path: Path) -> None:
        async with line(tmp_path, mode="poll", telegram_api="http://127.0.0.1:9") as running:
            await asyncio.sleep(0.2)
            assert running.channel("telegram").health().state is HealthState.CONNECTING


async def test_a_group_is_left(hooked: Line) -> None:
    hooked.telegram.chats[-100] = chat = hooked.telegram.chat(-100)
    chat.type = "supergroup"
    hooked.telegram.block(-100, blocked=False)
    await until(lambda: -100 not in hooked.telegram.chats)
