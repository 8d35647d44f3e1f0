"""Taking files in, handing them out, and letting them go.

A file is checked before anybody may open it: its kind by its first bytes, its size, signs of an
identity paper, the operator's scanner. The bytes lie in a folder of the state directory as long as a
person holds the conversation, and a while longer; erasing a conversation deletes them.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.attachments.files import Files
from bot.attachments.identity_cards import looks_like_identity_paper
from bot.attachments.kinds import Kind, recognise
from bot.attachments.links import LinkSigner
from bot.attachments.names import clean_name
from bot.attachments.scanning import Finding, Scanner
from bot.attachments.sentences import refusal
from bot.clock import now
from bot.conversations.messages import ConversationId
from bot.privacy.masking import mask
from bot.storage.attachment_tables import attachments
from bot.storage.database import Database
from bot.storage.tables import conversations, inbox, outbox

logger = logging.getLogger(__name__)

MEGABYTE = 1_000_000
ORPHAN_SECONDS = 300.0
MOST_IN_AN_HOUR = 30
"""Files of one conversation that are fetched from a platform."""
LONGEST_KEPT = timedelta(days=30)


class Refused(RuntimeError):
    """A file is not taken; `reason` is a key of `bot.attachments.sentences.REFUSALS`."""

    def __init__(self, reason: str, megabytes: int) -> None:
        self.reason = reason
        self.sentence = refusal(reason, megabytes)
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken and how long it stays."""

    megabytes: int = 5
    """Of one file."""
    megabytes_in_all: int = 2_000
    kept: timedelta = timedelta(hours=72)
    """After no person holds the conversation any more."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that lies in the folder and may be attached to a message."""

    id: str
    kind: Kind
    name: str
    size: int
    url: str
    """Path that opens it as long as it is kept."""

    def shown(self) -> dict[str, Any]:
        """Return the form kept with a message."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "name": self.name,
            "size": self.size,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as known to those who show it."""

    id: str
    conversation_id: ConversationId
    state: str
    """`wanted` (on its way), `ready`, `refused` or `gone`."""
    kind: Kind | None
    name: str
    size: int
    reason: str | None


class Attachments:
    """All files of the desk."""

    def __init__(
        self,
        database: Database,
        files: Files,
        links: LinkSigner,
        scanner: Scanner | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.files = files
        self.links = links
        self.on_wanted: Callable[[], None] = lambda: None
        """Told when a platform's file waits to be fetched."""
        self._database = database
        self._scanner = scanner or Scanner(None)

    async def check(
        self, content: bytes, name: str, caption: str = "", attachment_id: str | None = None
    ) -> Checked:
        """Put a file into the folder, if it may be taken.

        Args:
            content: All of it.
            name: As the sender named it.
            caption: What was written with it.
            attachment_id: Given when the file has a row already.

        Raises:
            Refused: With a sentence for the sender; nothing stays in the folder.
        """
        if not content:
            raise self.refused("empty")
        if len(content) > self.limits.megabytes * MEGABYTE:
            raise self.refused("size")
        kind = recognise(content)
        if kind is None:
            raise self.refused("type")
        if looks_like_identity_paper(content, kind, name, caption):
            raise self.refused("identity")
        if await self.files.total() + len(content) > self.limits.megabytes_in_all * MEGABYTE:
            raise self.refused("full")
        id_ = attachment_id or new_id()
        url = self.links.path(id_, int(LONGEST_KEPT.total_seconds()))
        checked = Checked(id_, kind, clean_name(name, kind), len(content), url)
        path = await self.files.write(checked.id, content)
        finding = await self._scanner.scan(path)
        if finding is not Finding.CLEAN:
            await self.files.delete([checked.id])
            raise self.refused("infected" if finding is Finding.INFECTED else "unscanned")
        return checked

    def refused(self, reason: str) -> Refused:
        """Return the refusal for a reason."""
        return Refused(reason, self.limits.megabytes)

    async def want(
        self, conversation_id: ConversationId, inbox_id: int, source: dict[str, Any], name: str
    ) -> None:
        """Note a file that a platform keeps for us; it is fetched soon. Repeating this changes nothing.

        Args:
            conversation_id: Whose.
            inbox_id: The message it came with.
            source: What the channel needs to fetch it.
            name: As the sender named it; kept masked.
        """
        async with self._database.read() as connection:
            lately = await connection.scalar(
                select(func.count())
                .select_from(attachments)
                .where(
                    attachments.c.conversation_id == conversation_id,
                    attachments.c.created_at > now() - timedelta(hours=1),
                )
            )
        if int(lately or 0) >= MOST_IN_AN_HOUR:
            # The line says that there was a file; nobody needs thirty in an hour.
            logger.warning("a conversation sends too many files")
            return
        await self._insert(
            conversation_id=conversation_id,
            inbox_id=inbox_id,
            id=new_id(),
            state="wanted",
            source={**source, "name": mask(name[:500])},
        )
        self.on_wanted()

    async def attach_to_message(self, conversation_id: ConversationId, inbox_id: int, checked: Checked) -> None:
        """Let a file belong to a citizen's message; of a repeated message the first one stays."""
        is_new = await self._insert(
            conversation_id=conversation_id, inbox_id=inbox_id, state="ready", **_columns(checked)
        )
        if not is_new:
            await self.files.delete([checked.id])

    async def of_conversation(self, conversation_id: ConversationId) -> dict[int, Attachment]:
        """Return the files of a conversation by the number of their message."""
        owner_seq = select(attachments, inbox.c.seq).join(inbox, inbox.c.id == attachments.c.inbox_id)
        reply_seq = select(attachments, outbox.c.seq).join(outbox, outbox.c.id == attachments.c.outbox_id)
        found: dict[int, Attachment] = {}
        async with self._database.read() as connection:
            for statement in (owner_seq, reply_seq):
                rows = await connection.execute(statement.where(attachments.c.conversation_id == conversation_id))
                found |= {row.seq: _attachment(row) for row in rows}
        return found

    async def find(self, attachment_id: str) -> Attachment | None:
        """Return a file that may be opened, or None."""
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(attachments).where(attachments.c.id == attachment_id, attachments.c.state == "ready")
                )
            ).one_or_none()
        return _attachment(row) if row else None

    async def tidy_up(self) -> int:
        """Delete files whose time is over, and those that belong to nothing; return how many."""
        moment = now()
        mine = conversations.c.id == attachments.c.conversation_id
        is_held = select(conversations.c.id).where(mine, conversations.c.state != "BOT").exists()
        is_over = (attachments.c.expires_at <= moment) | (attachments.c.created_at <= moment - LONGEST_KEPT)
        async with self._database.write() as connection:
            await connection.execute(
                update(attachments).where(attachments.c.expires_at.is_not(None), is_held).values(expires_at=None)
            )
            await connection.execute(
                update(attachments)
                .where(attachments.c.expires_at.is_(None), ~is_held)
                .values(expires_at=moment + self.limits.kept)
            )
            over = list(
                await connection.scalars(
                    update(attachments)
                    .where(attachments.c.state == "ready", is_over)
                    .values(state="gone", name="")
                    .returning(attachments.c.id)
                )
            )
        await self.files.delete(over)
        return len(over) + await self.drop_orphans(ORPHAN_SECONDS)

    async def drop_orphans(self, seconds: float = 0.0) -> int:
        """Delete files older than that without a row, such as those of an erased conversation."""
        lying = await self.files.older_than(seconds)
        if not lying:
            return 0
        async with self._database.read() as connection:
            known: Collection[str] = set(
                await connection.scalars(
                    select(attachments.c.id).where(attachments.c.state.in_(("ready", "wanted")))
                )
            )
        orphans = [attachment_id for attachment_id in lying if attachment_id not in known]
        await self.files.delete(orphans)
        return len(orphans)

    async def forget(self, conversation_id: ConversationId) -> None:
        """Delete all files of a conversation, for its erasure; the rows go too."""
        async with self._database.write() as connection:
            ids = list(
                await connection.scalars(
                    delete(attachments)
                    .where(attachments.c.conversation_id == conversation_id)
                    .returning(attachments.c.id)
                )
            )
        await self.files.delete(ids)

    async def _insert(self, **columns: Any) -> bool:
        dialect = postgresql if self._database.is_postgresql else sqlite
        async with self._database.write() as connection:
            added = await connection.scalar(
                dialect.insert(attachments)
                .values(created_at=now(), **columns)
                .on_conflict_do_nothing(index_elements=["inbox_id"])
                .returning(attachments.c.id)
            )
        return added is not None


async def attach_to_reply(
    connection: AsyncConnection, conversation_id: ConversationId, seq: int, checked: Checked
) -> None:
    """Let a file go with an officer's message, in the transaction that writes it."""
    outbox_id = await connection.scalar(
        select(outbox.c.id).where(outbox.c.conversation_id == conversation_id, outbox.c.seq == seq)
    )
    row = {"conversation_id": conversation_id, "outbox_id": outbox_id, "state": "ready", "created_at": now()}
    await connection.execute(insert(attachments).values(row | _columns(checked)))


def new_id() -> str:
    """Return an id nobody can guess."""
    return secrets.token_urlsafe(18)


def _columns(checked: Checked) -> dict[str, Any]:
    return {"id": checked.id, "kind": checked.kind.value, "name": checked.name, "size": checked.size}


def _attachment(row: Any) -> Attachment:
    kind = Kind(row.kind) if row.kind else None
    return Attachment(row.id, ConversationId(row.conversation_id), row.state, kind, row.name, row.size, row.reason)
