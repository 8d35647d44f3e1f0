"""A turn that has to wait for somebody else's system lets go of everything meanwhile."""

from __future__ import annotations

from asyncio import Future
from typing import Any


class TurnWaits(Exception):
    """The turn cannot end yet; nothing of it is kept, and it is run again when `until` is done.

    Meanwhile it holds neither a slot of the dispatcher nor a connection, so that a slow system of
    others costs other conversations nothing.
    """

    def __init__(self, until: Future[Any]) -> None:
        self.until = until
        super().__init__()
