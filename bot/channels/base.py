"""What a channel is."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter


class Channel(Protocol):
    """One way for citizens to write to us.

    A channel turns what its platform delivers into `Incoming` messages and acknowledges them only
    after `Inbox.accept` has returned. It renders replies for its platform, and decides nothing else.
    """

    @property
    def name(self) -> str:
        """The value of `channel` in all tables, at most 16 characters."""

    def router(self) -> APIRouter:
        """Return the channel's side towards the network: an API of ours or a platform's webhook."""
