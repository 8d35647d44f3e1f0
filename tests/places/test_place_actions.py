"""The actions: replies, outcomes and buttons; addresses elsewhere behind a port."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.places import AnswerLocation, ChoosePlace
from bot.places.conversion import OldAddress, UndertheseaConverter, old_address
from bot.places.guide import Guide


class FakeConverter:
    def __init__(self, commune: str | None) -> None:
        self.commune = commune
        self.asked: list[str] = []

    async def convert(self, address: OldAddress) -> str | None:
        self.asked.append(str(address))
        return self.commune


async def say_to(action: Any, text: str, **entities: str) -> dict[str, Any]:
    message = {"text": text, "entities": [{"entity": k, "value": v} for k, v in entities.items()]}
    tracker = Tracker("someone", {}, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, tracker, {})
    assert {event["name"] for event in events} <= {"unit"}
    (reply,) = dispatcher.messages
    return reply


async def test_a_place_is_answered_as_location() -> None:
    reply = await say_to(AnswerLocation(), "trung tâm phường Hồng Gai ở đâu")
    assert reply["custom"] == {"outcome": "location"}
    assert reply["buttons"] == []


async def test_candidates_are_buttons_that_lead_to_their_unit() -> None:
    reply = await say_to(AnswerLocation(), "phường Hà Khẩu giờ là phường nào")
    assert [button["title"] for button in reply["buttons"]] == ["Phường Việt Hưng", "Phường Tuần Châu"]
    intent, _, entities = reply["buttons"][0]["payload"].partition("{")
    assert intent == "/choose_place"
    chosen = await say_to(ChoosePlace(), reply["buttons"][0]["payload"], **json.loads("{" + entities))
    assert "Trung tâm Phục vụ hành chính công phường Việt Hưng" in chosen["text"]
    assert chosen["custom"]["outcome"] == "location"


async def test_an_unknown_unit_is_asked_again() -> None:
    reply = await say_to(ChoosePlace(), "/choose_place", place="99999")
    assert "tên xã, phường" in reply["text"]


async def test_another_province_is_out_of_scope_unless_its_commune_is_known() -> None:
    text = "phường Hàng Bạc quận Hoàn Kiếm Hà Nội nay là gì"
    known, unknown = FakeConverter("Phường Hoàn Kiếm"), FakeConverter(None)
    reply = await say_to(AnswerLocation(converter=known), text)
    assert known.asked == ["phường Hàng Bạc, quận Hoàn Kiếm, Hà Nội"]
    assert "nay thuộc phường Hoàn Kiếm, thành phố Hà Nội." in reply["text"]
    assert reply["custom"]["outcome"] == "location"
    reply = await say_to(AnswerLocation(converter=unknown), text)
    assert reply["custom"]["outcome"] == "out_of_scope"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("phường 5 quận 3 sài gòn", "phường 5, quận 3, Hồ Chí Minh"),
        ("phuong ben nghe quan 1 tphcm gio la gi", "phường ben nghe, quận 1, Hồ Chí Minh"),
        ("xã An Đồng, huyện An Dương, Hải Phòng", "xã An Đồng, huyện An Dương, Hải Phòng"),
        (
            "phường Bình Hàn thành phố Hải Dương, Hải Dương",
            "phường Bình Hàn, thành phố Hải Dương, Hải Dương",
        ),
        ("phường Lê Chân Hải Phòng", None),
        ("phường Hồng Gai", None),
        ("Hà Nội", None),
    ],
)
def test_old_addresses_are_cut_out_of_a_message(guide: Guide, text: str, address: str | None) -> None:
    found = old_address(text, guide.mentions(text))
    assert (str(found) if found else None) == address


@pytest.mark.parametrize(
    ("address", "commune"),
    [
        (OldAddress("phường Hàng Bạc", "quận Hoàn Kiếm", "Hà Nội"), "Phường Hoàn Kiếm"),
        (OldAddress("phường Tràng Tiền", "quận Hoàn Kiếm", "Hà Nội"), None),  # divided
        (OldAddress("phường Không Có", "quận Hoàn Kiếm", "Hà Nội"), None),  # partial
        (OldAddress("phường Hàng Bạc", "quận Hoàn Kiếm", "Không Đâu"), None),
    ],
)
async def test_the_library_is_believed_only_when_sure(address: OldAddress, commune: str | None) -> None:
    assert await UndertheseaConverter(timeout_seconds=60).convert(address) == commune


async def test_a_slow_or_broken_library_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    address = OldAddress("phường A", "quận B", "Hà Nội")
    slow = UndertheseaConverter(timeout_seconds=0.01)
    monkeypatch.setattr(slow, "_convert", lambda _: time.sleep(0.2))
    assert await slow.convert(address) is None
    broken = UndertheseaConverter(timeout_seconds=5)
    monkeypatch.setattr(broken, "_convert", lambda _: 1 / 0)
    assert await broken.convert(address) is None
