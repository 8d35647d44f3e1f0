"""“Is typing”: a signal between citizen and officer that nobody stores.

It travels as a wake-up under a name of its own, so it reaches readers in every process and is simply lost
when nobody reads.
"""

from __future__ import annotations

from bot.conversations.messages import ConversationId
from bot.conversations.wakeups import Wakeups
from bot.storage.database import Database

SHOWN_SECONDS = 5
"""How long a reader shows it; whoever types on tells again before."""


def typing_name(conversation_id: str, author: str) -> ConversationId:
    """Return the name under which `Wakeups` tells that `author` (`citizen` or `officer`) types."""
    return ConversationId(f"@typing-{author}:{conversation_id}")


class Typing:
    """Tells that somebody types."""

    def __init__(self, database: Database, wakeups: Wakeups) -> None:
        self._database = database
        self._wakeups = wakeups

    async def tell(self, conversation_id: str, author: str) -> None:
        """Tell all who read the conversation, in this process and in others."""
        name = typing_name(conversation_id, author)
        self._wakeups.reply(name)
        if self._database.is_postgresql:
            async with self._database.write() as connection:
                await self._wakeups.announce_reply(connection, name)
