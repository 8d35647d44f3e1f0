"""Turns that wait for another system: nothing is held meanwhile, nothing is said twice."""

from __future__ import annotations

import asyncio

from core_support import Office, Script, answered, echo, until
from sqlalchemy import select

from bot.conversations.dispatcher import MAX_ATTEMPTS, TurnTimes
from bot.conversations.inbox import Inbox
from bot.conversations.messages import Turn, TurnResult
from bot.conversations.waiting import TurnWaits
from bot.storage.tables import conversations, inbox


class Slow:
    """Answers by echo, but "chậm" only once somebody else has answered."""

    def __init__(self) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waited = 0

    async def __call__(self, turn: Turn) -> TurnResult:
        if turn.text.startswith("chậm") and not self.ready.done():
            self.waited += 1
            raise TurnWaits(self.ready)
        return await echo(turn)


async def test_any_number_of_turns_may_wait_without_holding_the_others(office: Office) -> None:
    slow = Slow()
    async with office.serving(Script(slow)):
        for number in range(40):
            await office.say("chậm", address=f"w{number}")
        for number in range(10):
            await office.say("nhanh", address=f"q{number}")

        async def are_answered() -> bool:
            return (await office.replies()).count("nghe nhanh") == 10

        await until(are_answered)
        assert "nghe chậm" not in await office.replies()
        slow.ready.set_result(None)
        await office.until_done()
    assert (await office.replies()).count("nghe chậm") == 40


async def test_a_waiting_turn_is_not_run_again_before_its_answer_is_there(office: Office) -> None:
    slow = Slow()
    async with office.serving(Script(slow)):
        await office.say("chậm")
        await office.say("sau đó")
        await asyncio.sleep(0.3)  # several sweeps
        assert slow.waited == 1
        slow.ready.set_result(None)
        await office.until_done()
    assert await office.replies() == ["nghe chậm", "nghe sau đó"]
    rows = await office.all(select(inbox.c.id, inbox.c.attempts))
    assert [row.attempts for row in rows] == [1, 1]


async def test_a_waiting_turn_survives_the_end_of_its_process(office: Office) -> None:
    slow = Slow()
    async with office.serving(Script(slow)):
        await office.say("chậm")
        await asyncio.sleep(0.1)
    assert await office.replies() == []
    slow.ready.set_result(None)
    async with office.serving(Script(slow)):
        await office.until_done()
    assert await office.replies() == ["nghe chậm"]


async def test_what_is_asked_for_is_kept_and_the_secret_part_of_a_message_is_not(office: Office) -> None:
    async def ask(turn: Turn) -> TurnResult:
        result = answered("số nào ạ", dialogue="x")
        return TurnResult(result.replies, "x", awaits="proof", stored_text="[XACNHAN]")

    async with office.serving(Script(ask)):
        await office.say("bí mật 1234")
        await office.until_done()
    assert [row.text for row in await office.all(select(inbox.c.id, inbox.c.text))] == ["[XACNHAN]"]
    asked = await office.all(select(conversations.c.id, conversations.c.awaits))
    assert [row.awaits for row in asked] == ["proof"]


async def test_another_process_leaves_a_waiting_turn_alone(postgresql_office: Office) -> None:
    slow, other = Slow(), Script()
    async with postgresql_office.serving(Script(slow)):
        await postgresql_office.say("chậm")
        await asyncio.sleep(0.3)
        async with Office(postgresql_office.database).serving(other):
            await asyncio.sleep(0.5)  # several of its sweeps
        assert other.turns == []
        slow.ready.set_result(None)
        await postgresql_office.until_done()
    assert await postgresql_office.replies() == ["nghe chậm"]


async def test_waiting_often_is_no_failure(office: Office) -> None:
    waits = 2 * MAX_ATTEMPTS

    async def hesitate(turn: Turn) -> TurnResult:
        nonlocal waits
        if waits:
            waits -= 1
            ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(0.02, ready.set_result, None)
            raise TurnWaits(ready)
        return await echo(turn)

    async with office.serving(Script(hesitate)):
        await office.say("chậm")
        await office.until_done()
    assert await office.replies() == ["nghe chậm"]


async def test_a_turn_whose_answer_never_comes_is_run_again_after_a_while(office: Office) -> None:
    slow = Slow()
    async with office.serving(Script(slow), TurnTimes(sweep=0.05, turn_limit=0.2, lease=1.0)):
        await office.say("chậm")

        async def is_asked_again() -> bool:
            return slow.waited >= 3

        await until(is_asked_again)
        slow.ready.set_result(None)
        await office.until_done()
    assert await office.replies() == ["nghe chậm"]


async def test_what_is_asked_for_decides_how_the_next_message_is_stored(office: Office) -> None:
    async def ask(turn: Turn) -> TurnResult:
        awaits = "proof" if turn.text == "hỏi" else None
        return TurnResult(answered(turn.text).replies, None, awaits=awaits)

    seen = Script(ask)
    forms = {None: "{}", "proof": "[XACNHAN]"}
    office.inbox = Inbox(
        office.database,
        office.wakeups,
        office.originals,
        lambda text: {asked: form.format(text) for asked, form in forms.items()},
    )
    async with office.serving(seen):
        for text in ("1111", "hỏi", "2222", "3333"):
            await office.say(text)
            await office.until_done()
    assert [row.text for row in await office.all(inbox)] == ["1111", "hỏi", "[XACNHAN]", "3333"]
    assert [(turn.text, turn.awaits) for turn in seen.turns] == [
        ("1111", None),
        ("hỏi", None),
        ("2222", "proof"),
        ("3333", None),
    ]
    assert len(office.originals) == 0


async def test_what_was_asked_for_outlasts_an_officer(office: Office) -> None:
    async def ask(turn: Turn) -> TurnResult:
        return TurnResult(answered("số nào ạ").replies, None, awaits="proof")

    async with office.serving(Script(ask)):
        receipt = await office.say("hỏi")
        await office.until_done()
        await office.take_over(receipt.conversation_id)
        await office.say("1234")
        await office.until_done()
    asked = await office.all(select(conversations.c.id, conversations.c.awaits))
    assert [row.awaits for row in asked] == ["proof"]
