"""Telegram as a place where officers work, put together."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import logging
from collections.abc import Mapping

import orjson
from telegram import BotCommand, BotCommandScopeChat

from bot.attachments.attachments import Attachments
from bot.channels.keeping import Keeping
from bot.channels.pacer import Pace
from bot.channels.telegram.channel import TelegramChannel
from bot.conversations.wakeups import Wakeups
from bot.handoff.handoffs import Handoffs
from bot.handoff.telegram.announcements import Announcements
from bot.handoff.telegram.api import EACH_GROUP, GroupApi
from bot.handoff.telegram.commands import CannedReplies, Commands
from bot.handoff.telegram.copies import PLACE, CopyQueue
from bot.handoff.telegram.defects import group_defects
from bot.handoff.telegram.groups import Groups
from bot.handoff.telegram.mirror import JOIN_SECONDS, Mirror
from bot.handoff.telegram.receipts import Receipts
from bot.handoff.telegram.topics import ProcedureName, Topics
from bot.handoff.telegram.updates import OfficerUpdates
from bot.handoff.telegram.wording import COMMANDS
from bot.storage.database import Database

logger = logging.getLogger(__name__)

SET_UP_PAUSES = (1.0, 5.0, 30.0, 60.0)


class TelegramPlace:
    """The officers' groups of one bot."""

    def __init__(
        self,
        *,
        channel: TelegramChannel,
        database: Database,
        wakeups: Wakeups,
        desk: Handoffs,
        kept: Attachments,
        groups: Mapping[str, int],
        procedure_name: ProcedureName,
        canned: CannedReplies,
        public: str | None,
        join_seconds: float = JOIN_SECONDS,
        pace: Pace = EACH_GROUP,
    ) -> None:
        """Join the parts, and let the desk write copies for them.

        Args:
            channel: The bot, whose updates of groups come here from now on.
            database: Where everything is.
            wakeups: Tells of changes at the desk.
            desk: What officers do.
            kept: Files.
            groups: Department id → chat id, with `*` for all others.
            procedure_name: Returns the name of a procedure.
            canned: Returns the canned replies for a handoff.
            public: Address under which officers reach the service, for links; None leaves links out.
            join_seconds: How long lines wait for others after a message.
            pace: Of messages in one group.
        """
        keeping, queue = Keeping(database), CopyQueue(database)
        self.groups = Groups(groups, keeping)
        self.api = GroupApi(channel.client, pace)
        topics = Topics(database, desk, self.groups, self.api, procedure_name, public)
        self.updates = OfficerUpdates(
            desk=desk,
            groups=self.groups,
            topics=topics,
            queue=queue,
            api=self.api,
            keeping=keeping,
            kept=kept,
            fetch=channel.fetch_file,
            commands=Commands(desk, canned),
        )
        self.mirror = Mirror(
            wakeups=wakeups,
            keeping=keeping,
            desk=desk,
            queue=queue,
            topics=topics,
            api=self.api,
            receipts=Receipts(database, self.groups, self.api),
            announcements=Announcements(desk, queue, topics, self.groups, self.api, public),
            kept=kept,
            public=public,
            join_seconds=join_seconds,
        )
        self._keeping = keeping
        desk.copies.switch_on(PLACE)
        channel.on_group_update = self.updates.take

    async def run(self) -> None:
        """Work until cancelled."""
        setting_up = asyncio.create_task(self._set_up())
        try:
            while True:
                try:
                    await self.groups.load()
                    break
                except Exception as error:
                    logger.warning("reading the officers' groups failed: %s", type(error).__name__)
                    await asyncio.sleep(1.0)
            await self.mirror.run()
        finally:
            setting_up.cancel()
            self.updates.courtesies.close()

    async def _set_up(self) -> None:
        """Offer the commands in the groups, and report defects, once Telegram can be reached."""
        for number in itertools.count():
            try:
                for defect in await group_defects(self.api.client.bot, self.groups.all()):
                    logger.error("%s", defect)
                await self._offer_commands()
            except Exception as error:
                # Most likely the bot is not connected yet.
                logger.info("setting up the officers' groups: %s", type(error).__name__)
                await asyncio.sleep(SET_UP_PAUSES[min(number, len(SET_UP_PAUSES) - 1)])
            else:
                return

    async def _offer_commands(self) -> None:
        groups = sorted(self.groups.all())
        wish = hashlib.sha256(orjson.dumps([groups, list(COMMANDS.items())])).hexdigest()
        kept = f"telegram:officer_commands:{self.api.client.bot_id}"
        if await self._keeping.get(kept) == wish:
            return
        commands = [BotCommand(name, words) for name, words in COMMANDS.items()]
        for chat_id in groups:
            await self.api.client.bot.set_my_commands(commands, scope=BotCommandScopeChat(chat_id))
        await self._keeping.put(kept, wish)
