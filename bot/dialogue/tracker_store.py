"""Rasa's memory on our tables: asynchronous, masked, bounded, and failing loudly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import delete, insert, select

from bot.clock import now
from bot.dialogue.history import awaits, read_events, stored_events, understanding
from bot.dialogue.turn_memory import current_memory
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import ensure_tables
from bot.storage.tables import dialogue_states


class DialogueStore(TrackerStore):
    """One row per conversation, replaced at each turn.

    Inside a turn the row travels with the turn (see `turn_memory`) and is written by the dispatcher
    together with the replies. Outside, as in `rasa shell`, the store uses the database itself.

    Give each agent its own instance: creating an `Agent` resets the store's domain, which would
    blank the slots of a conversation in flight.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        database: Database | None = None,
        **_: Any,
    ) -> None:
        """Rasa passes `host` and what else stands in `endpoints.yml`; only the domain is used."""
        super().__init__(domain, event_broker)
        self._database = database

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the running session, or None for a new conversation.

        Raises:
            SQLAlchemyError: The database failed; the turn is repeated later, never answered blank.
        """
        memory = current_memory(sender_id)
        stored = memory.before if memory else await self._read(sender_id)
        if memory and memory.after is not None:
            stored = memory.after
        if stored is None:
            return None
        return DialogueStateTracker.from_events(sender_id, read_events(stored), self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Replace the stored session; the live tracker keeps the original texts."""
        stored = stored_events(tracker)
        memory = current_memory(tracker.sender_id)
        if memory:
            memory.after = stored
            memory.understanding = understanding(tracker)
            memory.awaits = awaits(tracker)
        else:
            await self._write(tracker.sender_id, stored)

    async def keys(self) -> Iterable[str]:
        """Return every stored conversation id."""
        async with (await self._open()).read() as connection:
            return list(await connection.scalars(select(dialogue_states.c.conversation_id)))

    async def _open(self) -> Database:
        if self._database is None:
            self._database = Database(Settings().database_url)
            await ensure_tables(self._database)
        return self._database

    async def _read(self, sender_id: str) -> str | None:
        statement = select(dialogue_states.c.events).where(dialogue_states.c.conversation_id == sender_id)
        async with (await self._open()).read() as connection:
            return await connection.scalar(statement)

    async def _write(self, sender_id: str, stored: str) -> None:
        async with (await self._open()).write() as connection:
            await connection.execute(delete(dialogue_states).where(dialogue_states.c.conversation_id == sender_id))
            await connection.execute(
                insert(dialogue_states).values(conversation_id=sender_id, events=stored, updated_at=now())
            )
