"""Fetching what citizens sent on a platform: noted durably, fetched soon, refused by a sentence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select, update

from bot.attachments.attachments import MEGABYTE, Attachments, Checked, Refused
from bot.clock import now
from bot.conversations.messages import Author, ConversationId, Outcome, Reply
from bot.conversations.saying import announce, say
from bot.conversations.wakeups import Wakeups
from bot.storage.attachment_tables import attachments
from bot.storage.database import Database
from bot.storage.tables import conversations, inbox

logger = logging.getLogger(__name__)

FETCH_SECONDS, LEASE = 30.0, timedelta(seconds=60)
PAUSES = (2.0, 10.0)
"""After the first and second failure; the third is the last."""
AT_ONCE = 4
POLL_SECONDS = 2.0

FetchFile = Callable[[Mapping[str, Any], int], Awaitable[bytes]]
"""Returns the bytes behind a source, at most so many.

Raises:
    FileTooLarge: There are more.
    ValueError: Such a source is never asked.
    Exception: Not now.
"""


class FileTooLarge(RuntimeError):
    """A platform's file is larger than what is taken."""


class Fetcher:
    """Fetches the files that wait; any process may do it."""

    def __init__(self, database: Database, wakeups: Wakeups, kept: Attachments) -> None:
        self.sources: dict[str, FetchFile] = {}
        """By the name of the channel."""
        self._database = database
        self._wakeups = wakeups
        self._kept = kept
        self._woken = asyncio.Event()
        kept.on_wanted = self._woken.set

    async def run(self) -> None:
        """Fetch until cancelled."""
        while True:
            self._woken.clear()
            try:
                rows = await self._claim()
            except Exception as error:
                # This loop must outlive whatever happens to the database.
                logger.warning("looking for files to fetch failed: %s", type(error).__name__)
                rows = []
            if rows:
                await asyncio.gather(*map(self._fetch, rows))
                continue
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def _claim(self) -> list[Any]:
        moment = now()
        is_due = or_(attachments.c.retry_at.is_(None), attachments.c.retry_at <= moment)
        some = (
            select(attachments, conversations.c.channel, inbox.c.text.label("caption"))
            .join(conversations, conversations.c.id == attachments.c.conversation_id)
            .join(inbox, inbox.c.id == attachments.c.inbox_id)
            .where(attachments.c.state == "wanted", is_due)
            .order_by(attachments.c.created_at)
            .limit(AT_ONCE)
        )
        if self._database.is_postgresql:
            some = some.with_for_update(of=attachments, skip_locked=True)
        async with self._database.write() as connection:
            rows = list(await connection.execute(some))
            if rows:
                await connection.execute(
                    update(attachments)
                    .where(attachments.c.id.in_([row.id for row in rows]))
                    .values(attempts=attachments.c.attempts + 1, retry_at=moment + LEASE)
                )
        return rows

    async def _fetch(self, row: Any) -> None:
        try:
            checked = await self._checked(row)
        except Refused as error:
            await self._refuse(row, error)
        except Exception as error:
            logger.warning("fetching a file failed: %s", type(error).__name__)
            if row.attempts >= len(PAUSES):
                await self._refuse(row, self._kept.refused("fetch"))
            else:
                await self._set(row.id, retry_at=now() + timedelta(seconds=PAUSES[row.attempts]))
        else:
            columns = {"kind": checked.kind.value, "name": checked.name, "size": checked.size}
            if not await self._set(row.id, state="ready", source=None, retry_at=None, **columns):
                # Erased meanwhile.
                await self._kept.files.delete([row.id])
            self._wakeups.reply(ConversationId(row.conversation_id))

    async def _checked(self, row: Any) -> Checked:
        source = self.sources.get(row.channel)
        if source is None:
            raise self._kept.refused("fetch")
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                content = await source(row.source, self._kept.limits.megabytes * MEGABYTE)
        except FileTooLarge:
            raise self._kept.refused("size") from None
        except ValueError:
            # An address nobody should ask; trying again would change nothing.
            raise self._kept.refused("fetch") from None
        return await self._kept.check(content, str(row.source.get("name", "")), row.caption, row.id)

    async def _set(self, attachment_id: str, **columns: Any) -> bool:
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(attachments)
                .where(attachments.c.id == attachment_id, attachments.c.state == "wanted")
                .values(columns)
            )
        return changed.rowcount == 1

    async def _refuse(self, row: Any, refused: Refused) -> None:
        """Tell the citizen, in a line that the officer sees as well, in the transaction that decides it."""
        conversation_id = ConversationId(row.conversation_id)
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(attachments)
                .where(attachments.c.id == row.id, attachments.c.state == "wanted")
                .values(state="refused", reason=refused.reason, source=None, name="", retry_at=None)
            )
            if changed.rowcount != 1:
                return
            await say(connection, conversation_id, Reply(refused.sentence, Outcome.HANDOFF, author=Author.SYSTEM))
            await announce(connection, self._wakeups, row.channel, conversation_id)
        self._wakeups.reply(conversation_id)
        self._wakeups.outgoing(row.channel)
