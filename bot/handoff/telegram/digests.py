"""The morning digest in officers' groups: one message for all departments of a group, never twice."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from html import escape

from bot.channels.sending import NotTaken
from bot.clock import VIETNAM, now
from bot.conversations.outbox import RetryLater
from bot.handoff.contacts import ContactRequest
from bot.handoff.handoffs import Handoffs
from bot.handoff.sentences import WEEKDAYS
from bot.handoff.telegram.api import Buttons, GroupApi
from bot.handoff.telegram.card import moment
from bot.handoff.telegram.copies import CopyQueue, Row
from bot.handoff.telegram.groups import Groups

logger = logging.getLogger(__name__)

MOST_LISTED = 15
RETRY_SECONDS = 2.0


class Digests:
    """Shows digests."""

    def __init__(
        self, desk: Handoffs, queue: CopyQueue, groups: Groups, api: GroupApi, console: str | None
    ) -> None:
        self._desk = desk
        self._queue = queue
        self._groups = groups
        self._api = api
        self._console = console

    async def show(self, rows: Sequence[Row]) -> None:
        """Post what still waits in the departments that are named, in the group of each.

        Raises:
            RetryLater: The group had enough for now; nothing was sent.
        """
        by_group: dict[int | None, list[Row]] = defaultdict(list)
        for row in rows:
            by_group[self._groups.of(str(row.body["department"]))].append(row)
        for group, told in by_group.items():
            fresh = [row for row in told if not row.attempts]
            if given_up := [row for row in told if row.attempts]:
                # A process died while it sent: nobody knows, and the console shows the same.
                await self._queue.failed(given_up)
            if fresh:
                await self._show(group, fresh)

    async def _show(self, group: int | None, rows: Sequence[Row]) -> None:
        waiting = await self._waiting({str(row.body["department"]) for row in rows})
        if group is None or not waiting:
            await self._queue.sent(rows)
            return
        await self._queue.claim(rows)
        buttons: Buttons = [[("Mở danh sách", f"{self._console}/console/desk/contacts")]] if self._console else []
        try:
            message_id = await self._api.send(group, None, self._text(waiting), buttons)
        except (RetryLater, NotTaken) as error:
            await self._queue.give_back(rows, RETRY_SECONDS)
            raise error if isinstance(error, RetryLater) else RetryLater(RETRY_SECONDS) from error
        except Exception as error:
            logger.warning("the morning digest was not shown: %s", type(error).__name__)
            await self._queue.failed(rows)
        else:
            await self._queue.sent(rows, message_id)

    async def _waiting(self, departments: Collection[str]) -> list[ContactRequest]:
        offices = self._desk.offices
        return [
            one
            for one in await self._desk.contacts.open()
            if (one.department if one.department in offices.names else offices.default) in departments
        ]

    def _text(self, waiting: Sequence[ContactRequest]) -> str:
        today = now().astimezone(VIETNAM)
        rows = [
            f"☀ <b>{len(waiting)} lời nhắn ngoài giờ đang chờ trả lời</b> · "
            f"{WEEKDAYS[today.weekday()]}, {today:%d/%m/%Y}"
        ]
        for one in waiting[:MOST_LISTED]:
            how = "gọi điện" if one.reply_by == "phone" else "nhắn trong cuộc trò chuyện"
            due = f" · hẹn trước {moment(one.due_at, with_day=True)}" if one.due_at else ""
            rows.append(f"{one.number} · {escape(self._desk.offices.name(one.department))} · {how}{due}")
        if len(waiting) > MOST_LISTED:
            rows.append(f"… và {len(waiting) - MOST_LISTED} lời nhắn khác.")
        rows.append("Trả lời tin của từng lời nhắn ở trên để nhắn cho người dân.")
        return "\n".join(rows)
