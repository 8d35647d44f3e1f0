"""Whether a citizen can be written to: they may have blocked us, or their platform takes nothing any more."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.contacts import unreachable_since
from bot.handoff.model import Refused, Why, request_number
from bot.handoff.rows import Conversation
from bot.handoff.windows import Windows, closed_sentence
from bot.storage.handoff_tables import contact_requests


async def check_reachable(
    connection: AsyncConnection, conversation: Conversation, windows: Windows, is_blocked: bool | None = None
) -> None:
    """Make sure that the citizen and their platform let us write.

    Args:
        connection: An open transaction.
        conversation: Where.
        windows: Until when platforms take answers.
        is_blocked: Whether they blocked us, where the caller knows.

    Raises:
        Refused: They blocked us, or the platform takes no answer any more.
    """
    if is_blocked is None:
        is_blocked = await unreachable_since(connection, conversation.id) is not None
    if is_blocked:
        raise Refused(Why.UNREACHABLE, "Người dân đã chặn nên tin không gửi được.")
    window = windows.of(conversation.channel, conversation.last_message_at)
    if window is None or window.is_open:
        return
    left = await connection.scalar(
        select(contact_requests.c.id)
        .where(
            contact_requests.c.conversation_id == conversation.id,
            contact_requests.c.state == "open",
            contact_requests.c.phone.is_not(None),
        )
        .order_by(contact_requests.c.id.desc())
    )
    raise Refused(Why.WINDOW, closed_sentence(window, None if left is None else request_number(left)))
