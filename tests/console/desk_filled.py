"""Somebody waits at the desk, whatever the time of day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from bot.clock import now
from bot.conversations.messages import ConversationId
from bot.handoff.model import Handoff, Officer, Reason
from bot.service import Service
from bot.storage.handoff_tables import contact_requests, handoffs

PHONE = "0912000111"


async def colleague(service: Service, name: str = "Đồng nghiệp", **columns: Any) -> Officer:
    """Return an officer without an account of the console."""
    return await service.handoffs.officers.add(name, **columns)


async def waiting(service: Service, conversation: str, **columns: Any) -> Handoff:
    """Put a conversation into the queue, as if its citizen had asked and agreed."""
    desk = service.handoffs.desk
    officer = await colleague(service, "Người mở")
    begun = await desk.begin(ConversationId(conversation), officer, Reason.OFFICER)
    await desk.give_back(begun.id, officer)
    values = {
        "reason": "citizen",
        "summary": "Hỏi lệ phí khai sinh.",
        "procedure": "1.001193",
        "consent_at": now(),
    }
    values |= {"claimed_at": None, "last_citizen_at": now()}
    async with service.database.write() as connection:
        await connection.execute(update(handoffs).where(handoffs.c.id == begun.id).values(values | columns))
    return await desk.find(begun.id)


async def left_message(service: Service, conversation: str, **columns: Any) -> int:
    """Leave a message for officers, to be called back."""
    values = {
        "conversation_id": conversation,
        "state": "open",
        "department": service.handoffs.offices.default,
        "question": "Khai sinh muộn thì nộp ở đâu?",
        "reply_by": "phone",
        "phone": PHONE,
        "wish": "Buổi sáng",
        "due_at": now() + timedelta(hours=4),
        "created_at": now(),
    }
    async with service.database.write() as connection:
        made = await connection.execute(
            insert(contact_requests).values(values | columns).returning(contact_requests.c.id)
        )
        return int(made.scalar_one())
