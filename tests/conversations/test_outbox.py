from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from core_support import PATIENCE_SECONDS, Office, Script, answered, until
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from bot.clock import aware, now
from bot.conversations.messages import ConversationId, Outcome, Reply, Turn, TurnResult
from bot.conversations.outbox import (
    SLOTS,
    OutboxSender,
    Outgoing,
    RetryLater,
    SendTimes,
    Undeliverable,
)
from bot.storage.tables import conversations, outbox

QUICK = SendTimes(poll=0.05, delivery_limit=5, lease=10, retry=(0.03, 0.03), jitter=0.1)
WAKEUPS_ONLY = replace(QUICK, poll=60)
"""For tests that must not be saved by looking now and then."""


class Platform:
    """A platform that takes messages, or does what a test says instead."""

    def __init__(self, before: Callable[[Outgoing], Awaitable[None]] | None = None) -> None:
        self.tried: list[Outgoing] = []
        self.taken: list[Outgoing] = []
        self.overlaps = 0
        self.most_at_once = 0
        self._before = before
        self._running: Counter[str] = Counter()

    @property
    def texts(self) -> list[str]:
        return [message.body["text"] for message in self.taken]

    async def deliver(self, message: Outgoing) -> str | None:
        self.tried.append(message)
        self._running[message.address] += 1
        self.overlaps += self._running[message.address] > 1
        self.most_at_once = max(self.most_at_once, self._running.total())
        try:
            if self._before:
                await self._before(message)
            self.taken.append(message)
            return f"tg-{len(self.taken)}"
        finally:
            self._running[message.address] -= 1


@asynccontextmanager
async def sending(
    office: Office, platform: Platform, times: SendTimes = QUICK, channel: str = "telegram"
) -> AsyncIterator[OutboxSender]:
    sender = OutboxSender(office.database, office.wakeups, channel, platform, times)
    tasks = [asyncio.create_task(sender.run()), asyncio.create_task(office.wakeups.listen())]
    try:
        yield sender
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def put(office: Office, *texts: str, address: str = "a", channel: str = "telegram") -> ConversationId:
    """Put replies into the outbox, as turns do."""
    conversation_id = await office.inbox.open(channel, address)
    async with office.database.write() as connection:
        for text in texts:
            following = await connection.scalar(
                conversations.update()
                .where(conversations.c.id == conversation_id)
                .values(next_seq=conversations.c.next_seq + 1)
                .returning(conversations.c.next_seq)
            )
            assert following is not None
            await connection.execute(
                insert(outbox).values(
                    conversation_id=conversation_id,
                    seq=following - 1,
                    body=Reply(text, Outcome.ANSWER).stored(),
                    outcome="answer",
                    created_at=now(),
                    status="pending",
                )
            )
    return conversation_id


async def until_sent(office: Office) -> None:
    async def is_sent() -> bool:
        return not await office.all(select(outbox.c.id).where(outbox.c.status == "pending").limit(1))

    await until(is_sent)


async def statuses(office: Office, conversation_id: ConversationId | None = None) -> list[str]:
    rows = await office.all(outbox)
    return [row.status for row in rows if conversation_id in (None, row.conversation_id)]


async def test_a_message_is_sent_once_and_noted(office: Office) -> None:
    conversation_id = await put(office, "chào", address="chat-7")
    platform = Platform()
    async with sending(office, platform):
        await until_sent(office)
    assert [(m.address, m.conversation_id, m.seq, m.attempts) for m in platform.taken] == [
        ("chat-7", conversation_id, 1, 1)
    ]
    assert platform.taken[0].body["outcome"] == "answer"
    row = (await office.all(outbox))[0]
    assert (row.status, row.platform_message_id, row.attempts, row.retry_at) == ("sent", "tg-1", 1, None)
    assert abs(aware(row.sent_at) - now()) < timedelta(seconds=PATIENCE_SECONDS)


async def test_a_turn_wakes_the_sender_of_its_process(office: Office) -> None:
    platform = Platform()
    async with sending(office, platform, WAKEUPS_ONLY), office.serving(Script()):
        await office.say("hỏi", channel="telegram")
        await until_sent_something(office)
    assert platform.texts == ["nghe hỏi"]


async def test_a_turn_wakes_the_sender_of_another_process(postgresql_office: Office) -> None:
    platform = Platform()
    async with (
        postgresql_office.colleague() as colleague,
        sending(colleague, platform, WAKEUPS_ONLY),
        postgresql_office.serving(Script()),
    ):
        await _until_listening(postgresql_office, 2)
        await postgresql_office.say("hỏi", channel="telegram")
        await until_sent_something(postgresql_office)
    assert platform.texts == ["nghe hỏi"]


async def until_sent_something(office: Office) -> None:
    async def is_sent() -> bool:
        return "sent" in await statuses(office)

    await until(is_sent)


async def _until_listening(office: Office, count: int) -> None:
    async def is_listening() -> bool:
        async with office.database.read() as connection:
            found = await connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query = 'LISTEN motcua_outgoing'"
            )
            return bool(found.scalar_one() >= count)

    await until(is_listening)


async def test_other_channels_and_pulled_replies_are_left_alone(office: Office) -> None:
    await put(office, "một", channel="zalo")
    async with office.serving(Script()):
        await office.say("hai", address="w")
        await office.until_done()
    await put(office, "ba", address="t")
    platform = Platform()
    async with sending(office, platform):
        await until_sent_something(office)
    assert platform.texts == ["ba"]
    assert await statuses(office) == ["pending", "pulled", "sent"]


async def test_a_conversation_gets_its_messages_one_by_one_in_order(office: Office) -> None:
    async def slow(_: Outgoing) -> None:
        await asyncio.sleep(0.002)

    for address in ("a", "b", "c"):
        await put(office, *(f"{address}{n}" for n in range(8)), address=address)
    platform = Platform(slow)
    async with sending(office, platform):
        await until_sent(office)
    assert platform.overlaps == 0
    assert platform.most_at_once > 1
    for address in ("a", "b", "c"):
        sent = [m.body["text"] for m in platform.taken if m.address == address]
        assert sent == [f"{address}{n}" for n in range(8)]


async def test_a_failed_delivery_is_repeated_before_the_next_message(office: Office) -> None:
    left = {"một": 2}

    async def fail_twice(message: Outgoing) -> None:
        text = message.body["text"]
        if left.get(text):
            left[text] -= 1
            raise ConnectionError

    await put(office, "một", "hai")
    platform = Platform(fail_twice)
    async with sending(office, platform):
        await until_sent(office)
    assert [m.body["text"] for m in platform.tried] == ["một", "một", "một", "hai"]
    assert [m.attempts for m in platform.tried] == [1, 2, 3, 1]
    assert await statuses(office) == ["sent", "sent"]


async def test_pauses_grow_and_the_last_failure_gives_up(office: Office) -> None:
    times = replace(QUICK, retry=(0.02, 0.2), jitter=0)
    moments: list[float] = []

    async def fail(_: Outgoing) -> None:
        moments.append(asyncio.get_running_loop().time())
        raise ConnectionError

    await put(office, "một")
    async with sending(office, Platform(fail), replace(times, poll=0.01)):
        await until_sent(office)
    assert await statuses(office) == ["failed"]
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert len(pauses) == 2
    assert pauses[0] >= 0.02
    assert pauses[1] >= 0.2


async def test_a_message_that_never_gets_through_blocks_nobody(office: Office) -> None:
    async def fail(message: Outgoing) -> None:
        if message.body["text"] == "hỏng":
            raise ConnectionError

    bad = await put(office, "hỏng", "sau", address="a")
    good = await put(office, "một", "hai", address="b")
    platform = Platform(fail)
    async with sending(office, platform, replace(QUICK, retry=(3600.0,))):
        await until(lambda: _are(office, good, ["sent", "sent"]))
    assert await statuses(office, bad) == ["pending", "pending"]
    async with office.database.write() as connection:
        await connection.execute(outbox.update().values(retry_at=None))
    async with sending(office, platform, QUICK):
        await until_sent(office)
    assert await statuses(office, bad) == ["failed", "sent"], "given up, the next one goes out"


async def test_more_failing_conversations_than_slots_do_not_stop_the_others(office: Office) -> None:
    async def fail(message: Outgoing) -> None:
        if message.body["text"] == "hỏng":
            raise ConnectionError

    for n in range(3 * SLOTS):
        await put(office, "hỏng", address=f"a{n}")
    good = await put(office, "tốt", address="z")
    async with sending(office, Platform(fail), replace(QUICK, retry=(3600.0,))):
        await until(lambda: _are(office, good, ["sent"]))


async def _are(office: Office, conversation_id: ConversationId, wanted: list[str]) -> bool:
    return await statuses(office, conversation_id) == wanted


async def test_an_undeliverable_message_is_given_up_at_once(office: Office) -> None:
    async def block(message: Outgoing) -> None:
        if message.seq == 1:
            raise Undeliverable("the bot was blocked")

    await put(office, "một", "hai")
    platform = Platform(block)
    async with sending(office, platform):
        await until_sent(office)
    assert [m.seq for m in platform.tried] == [1, 2]
    assert await statuses(office) == ["failed", "sent"]


async def test_a_pause_that_the_platform_asks_for_costs_no_attempt(office: Office) -> None:
    left = [5]

    async def busy(_: Outgoing) -> None:
        if left[0]:
            left[0] -= 1
            raise RetryLater(0.02)

    await put(office, "một")
    async with sending(office, Platform(busy)):
        await until_sent(office)
    assert [(row.status, row.attempts) for row in await office.all(outbox)] == [("sent", 1)]


async def test_a_platform_that_asks_to_wait_for_ever_is_given_up(office: Office) -> None:
    async def busy(_: Outgoing) -> None:
        raise RetryLater(0.02)

    await put(office, "một")
    async with sending(office, Platform(busy), replace(QUICK, longest=0.1)):
        await until_sent(office)
    assert await statuses(office) == ["failed"]


async def test_a_delivery_that_hangs_is_cut_off(office: Office) -> None:
    hangs = [True]

    async def hang(_: Outgoing) -> None:
        if hangs.pop() if hangs else False:
            await asyncio.Event().wait()

    await put(office, "một")
    platform = Platform(hang)
    async with sending(office, platform, replace(QUICK, delivery_limit=0.05)):
        await until_sent(office)
    assert (len(platform.tried), platform.texts) == (2, ["một"])


async def test_stopping_lets_a_delivery_end(office: Office) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait(_: Outgoing) -> None:
        begun.set()
        await go_on.wait()

    await put(office, "một")
    platform = Platform(wait)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sending(office, platform))
        await begun.wait()
        stopping = asyncio.create_task(stack.pop_all().aclose())
        await asyncio.sleep(0)
        go_on.set()
        await stopping
    assert await statuses(office) == ["sent"]
    assert platform.texts == ["một"]


async def test_what_a_dead_process_had_claimed_is_sent_when_its_lease_ends(office: Office) -> None:
    await put(office, "một", "hai")
    times = replace(QUICK, lease=0.3)
    dead = OutboxSender(office.database, office.wakeups, "telegram", Platform(), times)
    claimed = await dead._claim(5)
    assert [message.seq for message in claimed] == [1]
    platform = Platform()
    async with sending(office, platform, times):
        await until_sent(office)
    assert [(m.seq, m.attempts) for m in platform.taken] == [(1, 2), (2, 1)]


async def test_a_delivery_is_noted_once_the_database_is_back(office: Office) -> None:
    """As long as the process lives, an outage does not send a message twice."""
    await put(office, "một", "hai")
    platform = Platform()
    times = replace(QUICK, lease=0.05, poll=0.02)
    async with sending(office, platform, times):
        write, left = office.database.write, [0]

        @asynccontextmanager
        async def away() -> AsyncIterator[object]:
            if platform.taken and left[0] < 10:
                left[0] += 1
                raise OperationalError("UPDATE", {}, OSError("gone"))
            async with write() as connection:
                yield connection

        office.database.write = away  # type: ignore[method-assign,assignment]
        await until_sent(office)
        office.database.write = write  # type: ignore[method-assign]
    assert left[0] == 10
    assert platform.texts == ["một", "hai"]


async def test_processes_share_a_channel_and_send_nothing_twice(postgresql_office: Office) -> None:
    async def slow(_: Outgoing) -> None:
        await asyncio.sleep(0.002)

    platform = Platform(slow)
    senders: dict[str, int] = defaultdict(int)
    async with AsyncExitStack() as stack:
        for _ in range(3):
            colleague = await stack.enter_async_context(postgresql_office.colleague())
            await stack.enter_async_context(sending(colleague, platform))
        for n in range(30):
            await put(postgresql_office, *(f"{n}.{part}" for part in range(4)), address=f"p{n}")
        await until_sent(postgresql_office)
    for message in platform.taken:
        senders[message.address] += 1
    assert platform.overlaps == 0
    assert len(platform.texts) == len(set(platform.texts)) == 120
    for n in range(30):
        sent = [m.body["text"] for m in platform.taken if m.address == f"p{n}"]
        assert sent == [f"{n}.{part}" for part in range(4)]


@pytest.mark.parametrize("parts", [1, 3])
async def test_replies_of_a_turn_arrive_in_order(office: Office, parts: int) -> None:
    async def respond(turn: Turn) -> TurnResult:
        replies = answered(turn.text).replies * parts
        return TurnResult(tuple(replace(r, text=f"{turn.text}.{n}") for n, r in enumerate(replies)), None)

    platform = Platform()
    async with office.serving(Script(respond)), sending(office, platform):
        for text in ("a", "b", "c"):
            await office.say(text, channel="zalo", address="z")
            await office.say(text, channel="telegram", address="t")
        await until(lambda: _has(platform, 3 * parts))
    assert platform.texts == [f"{text}.{n}" for text in ("a", "b", "c") for n in range(parts)]


async def _has(platform: Platform, count: int) -> bool:
    return len(platform.taken) >= count
