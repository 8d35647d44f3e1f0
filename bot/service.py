"""The service put together: what `motcua up`, `ask` and the tests run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from actions.registry import build_actions
from bot.catalogue.live import LiveCatalogue, project_catalogue
from bot.catalogue.problems import CatalogueError
from bot.conversations.dispatcher import Dispatcher
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.wakeups import Wakeups
from bot.dialogue.engine import DialogueEngine, ReleaseRefused
from bot.dialogue.local_actions import LocalActions
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import is_current, migrate
from bot.training.releases import Release, Releases

logger = logging.getLogger(__name__)

RELEASE_CHECK_SECONDS = 5.0
CATALOGUE_CHECK_SECONDS = 3.0


@dataclass(slots=True)
class Service:
    """All parts of one process."""

    settings: Settings
    database: Database
    live: LiveCatalogue
    wakeups: Wakeups
    originals: OriginalTexts
    inbox: Inbox
    dispatcher: Dispatcher
    engine: DialogueEngine
    releases: Releases
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def is_ready(self) -> dict[str, bool]:
        """Return each condition for answering, by name."""
        reachable = await self.database.is_reachable()
        try:
            current = reachable and await is_current(self.database)
        except (SQLAlchemyError, OSError):
            # It went away between the two questions.
            reachable = current = False
        return {
            "database": reachable,
            "migrations": current,
            "release": self.engine.release is not None,
        }


def build(settings: Settings, database: Database | None = None) -> Service:
    """Return the parts, wired but not started."""
    database = database or Database(settings.database_url)
    live = project_catalogue()
    wakeups = Wakeups(database)
    originals = OriginalTexts()
    engine = DialogueEngine(LocalActions(build_actions(live)))
    return Service(
        settings,
        database,
        live,
        wakeups,
        originals,
        Inbox(database, wakeups, originals),
        Dispatcher(database, engine, wakeups, originals),
        engine,
        Releases(database),
    )


@asynccontextmanager
async def running(service: Service, release: Release | None = None) -> AsyncIterator[Service]:
    """Run the service: migrate, load the release, take messages, until the block ends.

    Args:
        service: As `build` made it.
        release: Served instead of the active one of the register (used by `ask`).
    """
    await migrate(service.database)
    _ = service.live.current
    served = release or await service.releases.active()
    if served is not None:
        try:
            await activate(service, served)
        except ReleaseRefused as error:
            if release is not None:
                raise
            # Messages are still taken and wait; readyz says what is missing.
            logger.error("release refused: %s", error)
    service.tasks = [
        asyncio.create_task(service.dispatcher.run(), name="dispatcher"),
        asyncio.create_task(service.wakeups.listen(), name="wakeups"),
    ]
    if release is None:
        service.tasks.append(asyncio.create_task(_follow_register(service), name="releases"))
        service.tasks.append(asyncio.create_task(_follow_catalogue(service), name="catalogue"))
    try:
        yield service
    finally:
        for task in service.tasks:
            task.cancel()
        await asyncio.gather(*service.tasks, return_exceptions=True)
        await service.database.close()


async def activate(service: Service, release: Release) -> None:
    """Serve a registered release.

    Raises:
        ReleaseRefused: The archive is not the registered one or does not understand its smoke phrases.
    """
    archive: Path = service.settings.models_dir / release.archive
    await service.engine.activate(release.id, archive, release.sha256)


async def _follow_register(service: Service) -> None:
    """Serve what another process, or a clerk, made the active release."""
    refused: set[str] = set()
    while True:
        await asyncio.sleep(RELEASE_CHECK_SECONDS)
        try:
            active = await service.releases.active()
            if active and active.id != service.engine.release and active.id not in refused:
                await activate(service, active)
                logger.info("release %s serves now", active.id)
        except ReleaseRefused as error:
            refused.add(active.id if active else "")
            logger.error("release refused: %s", error)
        except Exception as error:
            # The loop must outlive a database that is away for a while.
            logger.warning("looking for releases failed: %s", type(error).__name__)


async def _follow_catalogue(service: Service) -> None:
    """Serve edited catalogue files; a broken one is named and the old catalogue stays."""
    while True:
        await asyncio.sleep(CATALOGUE_CHECK_SECONDS)
        try:
            if await asyncio.to_thread(service.live.reload_if_changed):
                logger.warning("the catalogue was reloaded")
        except CatalogueError as error:
            logger.error("the catalogue is broken, the old one stays: %s", error.problems[0])
        except OSError as error:
            logger.warning("looking at the catalogue failed: %s", type(error).__name__)
