from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from core_support import (
    QUICK,
    WAKEUPS_ONLY,
    Gate,
    Office,
    Script,
    answered,
    echo,
    until,
)
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.conversations.dispatcher import MAX_ATTEMPTS
from bot.conversations.messages import (
    Button,
    ConversationId,
    Kind,
    Outcome,
    Reply,
    Turn,
    TurnResult,
)
from bot.conversations.sentences import APOLOGY, STALE_CHOICE
from bot.conversations.states import State
from bot.storage.tables import conversations, dialogue_states, inbox, outbox


async def test_a_conversation_is_answered_in_order_and_remembers(office: Office) -> None:
    receipts = [await office.say(f"câu {n}") for n in range(20)]
    engine = Script()
    async with office.serving(engine):
        await office.until_done()
    assert engine.texts == [f"câu {n}" for n in range(20)]
    assert await office.replies() == [f"nghe câu {n}" for n in range(20)]
    assert [row.inbox_id for row in await office.all(outbox)] == [r.inbox_id for r in receipts]
    stored = await office.all(select(dialogue_states.c.events))
    assert stored[0].events == "|" + "|".join(f"câu {n}" for n in range(20))


async def test_a_turn_is_written_as_a_whole(office: Office) -> None:
    async def respond(turn: Turn) -> TurnResult:
        replies = (Reply("một", Outcome.LOCATION), Reply("hai", Outcome.ANSWER))
        return TurnResult(replies, "state", {"intent": "x"}, "release-1")

    receipt = await office.say("hỏi")
    async with office.serving(Script(respond)):
        await office.until_done()
    row = (await office.all(inbox))[0]
    assert (row.status, row.outcome, row.understanding, row.release) == (
        "done",
        "location",
        {"intent": "x"},
        "release-1",
    )
    assert row.finished_at is not None
    replies = await office.all(outbox)
    assert [(r.seq, r.part, r.inbox_id, r.status) for r in replies] == [
        (2, 0, receipt.inbox_id, "pulled"),
        (3, 1, receipt.inbox_id, "pulled"),
    ]


async def test_replies_of_a_pushed_channel_wait_to_be_sent(office: Office) -> None:
    await office.say("hỏi", channel="telegram")
    async with office.serving(Script()):
        await office.until_done()
    assert [row.status for row in await office.all(outbox)] == ["pending"]


async def test_conversations_do_not_wait_for_each_other(office: Office) -> None:
    gates: dict[str, Gate] = defaultdict(Gate)
    engine = Script(lambda turn: gates[turn.text](turn))
    async with office.serving(engine):
        for name in ("a", "b", "c"):
            await office.say(name, address=name)
        for name in ("a", "b", "c"):
            await gates[name].wait()
        assert engine.most_at_once == 3
        for name in ("c", "b", "a"):
            gates[name].open.set()
        await office.until_done()


async def test_a_message_wakes_the_dispatcher_at_once(office: Office) -> None:
    async with office.serving(Script(), WAKEUPS_ONLY):
        for n in range(5):
            await office.say(f"{n}")
        await office.until_done()
    assert len(await office.replies()) == 5


async def test_a_message_during_a_turn_is_answered_right_after_it(office: Office) -> None:
    gate = Gate()
    async with office.serving(Script(gate), WAKEUPS_ONLY):
        await office.say("một")
        await gate.wait()
        await office.say("hai")
        gate.open.set()
        await office.until_done()
    assert await office.replies() == ["nghe một", "nghe hai"]


async def test_an_idle_conversation_is_not_asked_for_again(office: Office) -> None:
    asked: list[ConversationId] = []
    async with office.serving(Script(), WAKEUPS_ONLY) as dispatcher:
        claim = dispatcher._queue.claim
        dispatcher._queue.claim = lambda c: asked.append(c) or claim(c)  # type: ignore[method-assign,func-returns-value]
        for n in range(5):
            await office.say(f"{n}")
            await office.until_done()
    assert len(asked) == 5


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


@pytest.mark.parametrize("failures", range(1, MAX_ATTEMPTS))
async def test_a_failing_turn_is_repeated(office: Office, failures: int, caplog: pytest.LogCaptureFixture) -> None:
    left = [failures]

    async def respond(turn: Turn) -> TurnResult:
        if left[0]:
            left[0] -= 1
            raise RuntimeError("a fault")
        return await echo(turn)

    with caplog.at_level(logging.CRITICAL):
        async with office.serving(Script(respond)):
            await office.say("hỏi")
            await office.until_done()
    assert await office.replies() == ["nghe hỏi"]


async def test_a_turn_that_always_fails_ends_with_one_apology_and_lets_the_next_one_pass(
    office: Office,
) -> None:
    async def respond(turn: Turn) -> TurnResult:
        if turn.text == "hỏng":
            raise RuntimeError("a fault")
        return await echo(turn)

    engine = Script(respond)
    async with office.serving(engine):
        await office.say("hỏng")
        await office.say("sau")
        await office.until_done()
    assert engine.texts == ["hỏng"] * MAX_ATTEMPTS + ["sau"]
    assert await office.replies() == [APOLOGY.text, "nghe sau"]
    assert [row.outcome for row in await office.all(inbox)] == ["error", "answer"]
    assert (await office.all(inbox))[0].attempts == MAX_ATTEMPTS


async def test_a_failing_conversation_delays_no_other(office: Office) -> None:
    async def respond(turn: Turn) -> TurnResult:
        if turn.text == "hỏng":
            raise RuntimeError("a fault")
        return await echo(turn)

    async with office.serving(Script(respond), replace(QUICK, retry=(3600.0,))):
        bad = await office.say("hỏng", address="a")
        good = await office.say("sau", address="b")
        await until(lambda: _has_replies(office, good.conversation_id, 1))
    assert await office.replies(bad.conversation_id) == []
    assert [row.attempts for row in await office.all(inbox)] == [1, 0]


async def test_a_slow_turn_is_cut_off_and_counted(office: Office) -> None:
    async def respond(turn: Turn) -> TurnResult:
        await asyncio.Event().wait()
        raise AssertionError

    async with office.serving(Script(respond), replace(QUICK, turn_limit=0.05)):
        await office.say("hỏi")
        await office.until_done()
    assert await office.replies() == [APOLOGY.text]


@pytest.mark.parametrize(
    "reply",
    [
        Reply("chữ hỏng \ud83d", Outcome.ANSWER),
        Reply("hỏi", Outcome.ANSWER, offers=(object(),)),  # type: ignore[arg-type]
    ],
    ids=["unstorable text", "not JSON"],
)
async def test_a_result_that_cannot_be_stored_ends_with_an_apology(office: Office, reply: Reply) -> None:
    async def respond(turn: Turn) -> TurnResult:
        return TurnResult((reply,), None)

    engine = Script(respond)
    async with office.serving(engine):
        await office.say("hỏi")
        await office.until_done()
    assert await office.replies() == [APOLOGY.text]
    assert len(engine.turns) == MAX_ATTEMPTS


async def test_a_dispatcher_survives_more_faults_than_it_has_workers(office: Office) -> None:
    async with office.serving(Script()) as dispatcher:
        finish = dispatcher._take_one
        left = [20]

        async def faulty(conversation_id: ConversationId) -> bool:
            if left[0]:
                left[0] -= 1
                raise KeyError("a fault of ours")
            return await finish(conversation_id)

        dispatcher._take_one = faulty  # type: ignore[method-assign]
        for n in range(20):
            await office.say("hỏi", address=f"a{n}")
        await office.until_done()
    assert len(await office.replies()) == 20


async def test_a_database_that_is_away_costs_no_attempt(office: Office) -> None:
    async with office.serving(Script()) as dispatcher:
        finish = dispatcher._run_and_finish
        left = [MAX_ATTEMPTS + 2]

        async def away(claim: object) -> object:
            if left[0]:
                left[0] -= 1
                raise OperationalError("SELECT 1", {}, OSError("gone"))
            return await finish(claim)  # type: ignore[arg-type]

        dispatcher._run_and_finish = away  # type: ignore[method-assign,assignment]
        await office.say("hỏi")
        await office.until_done()
    assert await office.replies() == ["nghe hỏi"]
    assert (await office.all(inbox))[0].attempts == 0


async def test_an_officer_who_takes_over_in_the_middle_of_a_turn_silences_the_bot(
    office: Office,
) -> None:
    gate = Gate()
    async with office.serving(Script(gate)):
        receipt = await office.say("hỏi")
        await gate.wait()
        await office.take_over(receipt.conversation_id)
        gate.open.set()
        await office.until_done()
    assert await office.replies() == []
    row = (await office.all(inbox))[0]
    assert (row.text, row.status, row.outcome) == ("hỏi", "done", None)
    assert await office.all(select(dialogue_states.c.events)) == []


@pytest.mark.parametrize("state", [State.WAITING, State.HUMAN])
async def test_the_bot_is_silent_while_it_does_not_hold_the_conversation(office: Office, state: State) -> None:
    conversation_id = await office.inbox.open("web", "a")
    held = await office.take_over(conversation_id, state)
    engine = Script()
    async with office.serving(engine):
        await office.say("hỏi cán bộ")
        await office.until_done()
        assert engine.turns == []
        assert await office.replies() == []
        await office.take_over(conversation_id, State.BOT)
        await office.say("hỏi máy")
        await office.until_done()
    assert await office.replies() == ["nghe hỏi máy"]
    rows = await office.all(conversations)
    assert rows[0].state_version == held.version + 1


async def test_an_erased_conversation_is_not_answered(office: Office) -> None:
    gate = Gate()
    async with office.serving(Script(gate)):
        await office.say("hỏi")
        await gate.wait()
        if office.database.is_postgresql:
            # The web channel waits for the running turn by locking its message; this does not.
            async with office.database.write() as connection:
                await connection.execute(
                    conversations.update().values(state_version=conversations.c.state_version + 1)
                )
        else:
            async with office.database.write() as connection:
                await connection.execute(conversations.delete())
        gate.open.set()
        if office.database.is_postgresql:
            await office.until_done()
            return
        await office.say("khác", address="b")
        await office.until_done()
    assert await office.replies() == ["nghe khác"]


async def test_the_engine_gets_the_original_text_once(office: Office) -> None:
    text = "số điện thoại 0912345678"
    engine = Script()
    async with office.serving(engine):
        await office.say(text)
        await office.until_done()
        await until(lambda: _is(len(office.originals) == 0))
    assert engine.texts == [text]


async def test_another_process_answers_with_the_masked_text(office: Office) -> None:
    await office.say("số điện thoại 0912345678")
    engine = Script()
    async with office.colleague() as colleague, colleague.serving(engine):
        await colleague.until_done()
    assert engine.texts == ["số điện thoại [SDT]"]


async def test_a_picture_is_passed_on_as_unsupported(office: Office) -> None:
    engine = Script()
    async with office.serving(engine):
        await office.say("", kind=Kind.UNSUPPORTED)
        await office.until_done()
    assert [turn.unsupported for turn in engine.turns] == [True]


# Choices


async def offer(turn: Turn) -> TurnResult:
    if turn.payload:
        return answered(f"chọn {turn.payload}")
    if turn.text.startswith("mời"):
        buttons = (
            Button("Đăng ký khai sinh", f"/one{turn.text}"),
            Button("Kết hôn", f"/two{turn.text}"),
        )
        return answered("chọn gì", *buttons)
    return answered(f"nghe {turn.text}")


async def _choice_ids(office: Office, conversation_id: ConversationId) -> list[str]:
    rows = await office.all(select(outbox).where(outbox.c.conversation_id == conversation_id))
    return [button["id"] for row in rows for button in row.body["buttons"]]


async def _offered(office: Office, address: str = "a") -> list[str]:
    receipt = await office.say("mời", address=address)
    await office.until_done()
    return await _choice_ids(office, receipt.conversation_id)


async def _press(office: Office, choice_id: str | None, address: str = "a") -> None:
    await office.say("", address=address, kind=Kind.CHOICE, choice_id=choice_id)
    await office.until_done()


async def test_a_pressed_button_carries_its_command(office: Office) -> None:
    async with office.serving(Script(offer)):
        ids = await _offered(office)
        assert len(set(ids)) == 2
        await _press(office, ids[1])
    assert (await office.replies())[-1] == "chọn /twomời"


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("2", "chọn /twomời"),
        ("chọn số 1", "chọn /onemời"),
        ("cái cuối", "chọn /twomời"),
        ("ket hon", "chọn /twomời"),
        ("Đăng ký khai sinh", "chọn /onemời"),
        ("3", "nghe 3"),
        ("ly hôn", "nghe ly hôn"),
    ],
)
async def test_a_choice_may_be_typed(office: Office, said: str, reply: str) -> None:
    async with office.serving(Script(offer)):
        await _offered(office)
        await office.say(said)
        await office.until_done()
    assert (await office.replies())[-1] == reply


async def test_a_number_chooses_nothing_once_something_else_was_said(office: Office) -> None:
    async with office.serving(Script(offer)):
        await _offered(office)
        await office.say("khác")
        await office.say("1")
        await office.until_done()
    assert (await office.replies())[-1] == "nghe 1"


async def test_an_earlier_button_still_works(office: Office) -> None:
    async with office.serving(Script(offer)):
        ids = await _offered(office)
        await office.say("khác")
        await _press(office, ids[0])
    assert (await office.replies())[-1] == "chọn /onemời"


async def test_a_button_of_long_ago_or_of_nobody_is_declined(office: Office) -> None:
    engine = Script(offer)
    async with office.serving(engine):
        ids = await _offered(office)
        for n in range(30):
            await office.say(f"{n} ngày")
        await _press(office, ids[0])
        assert (await office.replies())[-1] == STALE_CHOICE.text
        await _press(office, "ABCDEFGHJK")
        assert (await office.replies())[-1] == STALE_CHOICE.text
        await _press(office, None)
        assert (await office.replies())[-1] == STALE_CHOICE.text
    assert not any(turn.payload for turn in engine.turns)


async def test_a_button_of_another_conversation_is_declined(office: Office) -> None:
    async with office.serving(Script(offer)):
        ids = await _offered(office, "a")
        receipt = await office.say("mời", address="b")
        await _press(office, ids[0], address="b")
    assert (await office.replies(receipt.conversation_id))[-1] == STALE_CHOICE.text


# Wake-ups and stopping


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


async def test_stopping_lets_the_running_turn_end_and_leaves_the_next_one(office: Office) -> None:
    gate = Gate()
    async with AsyncExitStack() as stack:
        serving = office.serving(Script(gate))
        await stack.enter_async_context(serving)
        await office.say("một")
        await office.say("hai")
        await gate.wait()
        stopping = asyncio.create_task(stack.pop_all().aclose())
        await asyncio.sleep(0)
        gate.open.set()
        await stopping
    assert await office.replies() == ["nghe một"]
    async with office.serving(Script()):
        await office.until_done()
    assert await office.replies() == ["nghe một", "nghe hai"]


async def test_a_turn_that_was_torn_apart_is_done_again(office: Office) -> None:
    gate = Gate()
    async with office.colleague() as dying, dying.serving(Script(gate)) as dispatcher:
        await dying.say("hỏi")
        await gate.wait()
        turns = [task for task in asyncio.all_tasks() if "_serve" in repr(task.get_coro())]
        assert len(turns) == 1
        turns[0].cancel()
        await asyncio.wait(turns)
        del dispatcher
    assert await office.replies() == []
    async with office.serving(Script()):
        await office.until_done()
    assert await office.replies() == ["nghe hỏi"]


LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN motcua_outgoing'"


async def _until_listening(office: Office, count: int) -> None:
    async def is_listening() -> bool:
        async with office.database.read() as connection:
            found = await connection.exec_driver_sql(f"SELECT count(*) {LISTENERS}")
            return bool(found.scalar_one() >= count)

    await until(is_listening)


async def _has_replies(office: Office, conversation_id: ConversationId, count: int) -> bool:
    return len(await office.replies(conversation_id)) >= count


async def _is(condition: bool) -> bool:
    return condition
