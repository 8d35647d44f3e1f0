"""What a channel is, and what the rest of the house may ask of one.

A channel turns what its platform delivers into `Incoming` messages and acknowledges them only after
`Inbox.accept` has returned. It renders replies for its platform, and decides nothing else. The web
channel is pulled from; Telegram and Zalo are pushed to and do more by themselves: they connect, poll,
renew tokens, and tell how they are. `tests/channels/test_conformance.py` holds all of them to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from fastapi import APIRouter

from bot.conversations.messages import ConversationId
from bot.conversations.outbox import Delivery, SendTimes


class Channel(Protocol):
    """One way for citizens to write to us."""

    @property
    def name(self) -> str:
        """The value of `channel` in all tables, at most 16 characters."""

    def router(self) -> APIRouter:
        """Return the channel's side towards the network: an API of ours or a platform's webhook."""


class HealthState(StrEnum):
    """How a channel is; none of these makes the rest of the service unready."""

    OK = "ok"
    CONNECTING = "connecting"
    TROUBLE = "trouble"
    STOPPED = "stopped"
    """Somebody must act: a wrong token, a withdrawn permission."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a channel is, with a sentence for the operator; never a token or a text of a citizen."""

    state: HealthState
    detail: str = ""

    def shown(self) -> dict[str, str]:
        """Return the form used by `/readyz`."""
        return {"state": self.state.value, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class ReplyWindow:
    """Until when the platform lets us write to a citizen; None is without limit."""

    free_until: datetime | None = None
    reply_until: datetime | None = None
    is_reachable: bool = True


@runtime_checkable
class PushedChannel(Channel, Delivery, Protocol):
    """A channel whose platform calls us and is called by us.

    `deliver` follows one rule beyond `Delivery`: it raises `RetryLater` when the platform certainly
    has not got the message, `Undeliverable` when it never will, and anything else only when nobody
    knows. The outbox counts an attempt only in the last case, so a second attempt means: look first.
    """

    @property
    def send_times(self) -> SendTimes:
        """The rhythm in which the outbox sends to this platform."""

    async def run(self) -> None:
        """Do what the channel does by itself, until cancelled; outlives any failure."""

    def health(self) -> Health:
        """Return how the channel is, from memory."""

    async def fetch_file(self, source: Mapping[str, Any], limit: int) -> bytes:
        """Return a file that a citizen sent, at most `limit` bytes; see `bot.attachments.fetching.FetchFile`."""

    def public_address(self) -> str | None:
        """Return the https address that opens a chat with us, as soon as it is known."""

    async def reply_window(self, conversation_id: ConversationId) -> ReplyWindow:
        """Return until when an officer or the bot may write in this conversation."""

    async def tell(self, address: str, text: str) -> None:
        """Send a line past the outbox and forget it: for what must leave no trace, such as an erasure.

        Failures are logged by kind and not repeated.
        """
