"""Zalo from the person's hand to the person's eye, over real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from prometheus_client import REGISTRY
from pushed_support import Echo, Line, line, until
from sqlalchemy import update

from bot.channels.base import HealthState
from bot.channels.zalo.channel import ZaloChannel
from bot.clock import now
from bot.conversations.messages import Turn, TurnResult
from bot.conversations.states import State
from bot.fakes.faults import Fault, FaultKind
from bot.fakes.zalo.signing import signed
from bot.storage.channel_tables import zalo_tokens
from bot.storage.tables import conversations, inbox, outbox

NAM = "4820000000000000001"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Line]:
    async with line(tmp_path) as running:
        yield running


class Stuck(Echo):
    """Answers nothing until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.goes_on = asyncio.Event()

    async def respond(self, turn: Turn) -> TurnResult:
        self.turns.append(turn)
        await self.goes_on.wait()
        return await super().respond(turn)


def zalo(running: Line) -> ZaloChannel:
    channel = running.channel("zalo")
    assert isinstance(channel, ZaloChannel)
    return channel


async def sent(running: Line, count: int, person: str = NAM) -> list[dict[str, Any]]:
    await until(lambda: len(running.zalo.sent(person)) >= count)
    await running.quiet()
    found = running.zalo.sent(person)
    assert len(found) == count
    return found


async def test_a_question_is_answered(running: Line) -> None:
    running.zalo.say(NAM, "khai sinh cần gì")
    assert [row["message"] for row in await sent(running, 1)] == ["Nghe: khai sinh cần gì"]
    (row,) = await running.rows(outbox)
    assert (row.status, row.platform_message_id) == ("sent", running.zalo.sent(NAM)[0]["message_id"])


async def test_a_delivery_that_comes_twice_is_answered_once(running: Line) -> None:
    running.zalo.pusher.habits.doubled = 1.0
    for number in range(5):
        running.zalo.say(NAM, f"câu {number}")
    assert len({row["message"] for row in await sent(running, 5)}) == 5


class TestButtons:
    async def test_a_tap_chooses(self, running: Line) -> None:
        running.zalo.say(NAM, "cho chọn")
        await sent(running, 1)
        (title, payload), _ = running.zalo.buttons(NAM)
        assert title == "Đăng ký khai sinh"
        assert "/one" not in payload
        running.zalo.tap(NAM, payload)
        assert (await sent(running, 2))[1]["message"] == "Đã chọn /one"
        assert (await running.rows(inbox))[1].text == "Đăng ký khai sinh"

    async def test_a_button_of_somebody_else_does_nothing(self, running: Line) -> None:
        running.zalo.say(NAM, "cho chọn")
        await sent(running, 1)
        running.zalo.tap("4820000000000000002", running.zalo.buttons(NAM)[0][1])
        await until(lambda: bool(running.zalo.sent("4820000000000000002")))
        assert "hết hạn" in running.zalo.sent("4820000000000000002")[0]["message"]

    async def test_a_package_without_buttons_gets_a_numbered_list(self, running: Line) -> None:
        running.zalo.allows_buttons = False
        running.zalo.say(NAM, "cho chọn")
        assert "2. Đăng ký kết hôn" in (await sent(running, 1))[0]["message"]
        running.zalo.say(NAM, "2")
        assert (await sent(running, 2))[1]["message"] == "Đã chọn /two"
        running.zalo.say(NAM, "cho chọn")
        await sent(running, 3)
        assert len(running.recorder.calls("message_cs")) == 4, "the second list needs no attempt with buttons"


async def test_what_cannot_be_read_is_said(running: Line) -> None:
    running.zalo.post(NAM, "image", {"attachments": [{"type": "image", "payload": {"url": "https://x.zdn.vn/a"}}]})
    assert (await sent(running, 1))[0]["message"] == "Chưa đọc được [ảnh]"


async def test_data_is_erased_after_asking(running: Line) -> None:
    running.zalo.say(NAM, "Xoá dữ liệu của tôi")
    await sent(running, 1)
    running.zalo.tap(NAM, running.zalo.buttons(NAM)[0][1])
    await until(lambda: len(running.zalo.sent(NAM)) == 2)
    assert running.zalo.sent(NAM)[1]["message"].startswith("Đã xoá toàn bộ")
    assert await running.rows(outbox) == []


async def test_withdrawing_on_the_platform_erases_too(running: Line) -> None:
    running.zalo.say(NAM, "tôi là Nam")
    await sent(running, 1)
    running.zalo.emit("user_withdraw", oa_id=running.zalo.oa_id, user_id=NAM)
    await running.quiet()
    assert await running.rows(inbox) == []


class TestWebhook:
    def headers(self, running: Line, raw: bytes) -> dict[str, str]:
        return signed(running.zalo, raw, orjson.loads(raw)["timestamp"])

    def body(self, running: Line, *, hours_ago: float = 0, **content: Any) -> bytes:
        stamp = str(int((time.time() - hours_ago * 3600) * 1000))
        return orjson.dumps(
            {
                "app_id": running.zalo.app_id, "event_name": "user_send_text", "timestamp": stamp,
                "sender": {"id": NAM}, "recipient": {"id": running.zalo.oa_id},
                "message": {"text": "chào", "msg_id": "m1"}, **content,
            }
        )  # fmt: skip

    async def post(self, running: Line, raw: bytes, headers: dict[str, str] | None = None) -> int:
        return (await running.http.post("/webhooks/zalo", content=raw, headers=headers)).status_code

    @pytest.mark.parametrize("variant", ["app_body", "app_header", "oa_body", "oa_header"])
    async def test_every_variant_is_accepted(self, running: Line, variant: str) -> None:
        running.zalo.signature_variant = variant
        raw = self.body(running)
        assert await self.post(running, raw, self.headers(running, raw)) == 200
        await running.quiet()
        assert len(await running.rows(inbox)) == 1

    async def test_what_is_not_signed_is_refused(self, running: Line) -> None:
        raw = self.body(running)
        good = self.headers(running, raw)
        reordered = orjson.dumps(orjson.loads(raw), option=orjson.OPT_SORT_KEYS)
        assert await self.post(running, raw) == 401
        assert await self.post(running, reordered, good) == 401
        assert await self.post(running, raw[:-1] + b" }", good) == 401
        assert await self.post(running, raw, {"X-ZEvent-Signature": "mac=" + "0" * 64}) == 401
        assert await running.rows(inbox) == []

    async def test_the_console_sees_that_the_address_answers(self, running: Line) -> None:
        assert await self.post(running, b"{}") == 200
        assert await self.post(running, b"") == 200
        assert (await running.http.get("/webhooks/zalo")).status_code == 200
        assert await self.post(running, b'{"a":1}') == 401

    @pytest.mark.parametrize("hours_ago", [7.0, 2_000.0, -1.0])
    async def test_a_replay_is_dropped(self, running: Line, hours_ago: float) -> None:
        raw = self.body(running, hours_ago=hours_ago)
        assert await self.post(running, raw, self.headers(running, raw)) == 200
        assert await running.rows(inbox) == []

    async def test_a_late_repetition_is_taken(self, running: Line) -> None:
        raw = self.body(running, hours_ago=2.0)
        assert await self.post(running, raw, self.headers(running, raw)) == 200
        assert len(await running.rows(inbox)) == 1

    @pytest.mark.parametrize("other", [{"app_id": "1"}, {"recipient": {"id": "2"}}])
    async def test_what_is_for_others_is_dropped(self, running: Line, other: dict[str, Any]) -> None:
        raw = self.body(running, **other)
        assert await self.post(running, raw, self.headers(running, raw)) == 200
        assert await running.rows(inbox) == []

    async def test_it_answers_in_time_while_the_dialogue_sleeps(self, tmp_path: Path) -> None:
        engine = Stuck()
        async with line(tmp_path, engine=engine) as slow:
            for number in range(2):
                raw = self.body(slow, message={"text": "chào", "msg_id": f"m{number}"})
                assert await self.post(slow, raw, self.headers(slow, raw)) == 200
                await until(lambda: bool(engine.turns))
            engine.goes_on.set()

    async def test_it_answers_in_time_while_the_database_is_locked(self, running: Line) -> None:
        running.zalo.person(NAM).last_interaction = time.time() * 1000
        raw = self.body(running)
        async with running.database.write():
            # It answers although the lock is never let go.
            assert await self.post(running, raw, self.headers(running, raw)) == 503
        await until(lambda: _answered(running))
        assert await self.post(running, raw, self.headers(running, raw)) == 200
        await sent(running, 1)


async def _answered(running: Line) -> bool:
    return bool(running.zalo.sent(NAM))


class TestTakeover:
    async def test_an_officer_in_the_console_silences_the_bot(self, tmp_path: Path) -> None:
        async with line(tmp_path, engine=Echo(seconds=0.5)) as running:
            running.zalo.say(NAM, "câu hỏi khó")
            await until(lambda: bool(running.engine.turns))
            running.zalo.officer_says(NAM, "Chào bác, tôi là cán bộ")
            await running.quiet()
            assert running.zalo.sent(NAM) == [], "the reply that was on its way is dropped"
            (conversation,) = await running.rows(conversations)
            assert conversation.state == State.HUMAN.value
            running.zalo.say(NAM, "cảm ơn")
            await running.quiet()
            assert running.zalo.sent(NAM) == []
            said = [(row.author, row.body["text"]) for row in await running.rows(outbox)]
            assert said == [("officer", "Chào bác, tôi là cán bộ")]

    async def test_it_ends_when_the_officer_is_silent(self, tmp_path: Path) -> None:
        async with line(tmp_path) as running:
            running.zalo.officer_says(NAM, "Chào bác")
            await running.quiet()
            zalo(running)._takeover = timedelta(0)
            await zalo(running)._end_idle_takeovers()
            running.zalo.say(NAM, "chào")
            assert (await sent(running, 1))[0]["message"] == "Nghe: chào"

    async def test_a_tag_keeps_the_bot_silent_until_it_is_removed(self, running: Line) -> None:
        tag = {"name": "bot-tat", "user_ids": [NAM]}
        running.zalo.emit("add_user_to_tag", oa_id=running.zalo.oa_id, tag=tag)
        await running.quiet()
        running.zalo.say(NAM, "có ai không")
        await running.quiet()
        assert running.zalo.sent(NAM) == []
        running.zalo.emit("remove_user_from_tag", oa_id=running.zalo.oa_id, tag=tag)
        await running.quiet()
        running.zalo.say(NAM, "chào")
        await sent(running, 1)


class TestSending:
    async def age(self, running: Line, hours: float) -> None:
        """Let the last interaction be so long ago, on both sides."""
        running.zalo.person(NAM).last_interaction -= hours * 3_600_000
        async with running.database.write() as connection:
            await connection.execute(update(conversations).values(last_message_at=now() - timedelta(hours=hours)))

    async def officer_reply(self, running: Line) -> None:
        from bot.conversations.messages import Author, Outcome, Reply
        from bot.conversations.saying import say

        (conversation,) = await running.rows(conversations)
        async with running.database.write() as connection:
            await say(connection, conversation.id, Reply("Đã xong", Outcome.HANDOFF, author=Author.OFFICER))

    @pytest.mark.parametrize(("hours", "allowed", "arrives"), [(47, False, True), (49, False, False),
                                                               (49, True, True), (169, True, False)])  # fmt: skip
    async def test_windows_are_respected(self, tmp_path: Path, hours: float, allowed: bool, arrives: bool) -> None:
        async with line(tmp_path, zalo_allow_billed=allowed) as running:
            running.zalo.say(NAM, "chào")
            await sent(running, 1)
            await self.age(running, hours)
            await self.officer_reply(running)
            await running.quiet()
            assert [row["message"] for row in running.zalo.sent(NAM)[1:]] == ["Cán bộ: Đã xong"] * arrives
            assert (await running.rows(outbox))[-1].status == ("sent" if arrives else "failed")

    async def test_the_window_is_shown(self, running: Line) -> None:
        running.zalo.say(NAM, "chào")
        await sent(running, 1)
        (conversation,) = await running.rows(conversations)
        window = await zalo(running).reply_window(conversation.id)
        assert window.free_until is not None
        assert window.reply_until is not None
        assert timedelta(hours=47.9) < window.free_until - now() <= timedelta(hours=48)
        assert window.reply_until - window.free_until == timedelta(days=5)

    async def test_a_busy_platform_is_waited_for(self, running: Line) -> None:
        running.faults.add(Fault(FaultKind.STATUS, "message_cs", times=2, code=503))
        running.zalo.say(NAM, "một")
        await sent(running, 1)

    async def test_somebody_who_blocked_us_is_left_alone(self, running: Line) -> None:
        running.faults.add(Fault(FaultKind.ERROR, "message_cs", code=-217))
        running.zalo.say(NAM, "ba câu")
        await running.quiet()
        assert [row.status for row in await running.rows(outbox)] == ["failed"] * 3
        assert len(running.recorder.calls("message_cs")) == 1

    async def test_a_bad_message_is_not_repeated(self, running: Line) -> None:
        running.faults.add(Fault(FaultKind.ERROR, "message_cs", code=-201))
        running.zalo.say(NAM, "ba câu")
        await running.quiet()
        assert [row.status for row in await running.rows(outbox)] == ["failed", "sent", "sent"]

    @pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE])
    async def test_what_may_have_arrived_is_looked_up_first(self, tmp_path: Path, kind: FaultKind) -> None:
        async with line(tmp_path, retry=(0.05, 0.1, 0.1)) as running:
            running.faults.add(Fault(kind, "message_cs"))
            running.zalo.say(NAM, "một")
            assert [row["message"] for row in await sent(running, 1)] == ["Nghe: một"]
            (row,) = await running.rows(outbox)
            assert (row.status, row.platform_message_id) == ("sent", running.zalo.sent(NAM)[0]["message_id"])


class TestTokens:
    async def test_the_first_use_renews_and_the_pair_is_encrypted(self, running: Line) -> None:
        await until(lambda: zalo(running).health().state is HealthState.OK)
        assert running.zalo.refreshes == 1
        async with running.database.read() as connection:
            row = (await connection.execute(zalo_tokens.select())).one()
        assert running.zalo.access_token not in row.access_token
        assert running.zalo.refresh_token not in row.refresh_token

    async def test_a_token_that_died_is_renewed_once(self, running: Line) -> None:
        await until(lambda: zalo(running).health().state is HealthState.OK)
        running.faults.add(Fault(FaultKind.ERROR, "message_cs", code=-216))
        running.zalo.say(NAM, "một")
        await sent(running, 1)
        assert running.zalo.refreshes == 2

    async def test_many_at_once_renew_once(self, running: Line) -> None:
        await until(lambda: zalo(running).health().state is HealthState.OK)
        async with running.database.write() as connection:
            await connection.execute(zalo_tokens.update().values(access_expires_at=now()))
        found = await asyncio.gather(*(zalo(running).tokens.usable(zalo(running).client) for _ in range(20)))
        assert {tokens.access_token for tokens in found} == {running.zalo.access_token}
        assert (running.zalo.refreshes, running.zalo.reused_refresh_tokens) == (2, 0)

    async def test_a_refused_token_asks_for_a_login_and_loses_nothing(self, tmp_path: Path) -> None:
        async with line(tmp_path) as running:
            await until(lambda: zalo(running).health().state is HealthState.OK)
            running.zalo.issue_tokens()
            running.zalo.say(NAM, "một")
            await until(lambda: zalo(running).health().state is HealthState.STOPPED)
            assert "motcua zalo login" in zalo(running).health().detail
            assert running.zalo.reused_refresh_tokens == 1, "no loop"
            running.zalo.codes.add("code-1")
            pair = await zalo(running).client.redeem_code("code-1", "verifier")
            await zalo(running).tokens.save(pair)
            await sent(running, 1)

    @pytest.mark.parametrize(("hours", "arrives"), [(40, True), (50, False)])
    async def test_messages_wait_for_a_login_as_long_as_the_window_is_open(
        self, tmp_path: Path, hours: int, arrives: bool
    ) -> None:
        async with line(tmp_path) as running:
            await until(lambda: zalo(running).health().state is HealthState.OK)
            running.zalo.issue_tokens()
            running.zalo.say(NAM, "một")
            await until(lambda: zalo(running).health().state is HealthState.STOPPED)
            assert REGISTRY.get_sample_value("motcua_zalo_needs_login") == 1
            then = now() - timedelta(hours=hours)
            async with running.database.write() as connection:
                await connection.execute(update(conversations).values(last_message_at=then))
                await connection.execute(update(outbox).values(created_at=then, retry_at=None))
            # It is tried once more, and waits again or is given up.
            await until(lambda: _is_settled(running))
            running.zalo.codes.add("code-2")
            await zalo(running).tokens.save(await zalo(running).client.redeem_code("code-2", "verifier"))
            async with running.database.write() as connection:
                await connection.execute(update(outbox).values(retry_at=None))
            await running.quiet()
            assert [row["message"] for row in running.zalo.sent(NAM)] == ["Nghe: một"] * arrives
            assert [row.status for row in await running.rows(outbox)] == ["sent" if arrives else "failed"]
            await zalo(running)._check()
            assert REGISTRY.get_sample_value("motcua_zalo_needs_login") == 0


async def _is_settled(running: Line) -> bool:
    (row,) = await running.rows(outbox)
    # A try that waits again counts no attempt; one that is under way does.
    return row.status == "failed" or (row.retry_at is not None and row.attempts == 0)
