"""Moving a conversation to another channel by a link that works once, for ten minutes; and back.

What goes along: the procedure and the place under discussion, a request for an officer or the talk with
one, and messages that were left. What does not: anything that was proven. Whoever opens the link learns
nothing from it, and going back can only be asked for where the conversation is now: otherwise a link sent
to somebody else would let its sender take over what that person says afterwards.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware
from bot.conversations.messages import Button, ConversationId, Reply
from bot.conversations.states import State
from bot.conversations.wakeups import Wakeups
from bot.handoff import sentences
from bot.handoff.edges import Edges
from bot.handoff.model import End, Status
from bot.handoff.rows import Conversation, lock_conversation, open_handoff
from bot.handoff.settings import DeskSettings
from bot.storage.database import Database
from bot.storage.handoff_tables import channel_moves, contact_requests
from bot.storage.tables import dialogue_states

CHANNEL_NAMES = {"web": "trang web", "telegram": "Telegram", "zalo": "Zalo"}
PAYLOAD_MARK = "m_"
"""What the payload of a deep link to Telegram begins with."""
TYPED_WORD = "CHUYEN"
"""What a citizen types before the code where links carry nothing."""
RETURN_HOURS = 24
_TYPEABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8
BAD_LINK = sentences.system(
    "Liên kết chuyển kênh này đã hết hạn hoặc đã được dùng. Anh/chị vui lòng lấy liên kết mới ở kênh cũ, "
    "hoặc gõ câu hỏi ngay tại đây."
)
BUSY_HERE = sentences.system(
    "Anh/chị đang có yêu cầu gặp cán bộ ở đây, nên tôi chưa chuyển cuộc trò chuyện kia sang."
)
CANNOT_RETURN = sentences.system("Cuộc trò chuyện này không chuyển lại được nữa. Anh/chị cứ hỏi tiếp tại đây.")

Carry = Callable[[str], str | None]
"""From a stored dialogue to what another conversation may go on with."""


class NotOffered(LookupError):
    """The channel is not switched on."""


@dataclass(frozen=True, slots=True)
class Move:
    """A link to go on elsewhere."""

    to: str
    url: str
    code: str | None
    """What the citizen has to type there, `CHUYEN ABCD2345`, where the link cannot carry it."""
    expires_at: datetime


class Moves:
    """Makes links, and carries conversations over when they are opened."""

    def __init__(
        self,
        database: Database,
        wakeups: Wakeups,
        edges: Edges,
        settings: DeskSettings,
        addresses: Callable[[], Mapping[str, str]],
        carry: Carry,
    ) -> None:
        self._database = database
        self._wakeups = wakeups
        self._edges = edges
        self._settings = settings
        self._addresses = addresses
        self._carry = carry

    def addresses(self) -> Mapping[str, str]:
        """Return channel → https address of the channels one can go on with."""
        return self._addresses()

    async def make(self, conversation_id: ConversationId, to: str) -> Move:
        """Return a link to another channel; an earlier one that was not used works no more.

        Raises:
            NotOffered: The channel is not switched on.
            IntegrityError: The conversation was erased meanwhile.
        """
        address = self._addresses().get(to)
        if address is None:
            raise NotOffered(to)
        carries = to == "telegram"
        token = secrets.token_urlsafe(16) if carries else _code()
        moment = self._edges.clock()
        expires_at = moment + timedelta(minutes=self._settings.move_minutes)
        async with self._database.write() as connection:
            await connection.execute(
                delete(channel_moves).where(
                    channel_moves.c.from_conversation == conversation_id, channel_moves.c.used_at.is_(None)
                )
            )
            await connection.execute(
                insert(channel_moves).values(
                    token_hash=_hash(token),
                    from_conversation=conversation_id,
                    to_channel=to,
                    created_at=moment,
                    expires_at=expires_at,
                )
            )
        if carries:
            return Move(to, f"{address}?start={PAYLOAD_MARK}{token}", None, expires_at)
        return Move(to, address, f"{TYPED_WORD} {token}", expires_at)

    async def arrive(
        self, connection: AsyncConnection, conversation_id: ConversationId, channel: str, token: str
    ) -> bool:
        """Carry a conversation on in this one, in the caller's transaction; say whether the link was good."""
        row = (
            await connection.execute(
                select(channel_moves).where(
                    channel_moves.c.token_hash == _hash(token), channel_moves.c.to_channel == channel
                )
            )
        ).one_or_none()
        source_id = row.from_conversation if row else None
        source, target = await self._lock(connection, source_id, conversation_id)
        if target is None:
            return False
        if row is None or source is None or source.id == target.id:
            await self._edges.tell(connection, target, BAD_LINK)
            return False
        if target.held.state is not State.BOT:
            await self._edges.tell(connection, target, BUSY_HERE)
            return False
        moment = self._edges.clock()
        used = await connection.execute(
            update(channel_moves)
            .where(
                channel_moves.c.id == row.id,
                channel_moves.c.used_at.is_(None),
                channel_moves.c.expires_at > moment,
            )
            .values(used_at=moment, to_conversation=target.id)
        )
        if used.rowcount != 1:
            await self._edges.tell(connection, target, BAD_LINK)
            return False
        await self._carry_over(connection, source, target, None)
        await self._edges.tell(connection, source, _went_to(target.channel))
        await self._edges.tell(connection, target, _arrived(source.channel, row.id))
        self._wakeups.reply(source.id)
        return True

    async def go_back(
        self, connection: AsyncConnection, conversation_id: ConversationId, move_id: int
    ) -> tuple[Reply, int]:
        """Carry a conversation back to where it came from.

        Returns:
            What is said here, and how often the state of this conversation was changed.
        """
        row = (
            await connection.execute(
                select(channel_moves).where(
                    channel_moves.c.id == move_id, channel_moves.c.to_conversation == conversation_id
                )
            )
        ).one_or_none()
        moment = self._edges.clock()
        if row is None or row.returned_at is not None or not _may_return(row, moment):
            return CANNOT_RETURN, 0
        here, home = await self._lock(connection, conversation_id, row.from_conversation)
        if here is None or home is None or home.held.state is not State.BOT:
            return CANNOT_RETURN, 0
        await connection.execute(
            update(channel_moves).where(channel_moves.c.id == move_id).values(returned_at=moment)
        )
        steps = await self._carry_over(connection, here, home, aware(row.used_at))
        await self._edges.tell(connection, home, _came_back(here.channel))
        self._wakeups.reply(home.id)
        self._wakeups.outgoing(home.channel)
        return _went_to(home.channel), steps

    async def _carry_over(
        self, connection: AsyncConnection, source: Conversation, target: Conversation, before: datetime | None
    ) -> int:
        """Carry dialogue, handoff and left messages; return how often the state of `source` was changed.

        Args:
            connection: With both conversations locked.
            source: From here.
            target: To here; held by the bot.
            before: Only a handoff that was asked for before then; None for any.
        """
        await self._carry_dialogue(connection, source, target)
        await connection.execute(
            update(contact_requests)
            .where(contact_requests.c.conversation_id == source.id, contact_requests.c.state == "open")
            .values(conversation_id=target.id)
        )
        handoff = await open_handoff(connection, source.id)
        if handoff is None:
            return 0
        if handoff.status is Status.ASKED:
            await self._edges.end(connection, handoff, source, End.NO_CONSENT, None)
            return 0
        if before is not None and (handoff.requested_at is None or handoff.requested_at >= before):
            return 0
        await self._edges.move(connection, handoff, source, target)
        return 1

    async def _carry_dialogue(
        self, connection: AsyncConnection, source: Conversation, target: Conversation
    ) -> None:
        stored = await connection.scalar(
            select(dialogue_states.c.events).where(dialogue_states.c.conversation_id == source.id)
        )
        carried = self._carry(stored) if stored else None
        if carried is None:
            return
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        kept = {"events": carried, "updated_at": self._edges.clock()}
        await connection.execute(
            dialect.insert(dialogue_states)
            .values(conversation_id=target.id, **kept)
            .on_conflict_do_update(index_elements=["conversation_id"], set_=kept)
        )

    @staticmethod
    async def _lock(
        connection: AsyncConnection, one: str | None, other: str
    ) -> tuple[Conversation | None, Conversation | None]:
        """Return both conversations, locked in one order everywhere."""
        wanted = sorted({other, *((one,) if one else ())})
        found = {name: await lock_conversation(connection, name) for name in wanted}
        return found.get(one or ""), found[other]


def _may_return(row: Row[Any], moment: datetime) -> bool:
    return row.used_at is not None and moment < aware(row.used_at) + timedelta(hours=RETURN_HOURS)


def _went_to(channel: str) -> Reply:
    return sentences.system(
        f"Cuộc trò chuyện được tiếp tục trên {CHANNEL_NAMES.get(channel, channel)}. "
        "Anh/chị vẫn có thể hỏi câu mới tại đây."
    )


def _arrived(came_from: str, move_id: int) -> Reply:
    name = CHANNEL_NAMES.get(came_from, came_from)
    return sentences.system(
        f"Chào anh/chị, mình tiếp tục tại đây phần đang trao đổi trên {name}. "
        "Liên kết này không xác nhận anh/chị là ai. Anh/chị hỏi tiếp nhé.",
        Button(f"Quay lại {name}", sentences.order("back", move_id)),
    )


def _came_back(came_from: str) -> Reply:
    return sentences.system(
        f"Cuộc trò chuyện đã được chuyển từ {CHANNEL_NAMES.get(came_from, came_from)} về đây. "
        "Anh/chị hỏi tiếp nhé."
    )


def _code() -> str:
    return "".join(secrets.choice(_TYPEABLE) for _ in range(CODE_LENGTH))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
