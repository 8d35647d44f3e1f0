"""The ledger on SQLite: each step is one piece of work for the thread that writes.

Through an asynchronous driver every statement costs four trips to a thread and back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import orjson

from bot.clock import now
from bot.conversations.ledger.port import ClaimedRow, Ending, NewMessage, Notices, Stored
from bot.storage.database import Database
from bot.storage.sqlite_thread import stored_moment

TAKE_NUMBERS = """
UPDATE conversations SET next_seq = next_seq + 1, last_message_at = :moment
WHERE id = :conversation_id
RETURNING next_seq - 1, awaits
"""
INSERT_MESSAGE = """
INSERT INTO inbox (conversation_id, seq, channel, platform_message_id, kind, text, choice_id, received_at)
VALUES (:conversation_id, :seq, :channel, :platform_message_id, :kind, :text, :choice_id, :moment)
"""

NEXT_MESSAGE = """
SELECT inbox.id, inbox.seq, inbox.channel, inbox.kind, inbox.text, inbox.choice_id, inbox.attempts + 1,
    conversations.state, conversations.state_version, conversations.open_choices, conversations.awaits,
    dialogue_states.events
FROM inbox
    JOIN conversations ON conversations.id = inbox.conversation_id
    LEFT JOIN dialogue_states ON dialogue_states.conversation_id = inbox.conversation_id
WHERE inbox.conversation_id = :conversation_id AND inbox.status = 'pending'
    AND (inbox.retry_at IS NULL OR inbox.retry_at <= :moment)
    AND NOT EXISTS (
        SELECT 1 FROM inbox AS earlier
        WHERE earlier.conversation_id = inbox.conversation_id AND earlier.status = 'pending'
            AND earlier.seq < inbox.seq
    )
LIMIT 1
"""
COUNT_CLAIM = "UPDATE inbox SET attempts = attempts + 1 WHERE id = ?"

IS_OURS = "SELECT 1 FROM inbox WHERE id = :inbox_id AND status = 'pending' AND attempts = :attempts"
END_NUMBERS = """
UPDATE conversations SET next_seq = next_seq + :count, open_choices = :choices, awaits = :awaits
WHERE id = :conversation_id AND state_version = :state_version
RETURNING next_seq - :count
"""
END_MESSAGE = """
UPDATE inbox
SET status = 'done', finished_at = :moment, retry_at = NULL, outcome = :outcome,
    understanding = :understanding, release = :release, text = COALESCE(:stored_text, text)
WHERE id = :inbox_id
"""
INSERT_REPLY = """
INSERT INTO outbox (conversation_id, seq, inbox_id, part, author, body, outcome, created_at, status)
VALUES (:conversation_id, :seq, :inbox_id, :part, :author, :body, :outcome, :moment, :status)
"""
REMEMBER = """
INSERT INTO dialogue_states (conversation_id, events, updated_at)
VALUES (:conversation_id, :dialogue, :moment)
ON CONFLICT (conversation_id) DO UPDATE SET events = excluded.events, updated_at = excluded.updated_at
"""


class SqliteLedger:
    """Serves one process; see `Ledger`. Who has claimed what is known to that process alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(
        self, message: NewMessage, notice: str | None = None, before_seen: Callable[[int], None] | None = None
    ) -> Stored | None:
        """Store a message; there is no other process to be told of it."""
        stored = await self._database.in_thread(partial(_store, message))
        # Claims pass through the same thread, so they come back to the event loop after this.
        if stored is not None and before_seen is not None:
            before_seen(stored.inbox_id)
        return stored

    async def claim(self, conversation_id: str, lease: timedelta) -> ClaimedRow | None:
        """Claim the next message of a conversation; the claim ends with the process, not with a lease."""
        # The count need not reach the disk at once: a power cut may forget it, the death of a process may not.
        return await self._database.in_thread(partial(_claim, conversation_id), waits_for_disk=False)

    async def end(self, ending: Ending, notices: Notices) -> int | None:
        """Write the end of a turn."""
        return await self._database.in_thread(partial(_end, ending))


def _store(message: NewMessage, connection: sqlite3.Connection) -> Stored | None:
    values = {
        "conversation_id": message.conversation_id,
        "channel": message.channel,
        "platform_message_id": message.platform_message_id,
        "kind": message.kind,
        "choice_id": message.choice_id,
        "moment": stored_moment(now()),
    }
    numbered = connection.execute(TAKE_NUMBERS, values).fetchone()
    if numbered is None:
        return None
    seq, awaits = int(numbered[0]), numbered[1]
    text = message.text_when_asked.get(awaits, message.text)
    inserted = connection.execute(INSERT_MESSAGE, values | {"seq": seq, "text": text})
    return Stored(int(inserted.lastrowid or 0), seq)


def _claim(conversation_id: str, connection: sqlite3.Connection) -> ClaimedRow | None:
    asked = {"conversation_id": conversation_id, "moment": stored_moment(now())}
    row = connection.execute(NEXT_MESSAGE, asked).fetchone()
    if row is None:
        return None
    claimed = ClaimedRow._make(row)
    connection.execute(COUNT_CLAIM, (claimed.id,))
    choices = claimed.open_choices
    return claimed._replace(open_choices=orjson.loads(choices) if isinstance(choices, str) else None)


def _end(ending: Ending, connection: sqlite3.Connection) -> int | None:
    replies = ending.replies
    choices = [button.stored() for button in replies[-1].buttons] if replies else []
    values = {
        "conversation_id": ending.conversation_id,
        "inbox_id": ending.inbox_id,
        "attempts": ending.attempts,
        "state_version": ending.state_version,
        "count": len(replies),
        "choices": _json(choices) if choices else None,
        "moment": stored_moment(now()),
        "outcome": replies[0].outcome.value if replies else None,
        "understanding": _json(ending.understanding) if ending.understanding else None,
        "release": ending.release,
        "awaits": ending.awaits,
        "stored_text": ending.stored_text,
        "status": "pulled" if ending.is_pulled else "pending",
        "dialogue": ending.dialogue,
    }
    if connection.execute(IS_OURS, values).fetchone() is None:
        return None
    numbered = connection.execute(END_NUMBERS, values).fetchone()
    if numbered is None:
        return None
    first_seq = int(numbered[0])
    connection.execute(END_MESSAGE, values)
    for part, reply in enumerate(replies):
        said = {
            "seq": first_seq + part,
            "part": part,
            "author": reply.author.value,
            "body": _json(reply.stored()),
            "outcome": reply.outcome.value,
        }
        connection.execute(INSERT_REPLY, values | said)
    if ending.dialogue is not None:
        connection.execute(REMEMBER, values)
    return first_seq


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
