"""The ledger on PostgreSQL: each step is one statement, a transaction of its own.

One statement is one round trip and cannot be torn apart. Locks are taken in one order everywhere: the
message, then its conversation.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import orjson
from sqlalchemy import text

from bot.clock import now
from bot.conversations.ledger.port import ClaimedRow, Ending, NewMessage, Notices, Stored
from bot.conversations.wakeups import MESSAGE, OUTGOING, REPLY
from bot.storage.database import Database

# The row lock on the conversation makes numbers commit in their order, and what is asked for stays so.
STORE = text("""
WITH numbered AS (
    UPDATE conversations SET next_seq = next_seq + 1, last_message_at = clock_timestamp()
    WHERE id = :conversation_id
    RETURNING id, next_seq - 1 AS seq, awaits
), stored AS (
    INSERT INTO inbox
        (conversation_id, seq, channel, platform_message_id, kind, text, choice_id, received_at)
    SELECT id, seq, :channel, :platform_message_id, :kind,
        COALESCE(CAST(:text_when_asked AS jsonb) ->> awaits, :text), :choice_id, clock_timestamp()
    FROM numbered
    RETURNING id, seq
)
SELECT id, seq, CASE WHEN CAST(:notice AS text) IS NOT NULL THEN pg_notify(:message_channel, :notice) END
FROM stored
""").bindparams(message_channel=MESSAGE)

# The count need not reach the disk at once: a power cut may forget it, the death of a process may not.
CLAIM = text("""
WITH next_message AS (
    SELECT inbox.id
    FROM inbox
    WHERE inbox.conversation_id = :conversation_id AND inbox.status = 'pending'
        AND (inbox.retry_at IS NULL OR inbox.retry_at <= clock_timestamp())
        AND NOT EXISTS (
            SELECT FROM inbox AS earlier
            WHERE earlier.conversation_id = inbox.conversation_id AND earlier.status = 'pending'
                AND earlier.seq < inbox.seq
        )
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE inbox SET attempts = inbox.attempts + 1, retry_at = clock_timestamp() + :lease
FROM next_message
    CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS hurried
    CROSS JOIN conversations
    LEFT JOIN dialogue_states ON dialogue_states.conversation_id = conversations.id
WHERE inbox.id = next_message.id AND conversations.id = :conversation_id
RETURNING inbox.id, inbox.seq, inbox.channel, inbox.kind, inbox.text, inbox.choice_id, inbox.attempts,
    conversations.state, conversations.state_version, conversations.open_choices, conversations.awaits,
    dialogue_states.events
""")

END = text("""
WITH ours AS (
    SELECT id FROM inbox
    WHERE id = :inbox_id AND status = 'pending' AND attempts = :attempts
    FOR UPDATE
), numbered AS (
    UPDATE conversations
    SET next_seq = next_seq + CAST(:count AS integer), open_choices = CAST(:choices AS jsonb), awaits = :awaits
    FROM ours
    WHERE conversations.id = :conversation_id AND conversations.state_version = :state_version
    RETURNING conversations.id, next_seq - CAST(:count AS integer) AS first_seq
), ended AS (
    UPDATE inbox
    SET status = 'done', finished_at = :moment, retry_at = NULL, outcome = :outcome,
        understanding = CAST(:understanding AS jsonb), release = :release,
        text = COALESCE(:stored_text, inbox.text)
    FROM numbered
    WHERE inbox.id = :inbox_id
), replied AS (
    INSERT INTO outbox
        (conversation_id, seq, inbox_id, part, author, body, outcome, created_at, status)
    SELECT numbered.id, first_seq + part - 1, :inbox_id, part - 1,
        reply->>'author', reply->'body', reply->'body'->>'outcome', :moment, :status
    FROM numbered, jsonb_array_elements(CAST(:replies AS jsonb)) WITH ORDINALITY AS said (reply, part)
), remembered AS (
    INSERT INTO dialogue_states (conversation_id, events, updated_at)
    SELECT id, :dialogue, :moment FROM numbered WHERE CAST(:dialogue AS text) IS NOT NULL
    ON CONFLICT (conversation_id)
    DO UPDATE SET events = excluded.events, updated_at = excluded.updated_at
)
SELECT first_seq,
    CASE WHEN CAST(:reply_notice AS text) IS NOT NULL THEN pg_notify(:reply_channel, :reply_notice) END,
    CASE WHEN CAST(:outgoing_notice AS text) IS NOT NULL THEN pg_notify(:outgoing_channel, :outgoing_notice) END
FROM numbered
""").bindparams(reply_channel=REPLY, outgoing_channel=OUTGOING)


class PostgresqlLedger:
    """Serves several processes; see `Ledger`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(
        self, message: NewMessage, notice: str | None = None, before_seen: Callable[[int], None] | None = None
    ) -> Stored | None:
        """Store a message."""
        values = {
            "conversation_id": message.conversation_id,
            "channel": message.channel,
            "platform_message_id": message.platform_message_id,
            "kind": message.kind,
            "text": message.text,
            "text_when_asked": _json(message.text_when_asked) if message.text_when_asked else None,
            "choice_id": message.choice_id,
            "notice": notice,
        }
        # Only a transaction can be held open until the caller is done.
        door = self._database.autocommit if before_seen is None else self._database.write
        async with door() as connection:
            row = (await connection.execute(STORE, values)).one_or_none()
            if row is None:
                return None
            if before_seen is not None:
                before_seen(row[0])
        return Stored(row[0], row[1])

    async def claim(self, conversation_id: str, lease: timedelta) -> ClaimedRow | None:
        """Claim the next message of a conversation."""
        asked = {"conversation_id": conversation_id, "lease": lease}
        async with self._database.autocommit() as connection:
            row = (await connection.execute(CLAIM, asked)).one_or_none()
        return None if row is None else ClaimedRow._make(row)

    async def end(self, ending: Ending, notices: Notices) -> int | None:
        """Write the end of a turn."""
        replies = ending.replies
        said = [{"author": reply.author.value, "body": reply.stored()} for reply in replies]
        choices = [button.stored() for button in replies[-1].buttons] if replies else []
        values = {
            "conversation_id": ending.conversation_id,
            "inbox_id": ending.inbox_id,
            "attempts": ending.attempts,
            "state_version": ending.state_version,
            "count": len(replies),
            "choices": _json(choices) if choices else None,
            "moment": now(),
            "outcome": replies[0].outcome.value if replies else None,
            "understanding": _json(ending.understanding) if ending.understanding else None,
            "release": ending.release,
            "awaits": ending.awaits,
            "stored_text": ending.stored_text,
            "replies": _json(said),
            "status": "pulled" if ending.is_pulled else "pending",
            "dialogue": ending.dialogue,
            "reply_notice": notices.reply,
            "outgoing_notice": notices.outgoing,
        }
        async with self._database.autocommit() as connection:
            row = (await connection.execute(END, values)).one_or_none()
        return None if row is None else int(row[0])


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
