"""Messages as all channels and the dialogue know them, and the outcome codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

ConversationId = NewType("ConversationId", str)
"""Server-made id of at least 128 random bits."""


class Outcome(StrEnum):
    """What a reply achieved; exactly one for each reply, a public contract."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    DOSSIER = "dossier"
    HANDOFF = "handoff"
    PETITION = "petition"
    LOCATION = "location"
    SMALLTALK = "smalltalk"
    EMERGENCY = "emergency"
    OUT_OF_SCOPE = "out_of_scope"
    ERROR = "error"


class Author(StrEnum):
    """Who wrote an outgoing message."""

    BOT = "bot"
    OFFICER = "officer"
    SYSTEM = "system"


class Kind(StrEnum):
    """Kind of an incoming message."""

    TEXT = "text"
    CHOICE = "choice"
    UNSUPPORTED = "unsupported"
    """A picture, voice, sticker…: answered by a sentence, never read."""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice offered to the citizen.

    `payload` is a trusted Rasa command that stays on the server; channels send only `id`.
    """

    title: str
    payload: str
    id: str = ""

    def stored(self) -> dict[str, str]:
        """Return the form kept in the database."""
        return {"id": self.id, "title": self.title, "payload": self.payload}


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the citizen, free of any channel."""

    text: str
    outcome: Outcome
    buttons: tuple[Button, ...] = ()
    procedure: str | None = None
    aspect: str | None = None
    offers: tuple[str, ...] = ()
    """Procedure codes among which a `clarify` asks to choose."""
    sources: tuple[str, ...] = ()
    author: Author = Author.BOT
    attachment: Mapping[str, Any] | None = None
    """A file of an officer: `id`, `kind`, `name`, `size`, and the `url` that opens it."""

    def stored(self) -> dict[str, Any]:
        """Return the form kept in the database."""
        file = {"attachment": dict(self.attachment)} if self.attachment is not None else {}
        return {
            "text": self.text,
            "buttons": [button.stored() for button in self.buttons],
            "outcome": self.outcome.value,
            "procedure": self.procedure,
            "aspect": self.aspect,
            "offers": list(self.offers),
            "sources": list(self.sources),
            **file,
        }


@dataclass(frozen=True, slots=True)
class Incoming:
    """A verified, parsed message of a platform, not yet stored."""

    channel: str
    address: str
    """The platform's name for the conversation (chat id, session id)."""
    platform_message_id: str
    """Unique within the channel; a repeated one is a duplicate delivery."""
    kind: Kind
    text: str = ""
    """NFC text as typed; masked before it is written."""
    choice_id: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The receipt for a stored message."""

    conversation_id: ConversationId
    inbox_id: int
    seq: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """One citizen message on its way through the dialogue."""

    conversation_id: ConversationId
    channel: str
    text: str
    payload: str | None = None
    """A trusted command behind a button of ours; replaces the text for Rasa."""
    dialogue: str | None = None
    """Stored dialogue state (JSON), None for a new conversation."""
    unsupported: bool = False
    awaits: str | None = None
    """What the turn before asked for, for example `proof`."""


@dataclass(frozen=True, slots=True)
class PersonWanted:
    """What the dialogue says when a person is asked for; the desk decides what is answered."""

    reason: str
    """A value of `bot.handoff.model.Reason`."""
    summary: str
    """What was understood, for the officer; masked."""
    procedure: str | None = None
    dossier: str | None = None
    """Masked code."""
    field: str | None = None
    """Field of work of the procedure."""
    unit: str | None = None
    """Code of the commune the conversation is about."""


DESK_MARK = "#desk "
"""Payloads that begin so are for the desk and not for the dialogue."""


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a turn produced; everything in it is written in one transaction."""

    replies: tuple[Reply, ...]
    dialogue: str | None
    understanding: dict[str, Any] = field(default_factory=dict)
    """Intent, confidence, procedure… as understood, masked; for staff review."""
    release: str | None = None
    awaits: str | None = None
    """What the replies ask for, so that the next message is stored accordingly."""
    stored_text: str | None = None
    """The message in the form in which it may be kept, when that differs from how it came."""
    wants: PersonWanted | None = None
    """A person is asked for; the replies are said only where there is no desk."""
