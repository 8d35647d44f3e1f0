"""Writing a reply that no turn made: of the channel itself, or of an officer."""

from __future__ import annotations

from sqlalchemy import Insert, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.conversations.messages import Author, ConversationId, Reply
from bot.conversations.turns import PULLED_CHANNELS, with_choice_ids
from bot.conversations.wakeups import Wakeups
from bot.privacy.masking import mask
from bot.storage.tables import conversations, outbox
from bot.storage.together import Writing


async def say(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    reply: Reply,
    *,
    sent_as: str | None = None,
) -> int | None:
    """Append a reply to a conversation, in the caller's transaction; return its number.

    Args:
        connection: An open writing transaction.
        conversation_id: Where.
        reply: What; its buttons get ids. Texts of officers are masked like all stored texts.
        sent_as: The platform's id of a message that the citizen has already, which is then only noted.

    Returns:
        The number of the reply, or None when the conversation does not exist.
    """
    reply = with_choice_ids(reply)
    taken = (
        await connection.execute(
            update(conversations)
            .where(conversations.c.id == conversation_id)
            .values(next_seq=conversations.c.next_seq + 1, open_choices=_choices(reply))
            .returning(conversations.c.next_seq, conversations.c.channel)
        )
    ).one_or_none()
    if taken is None:
        return None
    seq = int(taken.next_seq) - 1
    await connection.execute(_said(conversation_id, taken.channel, seq, reply, sent_as))
    return seq


async def say_as(writing: Writing, conversation_id: ConversationId, channel: str, seq: int, reply: Reply) -> None:
    """Append a reply under a number that is known to be the next, for the conversation is locked."""
    reply = with_choice_ids(reply)
    await writing.execute(
        update(conversations)
        .where(conversations.c.id == conversation_id)
        .values(next_seq=seq + 1, open_choices=_choices(reply))
    )
    await writing.execute(_said(conversation_id, channel, seq, reply))


def _choices(reply: Reply) -> list[dict[str, str]] | None:
    return [button.stored() for button in reply.buttons] or None


def _said(
    conversation_id: ConversationId, channel: str, seq: int, reply: Reply, sent_as: str | None = None
) -> Insert:
    moment = now()
    body = reply.stored()
    if sent_as is not None:
        body["text"] = mask(reply.text)
    status = "pulled" if channel in PULLED_CHANNELS else "pending"
    sent = {"status": "sent", "sent_at": moment, "platform_message_id": sent_as} if sent_as else {"status": status}
    return insert(outbox).values(
        conversation_id=conversation_id,
        seq=seq,
        author=reply.author.value,
        body=body,
        outcome=reply.outcome.value,
        created_at=moment,
        **sent,
    )


async def announce(connection: Writing, wakeups: Wakeups, channel: str, conversation_id: ConversationId) -> None:
    """Tell other processes, when the transaction commits, that something was said."""
    await wakeups.announce_reply(connection, conversation_id)
    if channel not in PULLED_CHANNELS:
        await wakeups.announce_outgoing(connection, channel)


async def give_up_waiting(
    connection: Writing, conversation_id: ConversationId, author: Author | None = None
) -> None:
    """Mark what waits to be sent as failed; what is being sent at this moment may still arrive.

    Args:
        connection: An open writing transaction.
        conversation_id: Whose.
        author: Only what this one wrote; None for all.
    """
    waiting = update(outbox).where(outbox.c.conversation_id == conversation_id, outbox.c.status == "pending")
    if author is not None:
        waiting = waiting.where(outbox.c.author == author.value)
    await connection.execute(waiting.values(status="failed", retry_at=None))
