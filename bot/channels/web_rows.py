"""How rows of a conversation look to web clients; payloads of buttons stay here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import select

from bot.conversations.messages import ConversationId
from bot.conversations.states import State
from bot.conversations.transcript import Line
from bot.storage.database import Database
from bot.storage.tables import conversations, outbox

RECENT_REPLIES = 30


class Standing(Protocol):
    """How it stands for a citizen who waits for a person, or talks with one."""

    @property
    def handoff(self) -> str | None:
        """The number of the request, HT-000123."""

    @property
    def place(self) -> int | None:
        """Place in the queue; 1 is next."""

    @property
    def estimate_minutes(self) -> int | None:
        """Minutes to wait, when there is enough to go by."""

    @property
    def officer_role(self) -> str | None:
        """Who talks, by function and never by name."""


class KnowsStanding(Protocol):
    """What the web channel asks of the officers' desk."""

    async def of(self, conversation_id: ConversationId) -> Standing | None:
        """Return how it stands in a conversation, or None for an unknown one."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a conversation stands."""

    state: State
    last_seq: int
    standing: Standing | None = None

    def shown(self) -> dict[str, Any]:
        """Return the data of a `state` event; what is not known is left out."""
        told: dict[str, Any] = {"mode": self.state.value, "input": True}
        if self.standing is not None and self.state is not State.BOT:
            told |= {
                "handoff": self.standing.handoff,
                "place": self.standing.place,
                "minutes": self.standing.estimate_minutes,
                "officer": self.standing.officer_role,
            }
        return {name: value for name, value in told.items() if value is not None}


async def read_head(
    database: Database, conversation_id: ConversationId, desk: KnowsStanding | None = None
) -> Head | None:
    """Return where a conversation stands, or None when it does not exist; with a desk, also how long it takes."""
    async with database.read() as connection:
        row = (
            await connection.execute(
                select(conversations.c.state, conversations.c.next_seq).where(
                    conversations.c.id == conversation_id
                )
            )
        ).one_or_none()
    if row is None:
        return None
    state = State(row.state)
    standing = await desk.of(conversation_id) if desk is not None and state is not State.BOT else None
    return Head(state, row.next_seq - 1, standing)


async def choice_title(database: Database, conversation_id: ConversationId, choice_id: str) -> str:
    """Return the words on a button, which the citizen thereby says; empty for an unknown button."""
    async with database.read() as connection:
        bodies = await connection.scalars(
            select(outbox.c.body)
            .where(outbox.c.conversation_id == conversation_id)
            .order_by(outbox.c.seq.desc())
            .limit(RECENT_REPLIES)
        )
        for body in bodies:
            for button in body.get("buttons", ()):
                if button["id"] == choice_id:
                    return str(button["title"])
    return ""


def platform_message_id(conversation_id: ConversationId, client_msg_id: str) -> str:
    """Return the id under which a message is stored once; clients number only their own."""
    return f"{conversation_id}:{client_msg_id}"


def shown(line: Line) -> dict[str, Any]:
    """Return a message as clients see it."""
    body = line.body or {}
    row: dict[str, Any] = {
        "seq": line.seq,
        "from": line.author,
        "at": line.at,
        "text": line.text,
        "buttons": [{"id": button["id"], "title": button["title"]} for button in body.get("buttons", ())],
        "outcome": body.get("outcome"),
        "procedure": body.get("procedure"),
        "aspect": body.get("aspect"),
        "offers": body.get("offers", []),
        "sources": body.get("sources", []),
    }
    if attachment := body.get("attachment"):
        row["attachment"] = {name: attachment[name] for name in ("kind", "name", "size", "url")}
    if line.author == "citizen" and line.platform_message_id:
        row["client_msg_id"] = line.platform_message_id.partition(":")[2]
    return row


def all_shown(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return several messages as clients see them."""
    return [shown(line) for line in lines]
