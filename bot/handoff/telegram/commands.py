"""Orders of officers, as words after a slash; none of them is ever passed on to a citizen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.clock import VIETNAM
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import RESULT_WORDS, Handoff, Officer, Result, Status
from bot.handoff.telegram import wording
from bot.handoff.telegram.api import Buttons
from bot.handoff.telegram.reading import Written
from bot.handoff.windows import Window
from bot.vietnamese.folding import words

MOST_LISTED = 15


class Ready(Protocol):
    """A canned reply."""

    @property
    def id(self) -> str:
        """What is typed behind /mau."""

    @property
    def title(self) -> str:
        """What it is about."""

    @property
    def text(self) -> str:
        """What is sent."""


CannedReplies = Callable[[Handoff], Sequence[Ready]]


class Room(Protocol):
    """Where an order was given."""

    def say(self, to: Written, text: str, buttons: Buttons = ()) -> None:
        """Answer the officer."""

    async def answer(
        self, written: Written, officer: Officer, handoff: Handoff, text: str, *, confirmed: bool = False
    ) -> None:
        """Say something to the citizen."""


class Commands:
    """Carries orders out; the desk's refusals are for the caller."""

    def __init__(self, desk: Handoffs, canned: CannedReplies) -> None:
        self._desk = desk
        self._canned = canned

    async def outside(self, room: Room, written: Written, officer: Officer, name: str, argument: str) -> None:
        """An order given outside of all topics."""
        match name:
            case "trangthai":
                room.say(written, await self._standing(officer))
            case "truc":
                room.say(written, await self._duty(officer, argument))
            case _ if name in wording.COMMANDS:
                room.say(written, wording.ONLY_IN_TOPIC)
            case _:
                room.say(written, wording.command_list())

    async def in_topic(
        self, room: Room, written: Written, officer: Officer, handoff: Handoff, name: str, argument: str
    ) -> None:
        """An order about one conversation."""
        desk = self._desk.desk
        match name:
            case "nhan":
                await desk.claim(handoff.id, officer)
            case "xong":
                await self._finish(room, written, officer, handoff, argument)
            case "tralai":
                await desk.give_back(handoff.id, officer)
            case "chuyen":
                await desk.transfer(handoff.id, officer, department=self._department(argument))
            case "ghichu":
                await desk.note(handoff.id, officer, argument, origin=written.origin)
            case "ghi":
                await self._desk.transcripts.want(handoff.id, written.origin)
            case "mau":
                await self._ready(room, written, officer, handoff, argument)
            case "trangthai":
                room.say(written, await self._standing_of(handoff))
            case "truc":
                room.say(written, await self._duty(officer, argument))
            case _:
                room.say(written, wording.command_list())

    async def _finish(
        self, room: Room, written: Written, officer: Officer, handoff: Handoff, argument: str
    ) -> None:
        code = argument.split()[0].lower() if argument else ""
        if code and code not in set(Result):
            known = "\n".join(f"{result.value} – {title}" for result, title in RESULT_WORDS.items())
            room.say(written, f"Không có mã “{code}”. Các mã:\n{known}")
            return
        await self._desk.desk.finish(handoff.id, officer, Result(code) if code else None)

    def _department(self, argument: str) -> str:
        """Return the department that is meant by id or by a part of its name; else what was typed."""
        wanted = words(argument)
        names = self._desk.offices.names
        fitting = [one for one, name in names.items() if one == argument.lower() or wanted in words(name)]
        return fitting[0] if wanted and len(fitting) == 1 else argument.lower() or "?"

    async def _ready(
        self, room: Room, written: Written, officer: Officer, handoff: Handoff, argument: str
    ) -> None:
        replies = self._canned(handoff)
        chosen = next((one for one in replies if one.id == argument.lower()), None)
        if chosen is not None:
            # From our own texts, so nobody has to look at links in it.
            await room.answer(written, officer, handoff, chosen.text, confirmed=True)
        elif replies:
            room.say(written, "\n".join(f"/mau {one.id} – {one.title}" for one in replies[:MOST_LISTED]))
        else:
            room.say(written, wording.NO_CANNED)

    async def _duty(self, officer: Officer, argument: str) -> str:
        if argument.lower() not in {"on", "off"}:
            return "Anh/chị gõ /truc on hoặc /truc off."
        until = await self._desk.officers.set_duty(officer, on=argument.lower() == "on")
        if until is None:
            return "Anh/chị đã thôi trực."
        return f"Anh/chị trực đến {until.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}."

    async def _standing(self, officer: Officer) -> str:
        waiting = await self._desk.desk.queue(officer)
        held = await self._desk.desk.held()
        rows = [f"Đang chờ: {len(waiting)}"]
        rows += [
            f"{one.place}. {one.handoff.number} – {one.handoff.channel}{_until(one.window)}"
            for one in waiting[:MOST_LISTED]
        ]
        rows.append(f"Đang có người phụ trách: {len(held)}")
        rows += [
            f"{one.handoff.number} – {one.officer.name if one.officer else 'trên Zalo'}{_until(one.window)}"
            for one in held[:MOST_LISTED]
        ]
        return "\n".join(rows)

    async def _standing_of(self, handoff: Handoff) -> str:
        if handoff.status is Status.WAITING:
            place = await self._desk.desk.place(handoff.id)
            return f"{handoff.number} đang chờ, vị trí {place[0] if place else '?'}."
        if handoff.status is Status.HUMAN:
            holder = await self._desk.officers.of_id(handoff.officer_id) if handoff.officer_id else None
            return f"{handoff.number} do {holder.name if holder else 'cán bộ trên Zalo'} phụ trách."
        return f"{handoff.number} đã kết thúc."


def _until(window: Window | None) -> str:
    """Return until when somebody in a list can be answered."""
    if window is None:
        return ""
    mark = "⚠ " if window.is_soon else ""
    closes = f"{window.closes_at.astimezone(VIETNAM):%H:%M %d/%m}"
    return f" ({mark}trả lời đến {closes})" if window.is_open else " (đã hết hạn trả lời)"
