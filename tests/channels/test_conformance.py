"""What every channel must do: the same conversations in, the same meaning out, rendered for its platform.

A new channel joins by one more `Person` below.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

import pytest
from pushed_support import Line, line, until

from bot.channels.base import HealthState, PushedChannel
from bot.channels.splitting import shorten
from bot.dialogue.engine import DialogueEngine
from bot.storage.tables import conversations, inbox, outbox

CHANNELS = ("web", "telegram", "zalo")
PRESS = "→"
"""A turn that begins with this presses the button of that number."""
CONVERSATIONS: tuple[tuple[str, ...], ...] = (
    ("vo em moi sinh lam giay to gi",),
    ("đăng ký khai sinh cần giấy tờ gì", "lệ phí bao nhiêu", "mất bao lâu"),
    ("đăng ký khai sinh lệ phí", f"{PRESS}1"),
    ("đăng ký kết hôn ở đâu",),
    ("khai tử cho ông nội", "cần giấy tờ gì"),
    ("làm căn cước",),
    ("đăng ký xe", "1"),
    ("đăng ký xe", f"{PRESS}2"),
    ("sang tên sổ đỏ mất bao nhiêu tiền",),
    ("xin chào", "bạn là ai", "cảm ơn"),
    ("tra cứu hồ sơ",),
    ("gặp cán bộ",),
    ("thời tiết hôm nay thế nào",),
    ("tôi muốn phản ánh",),
    ("có cháy, cứu với",),
    ("asdf qwer zxcv",),
    ("/restart",),
    ("trung tâm hành chính công ở đâu",),
    ("xác nhận tình trạng hôn nhân", "ai đi thay được", "nộp trực tuyến thế nào"),
    ("thành lập hộ kinh doanh cần gì", "căn cứ pháp lý"),
    ("tạm trú", f"{PRESS}1", "lệ phí"),
    ("cấp lại sổ đỏ bị mất",),
    ("con tôi 2 tháng chưa khai sinh có bị phạt không",),
    ("<b>khai sinh</b> & kết hôn",),
    ("👍",),
)


class Person(Protocol):
    """Somebody on a channel, as a test sees them."""

    async def say(self, text: str) -> None: ...
    async def press(self, number: int) -> None: ...
    async def seen(self) -> list[tuple[str, list[str]]]:
        """Return text and button titles of everything the bot showed."""


@dataclass
class WebPerson:
    line: Line
    token: str = ""

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def _post(self, **message: str) -> None:
        if not self.token:
            self.token = (await self.line.http.post("/api/web/sessions")).json()["token"]
        message |= {"client_msg_id": str(uuid4())}
        response = await self.line.http.post("/api/web/messages", json=message, headers=self._headers)
        assert response.status_code == 202, response.text

    async def _rows(self) -> list[dict[str, Any]]:
        response = await self.line.http.get("/api/web/messages?limit=200", headers=self._headers)
        return [row for row in response.json()["items"] if row["from"] == "bot"]

    async def say(self, text: str) -> None:
        await self._post(kind="text", text=text)

    async def press(self, number: int) -> None:
        button = [row for row in await self._rows() if row["buttons"]][-1]["buttons"][number - 1]
        await self._post(kind="choice", choice_id=button["id"])

    async def seen(self) -> list[tuple[str, list[str]]]:
        return [(row["text"], [button["title"] for button in row["buttons"]]) for row in await self._rows()]


@dataclass
class TelegramPerson:
    line: Line
    chat: int = field(default_factory=lambda: 700_000_000 + uuid4().int % 100_000_000)

    async def say(self, text: str) -> None:
        self.line.telegram.say(self.chat, text)

    async def press(self, number: int) -> None:
        message, _, data = self.line.telegram.buttons(self.chat)[number - 1]
        self.line.telegram.tap(self.chat, message, data)

    async def seen(self) -> list[tuple[str, list[str]]]:
        return [
            (
                message["text"],
                [
                    button["text"]
                    for row in message.get("reply_markup", {}).get("inline_keyboard", [])
                    for button in row
                ],
            )
            for message in self.line.telegram.sent(self.chat)
        ]


@dataclass
class ZaloPerson:
    line: Line
    id: str = field(default_factory=lambda: str(4_820_000_000_000_000_000 + uuid4().int % 10**15))

    async def say(self, text: str) -> None:
        self.line.zalo.say(self.id, text)

    async def press(self, number: int) -> None:
        self.line.zalo.tap(self.id, self.line.zalo.buttons(self.id)[number - 1][1])

    async def seen(self) -> list[tuple[str, list[str]]]:
        return [
            (row["message"], [button["title"] for button in row.get("buttons", ())])
            for row in self.line.zalo.sent(self.id)
        ]


PEOPLE = {"web": WebPerson, "telegram": TelegramPerson, "zalo": ZaloPerson}


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, engine: DialogueEngine) -> AsyncIterator[Line]:
    """The service with its real dialogue, on all channels at once."""
    async with line(tmp_path_factory.mktemp("conformance"), engine=engine) as running:
        yield running


async def conversation_ids(house: Line) -> set[str]:
    return {row.id for row in await house.rows(conversations)}


async def talk(house: Line, channel: str, turns: tuple[str, ...]) -> tuple[list[dict[str, Any]], Person]:
    """Have a conversation; return the stored replies and the person who had it."""
    before = await conversation_ids(house)
    person: Person = PEOPLE[channel](house)
    for turn in turns:
        answered = len([row for row in await house.rows(inbox) if row.status == "done"])
        if turn.startswith(PRESS):
            await person.press(int(turn.removeprefix(PRESS)))
        else:
            await person.say(turn)
        await until(partial(_more, house, answered))
        await house.quiet()
    (mine,) = await conversation_ids(house) - before
    rows = [row for row in await house.rows(outbox) if row.conversation_id == mine]
    return [row.body for row in rows], person


async def _more(house: Line, answered: int) -> bool:
    return len([row for row in await house.rows(inbox) if row.status == "done"]) > answered


def meaning(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return replies without what differs from run to run."""
    return [
        {**body, "buttons": [(button["title"], button["payload"]) for button in body["buttons"]]}
        for body in bodies
    ]


def plain(text: str) -> str:
    """Return a text without the addresses that a platform may hide behind a name, and without blanks."""
    return " ".join(re.sub(r"https://\S+", "", text).split())


@pytest.mark.parametrize("turns", CONVERSATIONS, ids=lambda turns: " / ".join(turns)[:40])
async def test_the_same_conversation_means_the_same_everywhere(house: Line, turns: tuple[str, ...]) -> None:
    had = {channel: await talk(house, channel, turns) for channel in CHANNELS}
    expected = meaning(had["web"][0])
    assert len(expected) >= len(turns)
    for channel, (bodies, person) in had.items():
        assert meaning(bodies) == expected, channel
        shown = await person.seen()
        assert plain(" ".join(text for text, _ in shown)) == plain(" ".join(body["text"] for body in bodies))
        offered = [shorten(button["title"], 40) for body in bodies[-1:] for button in body["buttons"]]
        assert [shorten(title, 40) for title in shown[-1][1]] == offered, channel


def test_there_are_twenty_five_conversations() -> None:
    assert len(CONVERSATIONS) == len(set(CONVERSATIONS)) == 25


@pytest.mark.parametrize("channel", ["telegram", "zalo"])
class TestPort:
    async def test_it_fits(self, house: Line, channel: str) -> None:
        found = house.channel(channel)
        assert isinstance(found, PushedChannel)
        assert len(found.name) <= 16
        assert found.send_times.delivery_limit < found.send_times.lease
        assert [route.path for route in found.router().routes] == [f"/webhooks/{channel}"]  # type: ignore[attr-defined]

    async def test_it_tells_how_it_is_without_a_secret(self, house: Line, channel: str) -> None:
        await until(lambda: house.channel(channel).health().state is HealthState.OK)
        shown = house.channel(channel).health().shown()
        assert set(shown) == {"state", "detail"}

    async def test_a_person_it_knows_may_be_written_to(self, house: Line, channel: str) -> None:
        bodies, _ = await talk(house, channel, ("xin chào",))
        assert bodies
        mine = await house.rows(conversations)
        latest = max((row for row in mine if row.channel == channel), key=lambda row: row.last_message_at)
        assert (await house.channel(channel).reply_window(latest.id)).is_reachable
