"""Going on elsewhere: what comes along, what does not, and links that are old, used or forged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from desk_support import DeskOffice

from bot.channels.arrivals import token_of, typed_code
from bot.channels.events import Command, Commanded, Said
from bot.channels.intake import Intake
from bot.conversations.states import State
from bot.dialogue.history import carried_over
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import Status
from bot.handoff.moves import Move, NotOffered
from bot.handoff.offices import offices_of
from bot.storage.handoff_tables import channel_moves
from bot.storage.tables import dialogue_states

ADDRESSES = {"telegram": "https://t.me/motcua_bot", "zalo": "https://zalo.me/123456"}


@pytest.fixture
def moving(at_desk: DeskOffice) -> Iterator[DeskOffice]:
    """A desk with Telegram and Zalo switched on; a move compares moments of desk and conversations."""
    office = at_desk.office
    at_desk.handoffs = Handoffs(
        office.database,
        office.wakeups,
        at_desk.settings,
        offices_of(at_desk.offices),
        at_desk.clock,
        addresses=lambda: ADDRESSES,
        carry=lambda stored: f"carried {stored}",
    )
    with at_desk.clock.for_everybody():
        yield at_desk


def _intake(moving: DeskOffice, channel: str) -> Intake:
    office = moving.office
    return Intake(
        channel, office.database, office.inbox, office.wakeups, office.originals, desk=moving.handoffs.platforms
    )


async def _open(moving: DeskOffice, move: Move, event: str = "e1", address: str = "t") -> None:
    """Open a link on the other channel, as the platform tells of it; every event comes twice."""
    taken: Any
    if move.code is None:
        taken = Commanded(address, event, Command.START, move.url.partition("?start=")[2])
    else:
        taken = Said(address, event, move.code.lower())
    for _ in range(2):
        await _intake(moving, move.to).take(taken)


async def _make(moving: DeskOffice, to: str = "telegram", address: str = "a") -> Move:
    return await moving.handoffs.moves.make(await moving.conversation(address), to)


@pytest.mark.parametrize("to", ["telegram", "zalo"])
async def test_a_link_carries_the_dialogue_and_both_sides_are_told(moving: DeskOffice, to: str) -> None:
    async with moving.serving():
        await moving.hears("khai sinh")
        move = await _make(moving, to)
        assert move.url.startswith(ADDRESSES[to])
        await _open(moving, move)
        [arrived] = await moving.said("t", to)
        assert "tiếp tục tại đây" in arrived
        assert "không xác nhận anh/chị là ai" in arrived
        assert "khai sinh" not in arrived
        assert "được tiếp tục trên" in (await moving.said())[-1]
    rows = {row.conversation_id: row.events for row in await moving.office.all(dialogue_states.select())}
    assert rows[await moving.conversation("t", to)] == f"carried {rows[await moving.conversation()]}"


async def test_a_link_works_once(moving: DeskOffice) -> None:
    async with moving.serving():
        await moving.hears("khai sinh")
        move = await _make(moving)
        await _open(moving, move)
        await _open(moving, move, "e2", "somebody else")
        [refused] = await moving.said("somebody else", "telegram")
        assert "đã hết hạn hoặc đã được dùng" in refused
    assert len(await moving.office.all(dialogue_states.select())) == 2


async def test_a_link_works_for_ten_minutes(moving: DeskOffice) -> None:
    async with moving.serving():
        await moving.hears("khai sinh")
        move = await _make(moving)
        moving.clock.pass_minutes(10.1)
        await _open(moving, move)
        assert "đã hết hạn" in (await moving.said("t", "telegram"))[0]


async def test_a_newer_link_replaces_the_older_and_forged_ones_do_nothing(moving: DeskOffice) -> None:
    async with moving.serving():
        await moving.hears("khai sinh")
        old, new = await _make(moving), await _make(moving)
        forged = Move("telegram", f"{ADDRESSES['telegram']}?start=m_{'A' * 22}", None, new.expires_at)
        elsewhere = Move("zalo", "", f"CHUYEN {new.url[-8:].upper()}", new.expires_at)
        for number, move in enumerate((old, forged)):
            await _open(moving, move, f"e{number}", f"t{number}")
            assert "đã hết hạn" in (await moving.said(f"t{number}", "telegram"))[0]
        await _open(moving, elsewhere)
        await _open(moving, new, "e9")
        assert "tiếp tục tại đây" in (await moving.said("t", "telegram"))[0]


async def test_who_guesses_is_stopped(moving: DeskOffice) -> None:
    intake = _intake(moving, "zalo")
    async with moving.serving():
        await moving.hears("khai sinh")
        for number in range(10):
            await intake.take(Said("z", f"g{number}", "CHUYEN ABCDEFGH"))
        move = await _make(moving, "zalo")
        await intake.take(Said("z", "last", str(move.code)))
        assert "đã hết hạn" in (await moving.said("z", "zalo"))[-1], "even the right one, for ten minutes"


async def test_no_link_to_a_channel_that_is_off(moving: DeskOffice) -> None:
    with pytest.raises(NotOffered):
        await moving.handoffs.moves.make(await moving.conversation(), "viber")


@pytest.mark.parametrize("held", [False, True])
async def test_a_request_for_an_officer_comes_along_and_back(moving: DeskOffice, held: bool) -> None:
    lan = await moving.officer()
    desk = moving.handoffs.desk
    async with moving.serving():
        handoff = await (moving.talk(lan) if held else moving.wait_in_queue())
        await _open(moving, await _make(moving))
        assert await moving.state() is State.BOT
        there = await moving.conversation("t", "telegram")
        moved = await desk.of_conversation(there)
        assert moved is not None
        assert (moved.id, moved.channel) == (handoff.id, "telegram")
        assert moved.status is (Status.HUMAN if held else Status.WAITING)
        await moving.office.say("tôi đây ạ", "t", channel="telegram")
        await moving.office.until_done()
        await desk.answer(handoff.id, lan, "Chào anh/chị.", origin="1")
        assert (await moving.said("t", "telegram"))[-1] == "Chào anh/chị."
        assert "Chào anh/chị." not in await moving.said()
        lines = [line.text for line in await desk.lines(handoff.id) if line.author == "citizen"]
        assert lines == ["tôi đây ạ"]
        assert "gặp cán bộ" in [line.text for line in await desk.before_move(handoff.id)]
        await moving.press("Quay lại trang web", "t", "telegram")
        assert await moving.state() is State.HUMAN
        assert "về đây" in (await moving.said())[-1]
        # Twice: it is back already.
        await moving.press("Quay lại trang web", "t", "telegram")
        assert await moving.state() is State.HUMAN
        await desk.answer(handoff.id, lan, "Tiếp nhé.", origin="2")
        assert (await moving.said())[-1] == "Tiếp nhé."


async def test_what_is_asked_for_after_the_move_does_not_go_back(moving: DeskOffice) -> None:
    """Somebody may have been sent the link by a stranger, who sits at the other end."""
    lan = await moving.officer()
    async with moving.serving():
        await moving.hears("khai sinh")
        await _open(moving, await _make(moving))
        handoff = await moving.handoffs.desk.begin(await moving.conversation("t", "telegram"), lan)
        await moving.press("Quay lại trang web", "t", "telegram")
        still = await moving.handoffs.desk.find(handoff.id)
        assert still.conversation_id == await moving.conversation("t", "telegram")
        assert await moving.state() is State.BOT


async def test_the_sender_of_a_link_cannot_call_the_conversation_back(moving: DeskOffice) -> None:
    async with moving.serving():
        await moving.hears("khai sinh")
        await _open(moving, await _make(moving))
    titles = [button["title"] for body in await moving.bodies() for button in body["buttons"]]
    assert titles == []


async def test_nothing_moves_into_a_conversation_that_an_officer_holds(moving: DeskOffice) -> None:
    lan = await moving.officer()
    async with moving.serving():
        await moving.hears("khai sinh")
        await moving.handoffs.desk.begin(await moving.conversation("t", "telegram"), lan)
        await _open(moving, await _make(moving))
        assert "chưa chuyển" in (await moving.said("t", "telegram"))[-1]
    [row] = await moving.office.all(channel_moves)
    assert row.used_at is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [("CHUYEN ABCD2345", "ABCD2345"), ("chuyển abcd2345 ", "ABCD2345"), ("chuyen abcd", None), ("ABCD2345", None)],
)
def test_codes_as_people_type_them(typed: str, code: str | None) -> None:
    assert typed_code(typed) == code


def test_only_our_payloads_are_tokens() -> None:
    assert token_of(f"m_{'a' * 22}") == "a" * 22
    assert token_of("tt_1-001193") is None


def test_what_was_proven_stays_behind() -> None:
    stored = (
        b'[{"event":"slot","timestamp":1.0,"name":"procedure","value":"1.001193"},'
        b'{"event":"slot","timestamp":1.0,"name":"dossiers","value":["H49-260101-0001"]},'
        b'{"event":"slot","timestamp":1.0,"name":"dossier_proven","value":{"H49-260101-0001":"2026"}},'
        b'{"event":"slot","timestamp":2.0,"name":"aspect","value":"fee"}]'
    ).decode()
    carried = carried_over(stored)
    assert carried is not None
    assert '"1.001193"' in carried
    assert '"fee"' in carried
    assert "dossier" not in carried
    assert carried_over("[]") is None
