"""What the dispatcher needs of a desk: who answers when it is not the bot's turn."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.messages import ConversationId, Reply, TurnResult
from bot.conversations.queue import Claim


class CitizenDesk(Protocol):
    """Takes messages of citizens that are for a person, or about getting one."""

    async def take(self, claim: Claim, text: str, payload: str | None) -> TurnResult | None:
        """Deal with a message and end its turn, all in one transaction.

        Args:
            claim: The message.
            text: As typed where this process still has it, else masked.
            payload: The command behind a button that was pressed or named.

        Returns:
            What was said, or None when the message is the bot's.

        Raises:
            StateConflict: Somebody changed the conversation meanwhile; nothing was written.
        """

    async def grant(self, claim: Claim, result: TurnResult) -> TurnResult:
        """End a turn of the bot in which a person was asked for; return what was said.

        Raises:
            StateConflict: As for `take`.
        """


class PlatformDesk(Protocol):
    """What channels tell the desk, in the transaction of the event; and moving from one channel to another."""

    async def echoed(
        self,
        connection: AsyncConnection,
        conversation_id: ConversationId,
        admin: str,
        reply: Reply,
        *,
        sent_as: str,
        origin: str,
    ) -> None:
        """An officer wrote in the platform's own console: they hold the conversation, the bot is silent.

        Args:
            connection: An open writing transaction.
            conversation_id: Where.
            admin: The platform's name for the officer.
            reply: What they wrote, which the citizen has already; an empty text only takes over.
            sent_as: The platform's id of the message.
            origin: Id of the event, unique over all channels.

        Raises:
            StateConflict: Somebody changed the conversation meanwhile; the event is to be taken anew.
        """

    async def handed_back(self, connection: AsyncConnection, conversation_id: ConversationId) -> None:
        """An officer gave the conversation back to the bot in the platform's own console.

        Raises:
            StateConflict: As for `echoed`.
        """

    async def unreachable(self, connection: AsyncConnection, conversation_id: ConversationId) -> None:
        """The citizen blocked us: nobody can talk with them any more.

        Raises:
            StateConflict: As for `echoed`.
        """

    async def arrive(
        self, connection: AsyncConnection, conversation_id: ConversationId, channel: str, token: str
    ) -> bool:
        """Carry on here what was begun on another channel; say whether the link was good.

        What is said to the citizen, also of a bad link, is written in the same transaction.
        """

    def wake(self, conversation_id: ConversationId, channel: str) -> None:
        """Tell readers and senders of this process, after the transaction."""
