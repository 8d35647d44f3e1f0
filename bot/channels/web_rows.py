"""How rows of a conversation look to web clients; payloads of buttons stay here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.conversations.messages import ConversationId
from bot.conversations.states import State
from bot.conversations.transcript import Line
from bot.storage.database import Database
from bot.storage.tables import conversations, outbox

RECENT_REPLIES = 30


@dataclass(frozen=True, slots=True)
class Head:
    """Where a conversation stands."""

    state: State
    last_seq: int

    def shown(self) -> dict[str, Any]:
        """Return the data of a `state` event."""
        return {"mode": self.state.value, "input": True}


async def read_head(database: Database, conversation_id: ConversationId) -> Head | None:
    """Return where a conversation stands, or None when it does not exist."""
    async with database.read() as connection:
        row = (
            await connection.execute(
                select(conversations.c.state, conversations.c.next_seq).where(
                    conversations.c.id == conversation_id
                )
            )
        ).one_or_none()
    return None if row is None else Head(State(row.state), row.next_seq - 1)


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
    if line.author == "citizen" and line.platform_message_id:
        row["client_msg_id"] = line.platform_message_id.partition(":")[2]
    return row


def all_shown(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return several messages as clients see them."""
    return [shown(line) for line in lines]
