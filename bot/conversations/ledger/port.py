"""What the inbox and the dispatcher need of a ledger; the same promises on every database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from bot.conversations.messages import Reply


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be stored; its texts are masked."""

    conversation_id: str
    channel: str
    platform_message_id: str
    kind: str
    text: str
    choice_id: str | None
    text_when_asked: Mapping[str, str] = field(default_factory=dict)
    """Stored instead of `text`, by what the conversation was asked for when the message gets its number."""


class Stored(NamedTuple):
    """Where a message was stored."""

    inbox_id: int
    seq: int


class ClaimedRow(NamedTuple):
    """A claimed message with all that its turn reads."""

    id: int
    seq: int
    channel: str
    kind: str
    text: str
    choice_id: str | None
    attempts: int
    """Claims of this message, this one included."""
    state: str
    state_version: int
    open_choices: list[dict[str, str]] | None
    awaits: str | None
    """What the conversation was asked for."""
    events: str | None
    """Stored dialogue state (JSON)."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What the end of a turn writes."""

    conversation_id: str
    inbox_id: int
    attempts: int
    """As claimed: a claim that somebody else has taken over ends nothing."""
    state_version: int
    """As claimed: a conversation that somebody else has taken gets no words of the bot."""
    replies: tuple[Reply, ...]
    """With ids on their buttons."""
    dialogue: str | None
    """The new dialogue state, None when it did not change."""
    understanding: dict[str, Any] | None
    release: str | None
    awaits: str | None
    """What the conversation is asked for now."""
    stored_text: str | None
    """Replaces the text of the message, None when that may stay."""
    is_pulled: bool
    """Whether the channel fetches its messages; the others wait to be sent."""


@dataclass(frozen=True, slots=True)
class Notices:
    """What other processes are told when the end of a turn commits; None tells nobody."""

    reply: str | None = None
    outgoing: str | None = None


class Ledger(Protocol):
    """The rows of a turn."""

    async def store(
        self, message: NewMessage, notice: str | None = None, before_seen: Callable[[int], None] | None = None
    ) -> Stored | None:
        """Store a message under the next number of its conversation.

        Args:
            message: What was said.
            notice: Tells other processes of it, where there are any.
            before_seen: Called with the id of the message before anybody can claim it.

        Returns:
            Where it stands, or None for an unknown conversation.

        Raises:
            IntegrityError: The platform has delivered it before.
        """

    async def claim(self, conversation_id: str, lease: timedelta) -> ClaimedRow | None:
        """Claim the oldest waiting message of a conversation, when it is due and nobody has it.

        The claim is counted before the turn begins, so a message that ends the process has been counted,
        too. It holds until the lease ends.
        """

    async def end(self, ending: Ending, notices: Notices) -> int | None:
        """Write all that a turn produced, or nothing.

        Returns:
            The number of the first reply, or None when the message is no longer ours to answer.
        """
