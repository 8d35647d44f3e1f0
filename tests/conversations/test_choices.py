"""Buttons: pressed, typed, old and foreign ones."""

from __future__ import annotations

import pytest
from core_support import (
    Office,
    Script,
    answered,
)
from sqlalchemy import select

from bot.conversations.messages import (
    Button,
    ConversationId,
    Kind,
    Turn,
    TurnResult,
)
from bot.conversations.sentences import STALE_CHOICE
from bot.storage.tables import outbox


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
