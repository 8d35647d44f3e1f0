"""What Zalo remembers: people, messages, tokens, the webhook; and what people and officers do in it."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.fakes.pushing import Pusher
from bot.fakes.recording import Recorder
from bot.fakes.zalo.signing import signed

HOUR_MS = 3_600_000


@dataclass(slots=True)
class Person:
    """Somebody who talks to the OA."""

    id: str
    name: str
    last_interaction: float = 0.0
    """Milliseconds since 1970."""
    messages: list[dict[str, Any]] = field(default_factory=list)
    """Oldest first; `src` 1 is the person, 0 the OA."""


class ZaloWorld:
    """The state of the server."""

    def __init__(
        self, recorder: Recorder, *, app_id: str, oa_id: str, app_secret: str, oa_secret: str, seed: int = 0
    ):
        self.app_id, self.oa_id = app_id, oa_id
        self.app_secret, self.oa_secret = app_secret, oa_secret
        self.recorder = recorder
        self.pusher = Pusher("zalo", recorder, seed)
        self.people: dict[str, Person] = {}
        self.webhook_url = ""
        self.signature_variant = "app_body"
        self.has_echoes = True
        self.allows_buttons = True
        self.access_token, self.refresh_token = self._new("access"), self._new("refresh")
        self.access_expires_at = time.time() + 90_000
        self.codes: set[str] = set()
        self.uploads: dict[str, bytes] = {}
        """What the OA's app uploaded."""
        self.media: dict[str, bytes] = {}
        """What people sent, by the last part of its address."""
        self.refreshes = 0
        self.reused_refresh_tokens = 0
        self._messages = 9_000

    def person(self, person_id: str, name: str = "Trần Văn Nam") -> Person:
        """Return a person, known from now on."""
        return self.people.setdefault(person_id, Person(person_id, name))

    def say(self, person_id: str, text: str) -> dict[str, Any]:
        """A person writes."""
        return self.post(person_id, "text", {"text": text})

    def post(self, person_id: str, kind: str, message: dict[str, Any]) -> dict[str, Any]:
        """A person sends a message of any kind; return the event."""
        person = self.person(person_id)
        person.last_interaction = time.time() * 1000
        message = {**message, "msg_id": self._message_id()}
        person.messages.append(_row(message, 1, kind))
        return self.emit(
            f"user_send_{kind}",
            sender={"id": person_id},
            recipient={"id": self.oa_id},
            user_id_by_app=f"9{person_id}",
            message=message,
        )

    def post_file(self, person_id: str, base: str, content: bytes, name: str = "") -> dict[str, Any]:
        """A person sends a picture or, with a name, a file; `base` is the address of this server."""
        kept = f"m{len(self.media) + 1}"
        self.media[kept] = content
        kind = "file" if name else "image"
        payload = {"url": f"{base}/media/{kept}"} | ({"name": name, "size": str(len(content))} if name else {})
        return self.post(person_id, kind, {"attachments": [{"type": kind, "payload": payload}]})

    def keep_upload(self, content: bytes) -> str:
        """Keep what the OA's app uploaded; return what names it."""
        name = f"up-{len(self.uploads) + 1}"
        self.uploads[name] = content
        return name

    def tap(self, person_id: str, payload: str) -> dict[str, Any]:
        """A person presses a button: the payload comes as a text, and is not shown."""
        person = self.person(person_id)
        person.last_interaction = time.time() * 1000
        message = {"text": payload, "msg_id": self._message_id()}
        return self.emit("user_send_text", sender={"id": person_id}, recipient={"id": self.oa_id}, message=message)

    def follow(self, person_id: str) -> dict[str, Any]:
        """A person follows the OA."""
        self.person(person_id).last_interaction = time.time() * 1000
        return self.emit("follow", oa_id=self.oa_id, follower={"id": person_id}, source="oa_profile")

    def officer_says(self, person_id: str, text: str, admin_id: str = "5510000000000000003") -> dict[str, Any]:
        """An administrator answers in the OA's own console."""
        message = {"text": text, "msg_id": self._message_id()}
        self.person(person_id).messages.append(_row(message, 0, "text") | {"admin": True})
        sender = {"id": self.oa_id, "admin_id": admin_id}
        return self.emit("oa_send_text", sender=sender, recipient={"id": person_id}, message=message)

    def take_message(self, person: Person, message: dict[str, Any]) -> dict[str, Any]:
        """The OA's app sends; return the data of the answer."""
        stored = {"text": message.get("text", ""), "msg_id": self._message_id()}
        buttons = message.get("attachment", {}).get("payload", {}).get("buttons", [])
        row = _row(stored, 0, "text") | {"buttons": buttons}
        person.messages.append(row | ({"file": message["file"]} if "file" in message else {}))
        if self.has_echoes:
            self.emit("oa_send_text", sender={"id": self.oa_id}, recipient={"id": person.id}, message=stored)
        data: dict[str, Any] = {
            "message_id": stored["msg_id"],
            "user_id": person.id,
            "sent_time": str(int(time.time() * 1000)),
        }
        if self.hours_since(person) <= 48:
            data["quota"] = {"quota_type": "reply"}
        return data

    def hours_since(self, person: Person) -> float:
        """Return how long ago a person did something."""
        return (time.time() * 1000 - person.last_interaction) / HOUR_MS

    def emit(self, event_name: str, **content: Any) -> dict[str, Any]:
        """Call the webhook with an event."""
        event = {
            "app_id": self.app_id,
            "event_name": event_name,
            "timestamp": str(int(time.time() * 1000)),
            **content,
        }
        self.push(event)
        return event

    def push(self, event: dict[str, Any]) -> None:
        """Call the webhook with an event that may have been before."""
        if self.webhook_url:
            raw = orjson.dumps(event)
            self.pusher.push(self.webhook_url, raw, signed(self, raw, event["timestamp"]), event)

    def issue_tokens(self) -> dict[str, Any]:
        """Make a new pair; the old one is dead from now on."""
        self.access_token, self.refresh_token = self._new("access"), self._new("refresh")
        self.access_expires_at = time.time() + 90_000
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            # A text, as on the real platform.
            "expires_in": "90000",
        }

    def sent(self, person_id: str) -> list[dict[str, Any]]:
        """Return what the OA's app sent to a person."""
        person = self.people.get(person_id)
        return [row for row in person.messages if row["src"] == 0 and not row.get("admin")] if person else []

    def buttons(self, person_id: str) -> list[tuple[str, str]]:
        """Return title and payload of the newest buttons."""
        for row in reversed(self.sent(person_id)):
            if row.get("buttons"):
                return [(button["title"], button["payload"]) for button in row["buttons"]]
        return []

    def _message_id(self) -> str:
        self._messages += 1
        return f"m-{self._messages}"

    @staticmethod
    def _new(kind: str) -> str:
        return f"fake-{kind}-{secrets.token_urlsafe(24)}"


def _row(message: dict[str, Any], src: int, kind: str) -> dict[str, Any]:
    return {
        "message_id": message["msg_id"],
        "src": src,
        "time": int(time.time() * 1000),
        "type": kind,
        "message": message.get("text", ""),
    }
