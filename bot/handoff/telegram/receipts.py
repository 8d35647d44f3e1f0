"""Receipts: the bot reacts to an officer's message with how it fared on its way to the citizen."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update

from bot.channels.sending import NotTaken
from bot.channels.wording import RESEND
from bot.clock import aware, now
from bot.conversations.outbox import DeliveryError, RetryLater
from bot.handoff.telegram.api import GroupApi, TopicClosed
from bot.handoff.telegram.groups import Groups
from bot.storage.database import Database
from bot.storage.handoff_tables import handoffs, officer_lines
from bot.storage.tables import outbox

logger = logging.getLogger(__name__)

EMOJI = {"stored": "👀", "sent": "👍", "failed": "💔", "unknown": "🤔"}
"""Telegram takes only some; ✓ and ✗ are not among them."""
PATIENCE = timedelta(seconds=3)
"""So long a message may be on its way before 👀 is worth a call."""
LOOKED_BACK = timedelta(days=2)
AT_ONCE = 20
FAILED = "Tin này chưa tới được người dân (người dân chặn, hoặc hết hạn nhắn tin của kênh)."
UNKNOWN = "Đường truyền gián đoạn, chưa rõ người dân đã nhận tin này chưa. Hệ thống đã hỏi lại người dân."
_FINAL = ("sent", "failed", "unknown", "off")


class Receipts:
    """Keeps reactions up to date; the queue is `officer_lines.told` compared with the outbox."""

    def __init__(self, database: Database, groups: Groups, api: GroupApi) -> None:
        self._database = database
        self._groups = groups
        self._api = api

    def first_group(self) -> int:
        """Return the group whose pace counts for receipts."""
        return self._groups.first()

    async def round(self) -> None:
        """React where something changed.

        Raises:
            RetryLater: The group had enough for now.
        """
        for row in await self._open():
            wanted = await self._wanted(row)
            if wanted is None or wanted == row.told:
                continue
            chat_id, message_id = _origin(row.origin)
            try:
                if message_id is not None and chat_id in self._groups.all():
                    await self._api.react(chat_id, message_id, EMOJI[wanted])
                    if wanted in {"failed", "unknown"}:
                        # Said before it is noted: said twice is better than not at all.
                        text = FAILED if wanted == "failed" else UNKNOWN
                        await self._api.send(chat_id, int(row.topic_id or 0) or None, text, reply_to=message_id)
            except (RetryLater, NotTaken) as error:
                raise error if isinstance(error, RetryLater) else RetryLater(2.0) from error
            except TopicClosed:
                # Whoever closed it does not wait for a receipt.
                wanted = "off"
            except DeliveryError as error:
                logger.info("no receipt for line %s: %s", row.id, type(error).__name__)
                wanted = "off"
            await self._note(row.id, wanted)

    async def _open(self) -> list[Any]:
        statement = (
            select(officer_lines, outbox.c.status, outbox.c.id.label("outbox_id"), handoffs.c.topic_id)
            .join(handoffs, handoffs.c.id == officer_lines.c.handoff_id)
            .join(
                outbox,
                (outbox.c.conversation_id == officer_lines.c.conversation_id)
                & (outbox.c.seq == officer_lines.c.seq),
            )
            .where(
                officer_lines.c.origin.like("telegram:%"),
                or_(officer_lines.c.told.is_(None), officer_lines.c.told.not_in(_FINAL)),
                officer_lines.c.at > now() - LOOKED_BACK,
            )
            .order_by(officer_lines.c.id)
            .limit(AT_ONCE)
        )
        async with self._database.read() as connection:
            return list(await connection.execute(statement))

    async def _wanted(self, row: Any) -> str | None:
        match row.status:
            case "sent" | "pulled":
                # Pages read what is stored; there is nothing further to wait for.
                return "sent"
            case "failed":
                return "unknown" if await self._is_asked(row) else "failed"
            case _:
                return "stored" if now() - aware(row.at) > PATIENCE else None

    async def _is_asked(self, row: Any) -> bool:
        """Say whether the citizen was asked whether the line arrived."""
        wanted = f"{RESEND} {row.outbox_id}"
        statement = (
            select(outbox.c.body)
            .where(outbox.c.conversation_id == row.conversation_id, outbox.c.seq > row.seq)
            .order_by(outbox.c.seq)
            .limit(20)
        )
        async with self._database.read() as connection:
            bodies = list(await connection.scalars(statement))
        return any(button["payload"] == wanted for body in bodies for button in body.get("buttons", ()))

    async def _note(self, line_id: int, told: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(officer_lines).where(officer_lines.c.id == line_id).values(told=told))


def _origin(origin: str) -> tuple[int, int | None]:
    """Return group and message of an origin; a message that came otherwise has none."""
    parts = origin.split(":")
    try:
        return int(parts[1]), int(parts[2]) if len(parts) == 3 else None
    except (IndexError, ValueError):
        return 0, None
