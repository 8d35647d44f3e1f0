"""What channels tell the desk: officers who write in a platform's own console, and citizens who block us."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.messages import ConversationId, Reply
from bot.conversations.saying import say
from bot.conversations.states import State, StateConflict, change_state
from bot.conversations.wakeups import Wakeups
from bot.handoff.copies import Copies
from bot.handoff.desk import Desk
from bot.handoff.edges import Edges
from bot.handoff.model import End, Officer, Reason, Refused, officer_of
from bot.handoff.moves import Moves
from bot.handoff.rows import lock_conversation, open_handoff
from bot.storage.handoff_tables import officer_lines, officers


class Platforms:
    """The desk as channels see it; see `PlatformDesk`."""

    def __init__(self, desk: Desk, edges: Edges, copies: Copies, wakeups: Wakeups, moves: Moves) -> None:
        self._desk = desk
        self._edges = edges
        self._copies = copies
        self._wakeups = wakeups
        self._moves = moves

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
        """T10, T3 or another line of a talk that goes on; see `PlatformDesk.echoed`."""
        officer = await _officer(connection, admin)
        try:
            handoff, conversation = await self._desk.begin_in(
                connection, conversation_id, officer, Reason.CONSOLE, is_echo=True
            )
        except Refused as error:
            raise StateConflict(conversation_id) from error
        known = await connection.scalar(select(officer_lines.c.id).where(officer_lines.c.origin == origin))
        if known is None and reply.text:
            seq = await say(connection, conversation.id, reply, sent_as=sent_as)
            await self._edges.officer_wrote(
                connection, handoff, conversation, officer, seq or 0, origin, conversation.channel
            )
        await self._wakeups.announce_reply(connection, conversation_id)

    async def handed_back(self, connection: AsyncConnection, conversation_id: ConversationId) -> None:
        """T7 from the platform's own console; see `PlatformDesk.handed_back`."""
        await self._close(connection, conversation_id, End.HANDED_BACK)

    async def unreachable(self, connection: AsyncConnection, conversation_id: ConversationId) -> None:
        """T11 without erasure; see `PlatformDesk.unreachable`."""
        await self._close(connection, conversation_id, End.UNREACHABLE)

    async def arrive(
        self, connection: AsyncConnection, conversation_id: ConversationId, channel: str, token: str
    ) -> bool:
        """Carry a conversation on here; see `PlatformDesk.arrive`."""
        return await self._moves.arrive(connection, conversation_id, channel, token)

    def wake(self, conversation_id: ConversationId, channel: str) -> None:
        """Tell readers and senders of this process, after the transaction."""
        self._wakeups.reply(conversation_id)
        self._wakeups.outgoing(channel)
        self._copies.wake()

    async def _close(self, connection: AsyncConnection, conversation_id: ConversationId, reason: End) -> None:
        conversation = await lock_conversation(connection, conversation_id)
        if conversation is None:
            return
        handoff = await open_handoff(connection, conversation_id)
        if handoff is not None:
            await self._edges.end(connection, handoff, conversation, reason, None)
        elif conversation.held.state is not State.BOT:
            await change_state(connection, conversation_id, conversation.held, State.BOT)


async def _officer(connection: AsyncConnection, admin: str) -> Officer | None:
    row = (
        await connection.execute(
            select(officers).where(officers.c.zalo_admin == admin, officers.c.disabled_at.is_(None))
        )
    ).one_or_none()
    return None if row is None else officer_of(row)
