"""What Zalo's webhook events mean; pure, and strict about types."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.channels.events import (
    Event,
    FileRef,
    HandedBack,
    Nothing,
    OfficerSaid,
    Pressed,
    Said,
    SentUnread,
    Unblocked,
    Unread,
    WithdrewConsent,
)

BUTTON_MARK = "#b"
SILENT_TAG = "bot-tat"
"""A tag that officers put on a person to keep the bot silent."""
MOST_TAGGED = 50
_KINDS = {
    "image": Unread.PHOTO,
    "gif": Unread.PHOTO,
    "audio": Unread.VOICE,
    "video": Unread.VIDEO,
    "sticker": Unread.STICKER,
    "location": Unread.LOCATION,
    "business_card": Unread.CONTACT,
    "file": Unread.DOCUMENT,
    "link": Unread.LINK,
}


class BadEvent(ValueError):
    """This is not an event of Zalo's webhook."""


def _text(value: Any) -> Any:
    """Ids and times are texts, and sometimes numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(_text)]


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Party(_Loose):
    id: Id | None = None
    admin_id: Id | None = None


class _Message(_Loose):
    text: str | None = None
    msg_id: Id | None = None
    attachments: list[dict[str, Any]] = []


class _Tag(_Loose):
    name: str | None = None
    user_ids: list[Id] = []


class ZaloEvent(_Loose):
    """The fields of an event that we read."""

    event_name: str
    app_id: Id | None = None
    oa_id: Id | None = None
    timestamp: Id | None = None
    sender: _Party | None = None
    recipient: _Party | None = None
    follower: _Party | None = None
    user_id: Id | None = None
    message: _Message | None = None
    tag: _Tag | None = None

    @property
    def is_by_oa(self) -> bool:
        """Whether the OA said it, that is we or an officer."""
        return self.event_name.startswith("oa_")

    def of_oa(self) -> str | None:
        """Return the id of the OA it happened in, where the event names one."""
        if self.oa_id:
            return self.oa_id
        party = self.sender if self.is_by_oa else self.recipient
        return party.id if party else None

    def person(self) -> str | None:
        """Return the id of the person it is about."""
        party = self.recipient if self.is_by_oa else self.sender
        for found in (party, self.follower):
            if found is not None and found.id:
                return found.id
        return self.user_id


@dataclass(frozen=True, slots=True)
class Read:
    """An event together with what makes it unique."""

    event: ZaloEvent
    digest: str


def read_event(content: Any, raw: bytes) -> Read:
    """Return a decoded JSON value as an event.

    Raises:
        BadEvent: It is none.
    """
    try:
        event = ZaloEvent.model_validate(content)
    except (ValidationError, RecursionError) as error:
        raise BadEvent("not an event") from error
    return Read(event, hashlib.sha256(raw).hexdigest())


def to_events(read: Read) -> list[Event]:
    """Return what an event means; tags may be about several people."""
    event = read.event
    if event.event_name in {"add_user_to_tag", "remove_user_from_tag"}:
        return _tagged(event, read.digest)
    person = event.person()
    if person is None:
        return [Nothing("nobody")]
    return [_one(event, person, read.digest)]


def _one(event: ZaloEvent, person: str, digest: str) -> Event:
    name = event.event_name
    if name.startswith("user_send_"):
        return _said(event, person, name.removeprefix("user_send_"), digest)
    if name.startswith("oa_send_") and "anonymous" not in name:
        return _by_oa(event, person, name.removeprefix("oa_send_"), digest)
    if name == "follow":
        return Unblocked(person, digest)
    if name == "user_withdraw":
        return WithdrewConsent(person, digest)
    # Receipts, reactions, contact forms, anonymous visitors: nothing is stored of them.
    return Nothing("receipt" if name.startswith("user_") else "other")


def _said(event: ZaloEvent, person: str, kind: str, digest: str) -> Event:
    message = event.message or _Message()
    # `msg_id` alone is not unique: receipts repeat it under another name.
    event_id = f"{event.event_name}:{message.msg_id}"[:128] if message.msg_id else digest
    text = (message.text or "").strip()
    if kind == "text" and text.startswith(BUTTON_MARK) and len(text) <= 40:
        return Pressed(person, event_id, text.removeprefix(BUTTON_MARK))
    file = _file(message, kind)
    if text:
        return Said(person, event_id, text.lstrip("/\\ "), file)
    return SentUnread(person, event_id, _KINDS.get(kind, Unread.OTHER), file)


def _file(message: _Message, kind: str) -> FileRef | None:
    """Return where a picture or a document can be fetched; Zalo's voice format is not taken."""
    if kind not in {"image", "file"}:
        return None
    for attachment in message.attachments[:1]:
        payload = attachment.get("payload")
        if isinstance(payload, dict) and isinstance(payload.get("url"), str):
            return FileRef({"url": payload["url"][:2_000]}, str(payload.get("name") or ""))
    return None


def _by_oa(event: ZaloEvent, person: str, kind: str, digest: str) -> Event:
    """Our own messages come back without the id of an officer."""
    officer = event.sender.admin_id if event.sender else None
    if not officer:
        return Nothing("echo")
    message = event.message or _Message()
    text = message.text or _KINDS.get(kind, Unread.OTHER).value
    return OfficerSaid(person, digest, f"zalo-admin:{officer}", text, message.msg_id or digest)


def _tagged(event: ZaloEvent, digest: str) -> list[Event]:
    tag = event.tag
    if tag is None or tag.name != SILENT_TAG:
        return [Nothing("tag")]
    people = tag.user_ids[:MOST_TAGGED]
    if event.event_name == "remove_user_from_tag":
        return [HandedBack(person, f"{digest}:{number}") for number, person in enumerate(people)]
    return [
        OfficerSaid(person, f"{digest}:{number}", "zalo-tag", "", f"{digest}:{number}")
        for number, person in enumerate(people)
    ]
