"""The dialogue state of the turn in progress, handed to the tracker store without a database trip.

The dispatcher has read the stored state with the message and writes the new one with the replies, in
one transaction. Rasa only knows `TrackerStore.retrieve` and `save`, called somewhere below
`handle_message`; a context variable carries the state there and back.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from bot.conversations.messages import PersonWanted


@dataclass(slots=True)
class TurnMemory:
    """Stored dialogue state (JSON) before the turn, and after it once Rasa has saved."""

    conversation_id: str
    before: str | None
    after: str | None = None
    understanding: dict[str, Any] = field(default_factory=dict)
    """What Rasa understood of the message, masked."""
    secret: object | None = None
    """What the citizen gave as proof; lives as long as the turn and is seen by actions only."""
    awaits: str | None = None
    """What the dialogue asks for after this turn."""
    wants: PersonWanted | None = None
    """Set by an action when a person is asked for."""
    waits_for: Future[Any] | None = None
    """Set by an action that needs an answer from elsewhere first; the turn is then run again."""


_current: ContextVar[TurnMemory | None] = ContextVar("turn_memory", default=None)


@contextmanager
def remembering(memory: TurnMemory) -> Iterator[TurnMemory]:
    """Make `memory` the state that the tracker store reads and writes in this task."""
    token = _current.set(memory)
    try:
        yield memory
    finally:
        _current.reset(token)


def current_memory(conversation_id: str) -> TurnMemory | None:
    """Return the memory of the turn in progress for this conversation, or None outside a turn."""
    memory = _current.get()
    return memory if memory is not None and memory.conversation_id == conversation_id else None
