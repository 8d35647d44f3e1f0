"""The end of a turn: dialogue state, replies and outcome are written together or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import insert, null, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.ids import new_choice_id
from bot.conversations.ledger.port import Ending, Ledger, Notices
from bot.conversations.messages import Reply, TurnResult
from bot.conversations.queue import Claim
from bot.conversations.states import StateConflict
from bot.conversations.wakeups import Wakeups
from bot.storage.tables import conversations, dialogue_states, inbox, outbox

PULLED_CHANNELS = frozenset({"web", "cli"})
"""Channels that fetch their messages; the others are sent to."""


async def finish_turn(ledger: Ledger, wakeups: Wakeups, claim: Claim, result: TurnResult) -> bool:
    """Write all that a turn produced; say whether something else was said in the conversation meanwhile.

    Numbers are given under the lock of the conversation: without a number between message and replies,
    no later message can be waiting.

    Raises:
        StateConflict: A person took the conversation meanwhile, or it was erased, or the message has
            been answered; the bot's words are dropped.
    """
    is_pulled = claim.channel in PULLED_CHANNELS
    first_seq = await ledger.end(
        Ending(
            conversation_id=claim.conversation_id,
            inbox_id=claim.inbox_id,
            attempts=claim.attempts,
            state_version=claim.held.version,
            replies=tuple(with_choice_ids(reply) for reply in result.replies),
            dialogue=result.dialogue if result.dialogue != claim.dialogue else None,
            understanding=result.understanding or None,
            release=result.release,
            awaits=result.awaits,
            stored_text=result.stored_text,
            is_pulled=is_pulled,
        ),
        Notices(
            reply=wakeups.reply_notice(claim.conversation_id),
            outgoing=None if is_pulled else wakeups.outgoing_notice(claim.channel),
        ),
    )
    if first_seq is None:
        raise StateConflict(claim.conversation_id)
    return first_seq != claim.seq + 1


async def finish_turn_in(connection: AsyncConnection, wakeups: Wakeups, claim: Claim, result: TurnResult) -> int:
    """Write all that a turn produced in the caller's transaction; return the number of its first reply.

    The same promises as `finish_turn`, for turns that change more than their conversation. Locks the
    message, then its conversation.

    Raises:
        StateConflict: As for `finish_turn`; the transaction must not commit.
    """
    moment = now()
    replies = [with_choice_ids(reply) for reply in result.replies]
    values: dict[str, Any] = {
        "status": "done",
        "finished_at": moment,
        "retry_at": None,
        "outcome": replies[0].outcome.value if replies else None,
        "understanding": result.understanding or null(),
        "release": result.release,
    }
    if result.stored_text is not None:
        values["text"] = result.stored_text
    ended = await connection.execute(
        update(inbox)
        .where(inbox.c.id == claim.inbox_id, inbox.c.status == "pending", inbox.c.attempts == claim.attempts)
        .values(values)
    )
    numbered = None
    if ended.rowcount == 1:
        numbered = await connection.scalar(
            update(conversations)
            .where(
                conversations.c.id == claim.conversation_id, conversations.c.state_version == claim.held.version
            )
            .values(
                next_seq=conversations.c.next_seq + len(replies),
                open_choices=[button.stored() for button in replies[-1].buttons] if replies else None,
                awaits=result.awaits,
            )
            .returning(conversations.c.next_seq)
        )
    if numbered is None:
        raise StateConflict(claim.conversation_id)
    first_seq = int(numbered) - len(replies)
    status = "pulled" if claim.channel in PULLED_CHANNELS else "pending"
    for part, reply in enumerate(replies):
        await connection.execute(
            insert(outbox).values(
                conversation_id=claim.conversation_id,
                seq=first_seq + part,
                inbox_id=claim.inbox_id,
                part=part,
                author=reply.author.value,
                body=reply.stored(),
                outcome=reply.outcome.value,
                created_at=moment,
                status=status,
            )
        )
    if result.dialogue is not None and result.dialogue != claim.dialogue:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        kept = {"events": result.dialogue, "updated_at": moment}
        await connection.execute(
            dialect.insert(dialogue_states)
            .values(conversation_id=claim.conversation_id, **kept)
            .on_conflict_do_update(index_elements=["conversation_id"], set_=kept)
        )
    await wakeups.announce_reply(connection, claim.conversation_id)
    if claim.channel not in PULLED_CHANNELS:
        await wakeups.announce_outgoing(connection, claim.channel)
    return first_seq


def with_choice_ids(reply: Reply) -> Reply:
    """Return the reply with an opaque id on each button."""
    if not reply.buttons:
        return reply
    return replace(reply, buttons=tuple(replace(button, id=new_choice_id()) for button in reply.buttons))
