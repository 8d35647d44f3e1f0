"""Erasing what the desk knows of one conversation; what stays is times and codes, for figures."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.storage.handoff_tables import desk_copies, desk_timers, handoff_notes, handoffs
from bot.storage.tables import conversations

TEXTS = {"summary": None, "rating_text": None, "dossier": None}
"""Columns of a handoff that say something about a person."""
TOPIC_PLACE = "telegram"


async def forget_at_desk(connection: AsyncConnection, conversation_id: str) -> None:
    """Erase what officers got of a conversation that is about to be deleted.

    Lines, contact requests and moves hang on the conversation and go with it. Officers who hold it are
    told that it is over, and what stands in a topic outside is to be deleted there.
    """
    await connection.execute(
        select(conversations.c.id).where(conversations.c.id == conversation_id).with_for_update()
    )
    rows = (await connection.execute(select(handoffs).where(handoffs.c.conversation_id == conversation_id))).all()
    if not rows:
        return
    ids = [row.id for row in rows]
    moment = now()
    await connection.execute(delete(desk_timers).where(desk_timers.c.handoff_id.in_(ids)))
    await connection.execute(delete(handoff_notes).where(handoff_notes.c.handoff_id.in_(ids)))
    await connection.execute(delete(desk_copies).where(desk_copies.c.handoff_id.in_(ids)))
    for row in rows:
        if row.topic_id is not None:
            body = {"topic_chat": row.topic_chat, "topic_id": row.topic_id}
            await connection.execute(
                insert(desk_copies).values(
                    place=TOPIC_PLACE, handoff_id=row.id, kind="erased", body=body, created_at=moment
                )
            )
    await connection.execute(
        update(handoffs)
        .where(handoffs.c.id.in_(ids), handoffs.c.status != "ended")
        .values(status="ended", end_reason="erased", ended_at=moment)
    )
    await connection.execute(
        update(handoffs)
        .where(handoffs.c.id.in_(ids))
        .values(conversation_id=None, topic_chat=None, topic_id=None, card_id=None, **TEXTS)
    )
