"""The end of a turn: dialogue state, replies and outcome are written together or not at all."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.ids import new_choice_id
from bot.conversations.messages import Reply, TurnResult
from bot.conversations.queue import Claim
from bot.conversations.states import StateConflict
from bot.storage.tables import conversations, dialogue_states, inbox, outbox

PULLED_CHANNELS = frozenset({"web", "cli"})
"""Channels that fetch their messages; the others are sent to."""


async def finish_turn(connection: AsyncConnection, claim: Claim, result: TurnResult) -> bool:
    """Write all that a turn produced; say whether something else was said in the conversation meanwhile.

    Numbers are given under the lock of the conversation: without a number between message and replies,
    no later message can be waiting.

    Raises:
        StateConflict: A person took the conversation meanwhile, or it was erased, or the message has
            been answered; the bot's words are dropped.
    """
    replies = [with_choice_ids(reply) for reply in result.replies]
    moment = now()
    first_seq = await _reserve(connection, claim, replies)
    if result.dialogue is not None and result.dialogue != claim.dialogue:
        await _save_dialogue(connection, claim, result.dialogue)
    if replies:
        await connection.execute(
            insert(outbox),
            [
                {
                    "conversation_id": claim.conversation_id,
                    "seq": first_seq + part,
                    "inbox_id": claim.inbox_id,
                    "part": part,
                    "author": reply.author.value,
                    "body": reply.stored(),
                    "outcome": reply.outcome.value,
                    "created_at": moment,
                    "status": "pulled" if claim.channel in PULLED_CHANNELS else "pending",
                }
                for part, reply in enumerate(replies)
            ],
        )
    ended = await connection.execute(
        update(inbox)
        .where(inbox.c.id == claim.inbox_id, inbox.c.status == "pending")
        .values(
            status="done",
            finished_at=moment,
            outcome=replies[0].outcome.value if replies else None,
            understanding=result.understanding or None,
            release=result.release,
        )
    )
    if ended.rowcount != 1:
        raise StateConflict(claim.conversation_id)
    return first_seq != claim.seq + 1


def with_choice_ids(reply: Reply) -> Reply:
    """Return the reply with an opaque id on each button."""
    if not reply.buttons:
        return reply
    return replace(reply, buttons=tuple(replace(button, id=new_choice_id()) for button in reply.buttons))


async def _reserve(connection: AsyncConnection, claim: Claim, replies: list[Reply]) -> int:
    """Take sequence numbers, and prove that the bot still holds the conversation."""
    choices = [button.stored() for button in replies[-1].buttons] if replies else []
    following = await connection.scalar(
        update(conversations)
        .where(
            conversations.c.id == claim.conversation_id,
            conversations.c.state_version == claim.held.version,
        )
        .values(next_seq=conversations.c.next_seq + len(replies), open_choices=choices or None)
        .returning(conversations.c.next_seq)
    )
    if following is None:
        raise StateConflict(claim.conversation_id)
    return int(following) - len(replies)


async def _save_dialogue(connection: AsyncConnection, claim: Claim, events: str) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(dialogue_states).values(
        conversation_id=claim.conversation_id, events=events, updated_at=now()
    )
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["conversation_id"],
            set_={"events": statement.excluded.events, "updated_at": statement.excluded.updated_at},
        )
    )
