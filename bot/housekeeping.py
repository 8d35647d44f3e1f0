"""What a running service and `motcua retention run` tidy up."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bot.attachments.attachments import Attachments
from bot.handoff.settings import DeskSettings
from bot.privacy.retention import Deleted, Periods, delete_old
from bot.settings import Settings
from bot.storage.database import Database
from bot.training.archives import remove_old_archives
from bot.training.releases import Releases

logger = logging.getLogger(__name__)

FIRST_AFTER_SECONDS = 60.0
EVERY_SECONDS = 6 * 3600.0
FILES_EVERY_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was deleted."""

    rows: Deleted
    archives: list[str]


async def tidy_up(settings: Settings, database: Database) -> Tidied:
    """Delete rows and archives that are older than the operator keeps them."""
    rows = await delete_old(database, periods_of(settings))
    releases = Releases(database)
    register = await releases.all()
    removed = await asyncio.to_thread(remove_old_archives, register, settings.models_dir, settings.releases_kept)
    await releases.forget_lessons([release.id for release in register if release.archive in removed])
    return Tidied(rows, removed)


def periods_of(settings: Settings) -> Periods:
    """Return how long rows are kept."""
    desk = DeskSettings()
    return Periods(
        settings.messages_kept_days,
        settings.dialogue_states_kept_days,
        desk.contact_kept_days,
        desk.handoff_figures_days,
    )


async def keep_tidy(settings: Settings, database: Database, kept: Attachments) -> None:
    """Tidy up now and then until cancelled."""
    files = asyncio.create_task(_keep_files_tidy(kept))
    try:
        await _keep_rows_tidy(settings, database)
    finally:
        files.cancel()


async def _keep_files_tidy(kept: Attachments) -> None:
    while True:
        await asyncio.sleep(FILES_EVERY_SECONDS)
        try:
            if deleted := await kept.tidy_up():
                logger.info("%s files deleted", deleted)
        except Exception as error:
            logger.warning("tidying up files failed: %s", type(error).__name__)


async def _keep_rows_tidy(settings: Settings, database: Database) -> None:
    await asyncio.sleep(FIRST_AFTER_SECONDS)
    while True:
        try:
            tidied = await tidy_up(settings, database)
            logger.info("tidied up: %s, archives %s", tidied.rows, tidied.archives)
        except Exception as error:
            # This loop must outlive a database that is away for a while.
            logger.warning("tidying up failed: %s", type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)
