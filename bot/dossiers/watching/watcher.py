"""The watcher: looks at watched dossiers in small batches and tells each change once."""

from __future__ import annotations

import asyncio
import json
import logging
import random

from sqlalchemy import bindparam, select

from bot.clock import now, today_in_vietnam
from bot.conversations.messages import Author, Button, ConversationId, Outcome, Reply
from bot.conversations.saying import announce, say
from bot.conversations.wakeups import Wakeups
from bot.dossiers import sentences
from bot.dossiers.desk import Desk, Question
from bot.dossiers.desk import Outcome as LookedUp
from bot.dossiers.dossier import Dossier
from bot.dossiers.metrics import NOTICES, WATCHES
from bot.dossiers.status import Status
from bot.dossiers.watching.times import after_failure, may_send, next_check
from bot.dossiers.watching.watches import Watch, Watches, note_change
from bot.dossiers.wording import notice, overdue_notice
from bot.storage.database import Database
from bot.storage.tables import conversations

logger = logging.getLogger(__name__)

CHANNEL = "watcher"
"""Stands as the channel in the audit."""
BATCH = 20
AT_ONCE = 4
LEASE_SECONDS = 300.0
SWEEP_SECONDS = 30.0
WAIT_FOR_MORNING_SECONDS = 900.0
_CHANNEL_OF = select(conversations.c.channel).where(conversations.c.id == bindparam("conversation"))


class Watcher:
    """Checks what is due, in one or several processes."""

    def __init__(
        self, database: Database, wakeups: Wakeups, watches: Watches, desk: Desk, *, pace: float = 1.0
    ) -> None:
        self._database = database
        self._wakeups = wakeups
        self._watches = watches
        self._desk = desk
        self._pace = pace

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                checked = BATCH
                while checked == BATCH:
                    # One batch after the other, so that what is due at the same time does not go at once.
                    await asyncio.sleep(random.uniform(0.5, 2.0) * min(self._pace, 1))  # noqa: S311
                    checked = await self.check_some()
                WATCHES.set(await self._watches.number())
            except Exception as error:
                # This loop must outlive a database that is away for a while.
                logger.warning("looking at watched dossiers failed: %s", type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS * min(self._pace, 1) * random.uniform(0.8, 1.2))  # noqa: S311

    async def check_some(self) -> int:
        """Check one batch of due watches; return how many."""
        if not await self._watches.is_any_due():
            return 0
        due = await self._watches.claim_due(BATCH, LEASE_SECONDS)
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(watch: Watch) -> None:
            async with slots:
                try:
                    await self.check(watch)
                except Exception as error:
                    logger.warning("checking a watched dossier failed: %s", type(error).__name__)

        await asyncio.gather(*map(one, due))
        return len(due)

    async def check(self, watch: Watch) -> None:
        """Look at one dossier and tell what changed; wait for the morning when people sleep."""
        moment = now()
        if watch.expires_at <= moment:
            await self._watches.end(watch)
            return
        result = await self._desk.look_up(Question(watch.code, CHANNEL, has_proven=True))
        dossier = result.dossier
        if result.outcome is LookedUp.NOT_FOUND:
            # A dossier is not un-filed: rather a fault on the other side, so it is looked for again.
            await self._watches.postpone(watch, after_failure(watch.failures, moment), failed=True)
        elif dossier is None or dossier.status is Status.UNKNOWN:
            await self._watches.postpone(watch, after_failure(watch.failures, moment), failed=True)
        elif dossier.as_of < watch.as_of:
            await self._watches.postpone(watch, next_check(dossier, moment, self._pace))
        else:
            await self._compare(watch, dossier)

    async def _compare(self, watch: Watch, dossier: Dossier) -> None:
        moment = now()
        is_late = dossier.overdue_days(today_in_vietnam()) > 0
        has_changed = dossier.status is not watch.status or (
            dossier.due_on != watch.due_on and dossier.status.runs and dossier.due_on is not None
        )
        if not has_changed and (not is_late or watch.is_overdue_told):
            await self._watches.postpone(watch, next_check(dossier, moment, self._pace))
            return
        if not may_send(moment) and self._pace >= 1:
            await self._watches.postpone(watch, next_check(dossier, moment))
            return
        text = notice(dossier, watch.status) if has_changed else overdue_notice(dossier)
        await self._tell(watch, dossier, text, is_late=is_late)

    async def _tell(self, watch: Watch, dossier: Dossier, text: str, *, is_late: bool) -> None:
        """Write change and message in one transaction: both, or neither."""
        moment = now()
        is_over = dossier.status.is_final
        conversation_id = ConversationId(watch.conversation_id)
        reply = Reply(text, Outcome.DOSSIER, _buttons(dossier), author=Author.SYSTEM)
        async with self._database.write() as connection:
            is_ours = await note_change(
                connection,
                watch,
                dossier,
                is_overdue_told=int(watch.is_overdue_told or is_late),
                next_check_at=next_check(dossier, moment, self._pace),
                **({"state": "ended", "ended_at": moment} if is_over else {}),
            )
            if not is_ours:
                return
            channel = await connection.scalar(_CHANNEL_OF, {"conversation": conversation_id})
            if channel is None or await say(connection, conversation_id, reply) is None:
                return
            await announce(connection, self._wakeups, channel, conversation_id)
        NOTICES.labels(channel).inc()
        self._wakeups.reply(conversation_id)
        self._wakeups.outgoing(channel)


def _buttons(dossier: Dossier) -> tuple[Button, ...]:
    code = str(dossier.code)
    view = Button("Xem hồ sơ", f"/dossier{json.dumps({'task': 'look_up', 'codes': code})}")
    stop = Button(sentences.STOP, f"/dossier{json.dumps({'task': 'stop', 'codes': code})}")
    return (view,) if dossier.status.is_final else (view, stop)
