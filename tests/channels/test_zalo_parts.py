"""Signature, windows, rendering and errors of Zalo, without any server."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.events import HandedBack, Nothing, OfficerSaid, Pressed, Said, SentUnread, Unblocked, Unread
from bot.channels.texts import utf16_length
from bot.channels.zalo.client import proof
from bot.channels.zalo.errors import Action, judge
from bot.channels.zalo.parse import BadEvent, read_event, to_events
from bot.channels.zalo.render import render
from bot.channels.zalo.signature import mac, matching_variant, read_signature
from bot.channels.zalo.windows import Window, window_at
from bot.conversations.messages import Button, Outcome, Reply

APP_ID, OA_ID, SECRET = "1000000000000000001", "3900000000000000009", "khoa-oa-thu-nghiem"
BODY = (
    '{"app_id":"1000000000000000001","event_name":"user_send_text","timestamp":"1760000000000",'
    '"sender":{"id":"4820000000000000001"},"recipient":{"id":"3900000000000000009"},'
    '"message":{"text":"Xin chào","msg_id":"m-0001"}}'
).encode()
STAMP = "1760000000000"
BY_APP = "7edd22c9e5429a2e0e1abf49db428a13cebcba9bac0c7323890ee43fae1f3d7b"
BY_OA = "c6f237f59c0ea3cc7668087f372b2629f2754716156592c51a591a28fece2be8"


def variant(shown: str, body: bytes = BODY, header: str | None = None, secret: str = SECRET) -> str | None:
    return matching_variant(shown, body, app_id=APP_ID, oa_id=OA_ID, secret=secret, timestamps=(header, STAMP))


class TestSignature:
    def test_the_published_vectors_fit(self) -> None:
        assert len(BODY) == 218
        assert mac(APP_ID, BODY, STAMP, SECRET) == BY_APP
        assert (variant(BY_APP), variant(BY_OA)) == ("app_body", "oa_body")

    def test_the_time_of_the_header_counts_too(self) -> None:
        assert variant(mac(APP_ID, BODY, "17", SECRET), header="17") == "app_header"

    @pytest.mark.parametrize("index", [0, 60, 217])
    def test_one_byte_changed_is_forged(self, index: int) -> None:
        changed = bytearray(BODY)
        changed[index] ^= 1
        assert variant(BY_APP, bytes(changed)) is None

    def test_an_hmac_is_forged(self) -> None:
        shown = hmac.new(SECRET.encode(), APP_ID.encode() + BODY + STAMP.encode(), hashlib.sha256).hexdigest()
        assert variant(shown) is None

    def test_another_secret_is_forged(self) -> None:
        assert variant(BY_APP, secret="another") is None

    def test_a_signature_over_empty_terms_is_forged(self) -> None:
        shown = mac("", BODY, STAMP, SECRET)
        found = matching_variant(shown, BODY, app_id=APP_ID, oa_id=None, secret=SECRET, timestamps=(None, STAMP))
        assert found is None

    @pytest.mark.parametrize(
        ("header", "read"),
        [(f"mac={BY_APP}", BY_APP), (BY_APP.upper(), BY_APP), (f" mac= {BY_APP} ", BY_APP), ("mac=", None),
         ("", None), (None, None), ("mac=" + "g" * 64, None), (BY_APP[:-1], None)],
    )  # fmt: skip
    def test_the_header_is_read_in_its_forms(self, header: str | None, read: str | None) -> None:
        assert read_signature(header) == read

    def test_the_proof_is_an_hmac(self) -> None:
        assert proof("access-token-thu-nghiem", "app-secret-thu-nghiem") == (
            "462eadc0c5622ed985dba1db98ac16e6fbf1bc5a1a1fc00422946933b233e703"
        )


class TestWindows:
    @pytest.mark.parametrize(
        ("hours", "window"),
        [(0, Window.FREE), (48, Window.FREE), (48.1, Window.BILLED), (168, Window.BILLED), (168.1, Window.CLOSED)],
    )
    def test_they_close_one_after_the_other(self, hours: float, window: Window) -> None:
        moment = datetime(2026, 11, 24, 9, tzinfo=UTC)
        assert window_at(moment, moment - timedelta(hours=hours)) is window


class TestEvents:
    def event(self, name: str, **content: object) -> list[object]:
        return list(to_events(read_event({"event_name": name, **content}, b"raw")))

    def test_a_button_comes_back_as_a_text(self) -> None:
        message = {"text": "#bK7Q2M9AXYZ", "msg_id": "m1"}
        assert self.event("user_send_text", sender={"id": "1"}, message=message) == [
            Pressed("1", "user_send_text:m1", "K7Q2M9AXYZ")
        ]

    def test_numbers_become_texts(self) -> None:
        message = {"text": "chào", "msg_id": 7}
        assert self.event("user_send_text", sender={"id": 4820000000000000001}, message=message) == [
            Said("4820000000000000001", "user_send_text:7", "chào")
        ]

    def test_a_slash_is_dropped(self) -> None:
        message = {"text": "/restart", "msg_id": "m1"}
        assert self.event("user_send_text", sender={"id": "1"}, message=message)[0].text == "restart"  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        ("kind", "unread"),
        [("image", Unread.PHOTO), ("audio", Unread.VOICE), ("sticker", Unread.STICKER), ("file", Unread.DOCUMENT),
         ("location", Unread.LOCATION), ("business_card", Unread.CONTACT), ("brand_new", Unread.OTHER)],
    )  # fmt: skip
    def test_other_kinds_are_named(self, kind: str, unread: Unread) -> None:
        message = {"msg_id": "m1", "attachments": [{"type": kind}]}
        (event,) = self.event(f"user_send_{kind}", sender={"id": "1"}, message=message)
        assert isinstance(event, SentUnread)
        assert event.what is unread

    def test_our_own_echo_means_nothing(self) -> None:
        message = {"text": "x", "msg_id": "m1"}
        assert self.event("oa_send_text", sender={"id": OA_ID}, recipient={"id": "1"}, message=message) == [
            Nothing("echo")
        ]

    def test_an_echo_with_an_officer_is_a_takeover(self) -> None:
        sender, message = {"id": OA_ID, "admin_id": "55"}, {"text": "Chào bác", "msg_id": "m1"}
        (event,) = self.event("oa_send_text", sender=sender, recipient={"id": "1"}, message=message)
        assert isinstance(event, OfficerSaid)
        assert (event.address, event.officer, event.text) == ("1", "zalo-admin:55", "Chào bác")

    def test_tags_are_about_several_people(self) -> None:
        tag = {"user_ids": ["1", "2"], "name": "bot-tat"}
        events = self.event("remove_user_from_tag", oa_id=OA_ID, tag=tag)
        assert [(type(event), event.address) for event in events] == [  # type: ignore[attr-defined]
            (HandedBack, "1"), (HandedBack, "2"),
        ]  # fmt: skip

    def test_following_is_an_interaction(self) -> None:
        (event,) = self.event("follow", oa_id=OA_ID, follower={"id": "1"})
        assert isinstance(event, Unblocked)

    @pytest.mark.parametrize("name", ["user_seen_message", "user_submit_info", "anonymous_send_text", "news"])
    def test_the_rest_means_nothing(self, name: str) -> None:
        (event,) = self.event(name, sender={"id": "1"}, recipient={"id": OA_ID})
        assert isinstance(event, Nothing)

    @pytest.mark.parametrize("content", [None, [], "x", 7, {}, {"event_name": 7}, {"event_name": None}])
    def test_what_is_no_event_is_refused(self, content: object) -> None:
        with pytest.raises(BadEvent):
            read_event(content, b"")


class TestRendering:
    def reply(self, text: str, *titles: str) -> dict[str, object]:
        buttons = tuple(Button(title, "/x", f"ID{number}") for number, title in enumerate(titles))
        return Reply(text, Outcome.CLARIFY, buttons).stored()

    def test_a_decomposed_text_is_one_message(self) -> None:
        import unicodedata

        text = unicodedata.normalize("NFD", "ệ" * 1_600)
        assert len(text) > 2_000
        assert len(render(self.reply(text))) == 1

    def test_a_long_text_is_cut_and_the_buttons_hang_on_its_end(self) -> None:
        first, *_, last = render(self.reply("Câu này dài. " * 400, "Một"))
        assert utf16_length(first.text) <= 1_900
        assert (first.buttons, last.buttons) == ((), (("Một", "#bID0"),))
        assert "template_type" not in str(last.message())

    def test_without_buttons_the_choices_are_numbered(self) -> None:
        (part,) = render(self.reply("Việc nào?", "Khai sinh", "Kết hôn"), has_buttons=False)
        assert part.text.startswith("Việc nào?\n1. Khai sinh\n2. Kết hôn\n")
        assert part.buttons == ()

    def test_choices_that_are_numbered_already_are_not_numbered_again(self) -> None:
        (part,) = render(self.reply("Việc nào?\n1. A\n2. B", "A", "B"), has_buttons=False)
        assert part.text == "Việc nào?\n1. A\n2. B"

    def test_more_choices_than_buttons_are_numbered_too(self) -> None:
        (part,) = render(self.reply("Việc nào?", *"ABCDEFG"))
        assert len(part.buttons) == 5
        assert "7. G" in part.text


@pytest.mark.parametrize(
    ("code", "action"),
    [(-216, Action.REFRESH), (-220, Action.REFRESH), (-32, Action.LATER), (-200, Action.LATER),
     (-224, Action.SET_UP), (-223, Action.SET_UP), (-213, Action.PERSON), (-230, Action.WINDOW),
     (-201, Action.PAYLOAD), (-999, Action.UNKNOWN)],
)  # fmt: skip
def test_every_error_has_one_consequence(code: int, action: Action) -> None:
    assert judge(code).action is action
