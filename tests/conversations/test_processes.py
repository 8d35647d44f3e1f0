"""Several processes on one database share the work and wake each other."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from core_support import (
    QUICK,
    WAKEUPS_ONLY,
    Gate,
    Office,
    Script,
    echo,
    until,
)
from sqlalchemy import select

from bot.conversations.messages import (
    Turn,
    TurnResult,
)
from bot.storage.tables import dialogue_states


async def test_three_processes_share_the_work_and_never_a_conversation(
    postgresql_office: Office,
) -> None:
    """The claim, not the process, keeps turns of a conversation apart."""
    running: Counter[str] = Counter()
    engines = [Script(_slow_echo, running) for _ in range(3)]
    people, messages = 20, 12
    async with AsyncExitStack() as stack:
        offices = [postgresql_office]
        offices += [await stack.enter_async_context(postgresql_office.colleague()) for _ in range(2)]
        for office, engine in zip(offices, engines, strict=True):
            await stack.enter_async_context(office.serving(engine, replace(QUICK, sweep=0.5)))

        async def citizen(number: int) -> None:
            for turn in range(messages):
                # Every message comes in at another process.
                await offices[(number + turn) % 3].say(f"{number}.{turn}", address=f"p{number}")

        await asyncio.gather(*(citizen(number) for number in range(people)))
        await postgresql_office.until_done()
    assert sum(engine.overlaps for engine in engines) == 0
    assert max(engine.most_at_once for engine in engines) > 1
    assert all(engine.turns for engine in engines), "every process has its share"
    assert sum(len(engine.turns) for engine in engines) == people * messages
    for row in await postgresql_office.all(select(dialogue_states.c.conversation_id, dialogue_states.c.events)):
        said = row.events.split("|")[1:]
        assert [text.split(".")[1] for text in said] == [str(turn) for turn in range(messages)]
        assert await postgresql_office.replies(row.conversation_id) == [f"nghe {text}" for text in said]


async def test_a_message_that_came_in_elsewhere_during_a_turn_is_answered_right_after_it(
    postgresql_office: Office,
) -> None:
    """The other process cannot claim it, so the one that runs the turn looks again."""
    gate = Gate()
    async with (
        postgresql_office.colleague() as elsewhere,
        postgresql_office.serving(Script(gate), WAKEUPS_ONLY),
        elsewhere.serving(Script(), WAKEUPS_ONLY) as other,
    ):
        await postgresql_office.say("một")
        await gate.wait()
        await elsewhere.say("hai")
        await until(lambda: _is(not other._ready and not other._running))
        gate.open.set()
        await postgresql_office.until_done()
    assert await postgresql_office.replies() == ["nghe một", "nghe hai"]


async def _slow_echo(turn: Turn) -> TurnResult:
    await asyncio.sleep(0.003)
    return await echo(turn)


async def test_a_reply_wakes_the_readers_of_another_process(postgresql_office: Office) -> None:
    async with postgresql_office.colleague() as reader:
        listening = asyncio.create_task(reader.wakeups.listen())
        receipt = await postgresql_office.say("hỏi")
        with reader.wakeups.subscribe(receipt.conversation_id) as woken:
            await _until_listening(postgresql_office, 1)
            async with postgresql_office.serving(Script()), asyncio.timeout(10):
                await woken.wait()
        assert await reader.replies() == ["nghe hỏi"]
        listening.cancel()
        await asyncio.wait({listening})


async def test_a_process_without_dispatcher_wakes_one_that_has_it(postgresql_office: Office) -> None:
    async with postgresql_office.colleague() as front, postgresql_office.serving(Script(), WAKEUPS_ONLY):
        await _until_listening(postgresql_office, 1)
        await front.say("hỏi")
        await postgresql_office.until_done()
    assert await postgresql_office.replies() == ["nghe hỏi"]


async def test_listening_is_taken_up_again_after_a_broken_connection(
    postgresql_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.conversations.wakeups.RECONNECT_SECONDS", 0.01)
    async with postgresql_office.colleague() as front, postgresql_office.serving(Script(), WAKEUPS_ONLY):
        await _until_listening(postgresql_office, 1)
        async with front.database.write() as connection:
            await connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid, 5000) {LISTENERS}")
        await _until_listening(front, 1)
        await front.say("hỏi")
        await front.until_done()
    assert await postgresql_office.replies() == ["nghe hỏi"]


LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN motcua_outgoing'"


async def _until_listening(office: Office, count: int) -> None:
    async def is_listening() -> bool:
        async with office.database.read() as connection:
            found = await connection.exec_driver_sql(f"SELECT count(*) {LISTENERS}")
            return bool(found.scalar_one() >= count)

    await until(is_listening)


async def _is(condition: bool) -> bool:
    return condition
