"""One topic for each handoff: made when it is needed, with the card at its top, closed at the end."""

from __future__ import annotations

import contextlib
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update

from bot.clock import now
from bot.handoff.copies import EARLIER_LINES
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import Handoff, handoff_of
from bot.handoff.telegram.api import Buttons, GroupApi, TopicGone
from bot.handoff.telegram.card import Seen, card, card_buttons, topic_name
from bot.handoff.telegram.groups import Groups
from bot.storage.database import Database
from bot.storage.handoff_tables import handoffs

logger = logging.getLogger(__name__)

MOST_REMEMBERED = 1_000
REUSED_FOR = timedelta(days=7)
"""A citizen who comes back so soon gets the old topic."""
ProcedureName = Callable[[str], str | None]


class Topics:
    """Topics and cards."""

    def __init__(
        self,
        database: Database,
        desk: Handoffs,
        groups: Groups,
        api: GroupApi,
        procedure_name: ProcedureName,
        console: str | None,
    ) -> None:
        self._database = database
        self._desk = desk
        self._groups = groups
        self._api = api
        self._procedure_name = procedure_name
        self._console = console
        self._shown: OrderedDict[int, tuple[str, Buttons]] = OrderedDict()
        """Cards as this process showed them last."""

    async def find(self, chat_id: int, thread: int) -> Handoff | None:
        """Return the newest handoff of a topic, or None."""
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(handoffs)
                    .where(handoffs.c.topic_chat == str(chat_id), handoffs.c.topic_id == str(thread))
                    .order_by(handoffs.c.id.desc())
                    .limit(1)
                )
            ).one_or_none()
        return handoff_of(row) if row else None

    async def place(self, handoff: Handoff) -> bool | None:
        """Make the topic of a handoff if it is missing; return whether its card is new, None without a group.

        The card is there afterwards too. A crash in between leaves an empty topic, which harms nobody.
        """
        chat_id = self._groups.of(handoff.department)
        if chat_id is None:
            return None
        if handoff.topic_id is not None and handoff.topic_chat != str(chat_id):
            await self._leave(handoff)
            handoff = await self._desk.desk.find(handoff.id)
        if handoff.topic_id is None:
            thread = await self._reused(handoff, chat_id) or await self._api.create_topic(
                chat_id, self._name(handoff)
            )
            await self._note(handoff.id, topic_chat=str(chat_id), topic_id=str(thread), card_id=None)
            handoff = await self._desk.desk.find(handoff.id)
        thread = int(handoff.topic_id or 0)
        if handoff.card_id is not None:
            return False
        seen = await self.seen(handoff)
        text, buttons = card(seen), card_buttons(seen)
        card_id = await self._api.send(chat_id, thread, text, buttons)
        self._remember(handoff.id, text, buttons)
        await self._note(handoff.id, card_id=str(card_id))
        return True

    async def show_card(self, handoff: Handoff) -> None:
        """Bring the card up to date, in its place."""
        if handoff.topic_chat is None or handoff.card_id is None:
            return
        seen = await self.seen(handoff)
        text, buttons = card(seen), card_buttons(seen)
        if self._shown.get(handoff.id) == (text, buttons):
            # Telegram counts an edit that changes nothing like any other.
            return
        try:
            await self._api.edit(int(handoff.topic_chat), int(handoff.card_id), text, buttons)
            self._remember(handoff.id, text, buttons)
        except TopicGone:
            # Only the message may be gone; the next line finds out whether the topic is.
            await self._note(handoff.id, card_id=None)
            raise

    async def close(self, handoff: Handoff) -> None:
        """Close the topic of a handoff that ended."""
        if handoff.topic_chat is None or handoff.topic_id is None:
            return
        chat_id, thread = int(handoff.topic_chat), int(handoff.topic_id)
        await self._api.rename_topic(chat_id, thread, self._name(handoff))
        await self._api.close_topic(chat_id, thread)

    async def reopen(self, handoff: Handoff) -> None:
        """Open the topic again, because something is to be said in it."""
        if handoff.topic_chat is not None and handoff.topic_id is not None:
            await self._api.reopen_topic(int(handoff.topic_chat), int(handoff.topic_id))

    async def gone(self, handoff: Handoff) -> None:
        """Note that somebody deleted the topic; the next copy makes a new one."""
        logger.warning("the topic of handoff %s was deleted", handoff.id)
        await self._note(handoff.id, topic_id=None, card_id=None)

    async def moved(self, handoff: Handoff, chat_id: int) -> None:
        """Note that the group of a topic has another id."""
        if handoff.topic_chat is not None:
            await self._groups.moved(int(handoff.topic_chat), chat_id)
            async with self._database.write() as connection:
                await connection.execute(
                    update(handoffs)
                    .where(handoffs.c.topic_chat == handoff.topic_chat)
                    .values(topic_chat=str(chat_id))
                )

    async def seen(self, handoff: Handoff) -> Seen:
        """Return what the card of a handoff shows now."""
        desk = self._desk
        place = await desk.desk.place(handoff.id)
        officer = await desk.officers.of_id(handoff.officer_id) if handoff.officer_id else None
        after = max(0, handoff.from_seq - 2 * EARLIER_LINES)
        lines = [one for one in await desk.desk.lines(handoff.id, after) if one.seq <= handoff.from_seq]
        if len(lines) < EARLIER_LINES:
            # The citizen may have come from another channel; what was said there belongs to it.
            lines = [*await desk.desk.before_move(handoff.id), *lines]
        return Seen(
            handoff,
            desk.offices.name(handoff.department),
            self._procedure_name(handoff.procedure) if handoff.procedure else None,
            officer.name if officer else None,
            place[0] if place else None,
            await desk.desk.window(handoff),
            lines,
            f"{self._console}/console/desk/{handoff.id}" if self._console else None,
        )

    def _remember(self, handoff_id: int, text: str, buttons: Buttons) -> None:
        self._shown[handoff_id] = text, buttons
        self._shown.move_to_end(handoff_id)
        if len(self._shown) > MOST_REMEMBERED:
            self._shown.popitem(last=False)

    def _name(self, handoff: Handoff) -> str:
        return topic_name(handoff, self._procedure_name(handoff.procedure) if handoff.procedure else None)

    async def _reused(self, handoff: Handoff, chat_id: int) -> int | None:
        """Return the topic of an earlier talk with the same citizen, opened again, or None."""
        async with self._database.read() as connection:
            earlier = await connection.scalar(
                select(handoffs.c.topic_id)
                .where(
                    handoffs.c.conversation_id == handoff.conversation_id,
                    handoffs.c.id < handoff.id,
                    handoffs.c.topic_chat == str(chat_id),
                    handoffs.c.topic_id.is_not(None),
                    handoffs.c.ended_at > now() - REUSED_FOR,
                )
                .order_by(handoffs.c.id.desc())
                .limit(1)
            )
        if earlier is None:
            return None
        try:
            await self._api.reopen_topic(chat_id, int(earlier))
            await self._api.rename_topic(chat_id, int(earlier), self._name(handoff))
        except TopicGone:
            return None
        return int(earlier)

    async def _leave(self, handoff: Handoff) -> None:
        """Close the topic in the group of the department that had the handoff before."""
        with contextlib.suppress(TopicGone):
            await self.close(handoff)
        await self._note(handoff.id, topic_id=None, card_id=None)

    async def _note(self, handoff_id: int, **columns: str | None) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(handoffs).where(handoffs.c.id == handoff_id).values(**columns))
