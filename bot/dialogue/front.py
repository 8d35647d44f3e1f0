"""Who reads a message before Rasa does, and may keep parts of it from Rasa."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.conversations.messages import Turn


@dataclass(frozen=True, slots=True)
class Fronted:
    """A message as the front read it."""

    text: str
    """What Rasa may read, when there is no command."""
    command: str | None = None
    """A trusted command instead of the text: the message is fully understood."""
    secret: object | None = None
    """What only the action may see."""
    stored_text: str | None = None
    """The message in the form in which it may be kept, when that differs."""


Front = Callable[[Turn], Fronted]


def open_front(turn: Turn) -> Fronted:
    """Let every message through as it is."""
    return Fronted(turn.text)
