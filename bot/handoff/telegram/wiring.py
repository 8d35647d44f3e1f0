"""The officers' groups, made from the settings."""

from __future__ import annotations

from collections.abc import Sequence

from bot.attachments.attachments import Attachments
from bot.catalogue.live import LiveCatalogue
from bot.channels.base import PushedChannel
from bot.channels.telegram.channel import TelegramChannel
from bot.clock import today_in_vietnam
from bot.conversations.wakeups import Wakeups
from bot.handoff.canned import from_catalogue, project_canned
from bot.handoff.handoffs import Handoffs
from bot.handoff.model import Handoff
from bot.handoff.telegram.commands import Ready
from bot.handoff.telegram.place import TelegramPlace
from bot.settings import Settings
from bot.storage.database import Database


def build_telegram_place(
    settings: Settings,
    channel: PushedChannel,
    database: Database,
    wakeups: Wakeups,
    desk: Handoffs,
    kept: Attachments,
    live: LiveCatalogue,
) -> TelegramPlace:
    """Return the place for officers in the groups of the settings.

    Raises:
        TypeError: The channel is not Telegram's.
    """
    if not isinstance(channel, TelegramChannel):
        raise TypeError(channel.name)

    def procedure_name(code: str) -> str | None:
        procedure = live.current.find(code)
        return procedure.short_name if procedure is not None else None

    def canned(handoff: Handoff) -> Sequence[Ready]:
        about = from_catalogue(live.current, handoff.procedure, today_in_vietnam())
        return (*about, *project_canned().of_department(handoff.department))

    return TelegramPlace(
        channel=channel,
        database=database,
        wakeups=wakeups,
        desk=desk,
        kept=kept,
        groups=settings.telegram_officer_groups,
        procedure_name=procedure_name,
        canned=canned,
        public=settings.public_address,
    )
