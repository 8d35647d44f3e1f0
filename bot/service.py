"""The service put together: what `motcua up`, `ask` and the tests run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from actions.registry import build_actions
from bot.attachments.attachments import Attachments
from bot.attachments.fetching import Fetcher
from bot.attachments.wiring import build_attachments
from bot.catalogue.following import CatalogueFollower
from bot.catalogue.imported_library import ImportedLibrary
from bot.catalogue.live import LiveCatalogue, project_catalogue
from bot.channels.base import PushedChannel
from bot.channels.deep_links import topics_of
from bot.channels.registry import Surroundings, build_channels, start_channels
from bot.conversations.dispatcher import Dispatcher
from bot.conversations.inbox import Inbox, OriginalTexts
from bot.conversations.ratings import rated_down
from bot.conversations.wakeups import Wakeups
from bot.dialogue.engine import DialogueEngine, ReleaseRefused
from bot.dialogue.history import carried_over
from bot.dialogue.local_actions import LocalActions
from bot.dossiers.dossiers import Dossiers
from bot.dossiers.settings import DossierSettings
from bot.handoff.handoffs import Handoffs
from bot.housekeeping import keep_tidy
from bot.memory import give_memory_back
from bot.places.guide import project_places
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import is_current, migrate
from bot.training.promotion import find_canary
from bot.training.releases import Release, Releases
from bot.training.runner import Runner

if TYPE_CHECKING:
    from bot.handoff.telegram.place import TelegramPlace

logger = logging.getLogger(__name__)

RELEASE_CHECK_SECONDS = 1.0
SETTLED_AFTER_SECONDS = 5.0


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
    library: ImportedLibrary
    dossiers: Dossiers
    handoffs: Handoffs
    attachments: Attachments
    fetcher: Fetcher
    runner: Runner
    channels: tuple[PushedChannel, ...] = ()
    telegram_place: TelegramPlace | None = None
    """Where officers work in Telegram, if there is a group for them."""
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def file_problems(self) -> dict[str, str]:
        """Return why the newest files are not used, with file, line and field; nothing when all are."""
        found = {
            "catalogue": self.live.problem,
            "places": project_places().problem,
            "offices": self.handoffs.offices_problem,
        }
        return {name: problem for name, problem in found.items() if problem is not None}

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


def build(
    settings: Settings,
    database: Database | None = None,
    imported_from: Database | None = None,
    dossier_settings: DossierSettings | None = None,
) -> Service:
    """Return the parts, wired but not started.

    Args:
        settings: Of the operator.
        database: Used instead of the one of the settings.
        imported_from: Where imported procedures are read, when `database` is thrown away.
        dossier_settings: Used instead of the ones of the environment.
    """
    database = database or Database(settings.database_url)
    live = project_catalogue()
    wakeups = Wakeups(database)
    originals = OriginalTexts()
    library = ImportedLibrary(imported_from or database, live)
    dossiers = Dossiers(
        dossier_settings or DossierSettings(), database, wakeups, settings.signing_keys()[0], settings.state_dir
    )
    engine = DialogueEngine(LocalActions(build_actions(live, library, dossiers)), dossiers.front)
    inbox = Inbox(database, wakeups, originals, dossiers.storable)
    channels: list[PushedChannel] = []
    handoffs = Handoffs(
        database,
        wakeups,
        addresses=lambda: {one.name: address for one in channels if (address := one.public_address())},
        carry=carried_over,
    )
    kept = build_attachments(settings, database)
    fetcher = Fetcher(database, wakeups, kept)
    parts = (settings, database, inbox, wakeups, originals, topics_of(live), handoffs.platforms, kept)
    channels.extend(build_channels(Surroundings(*parts)))
    for channel in channels:
        fetcher.sources[channel.name] = channel.fetch_file
    return Service(
        settings,
        database,
        live,
        wakeups,
        originals,
        inbox,
        Dispatcher(database, engine, wakeups, originals, desk=handoffs.citizens),
        engine,
        Releases(database),
        library,
        dossiers,
        handoffs,
        kept,
        fetcher,
        Runner(database, settings, lambda: live.current, rated_down=rated_down),
        tuple(channels),
        _telegram_place(settings, tuple(channels), database, wakeups, handoffs, kept, live),
    )


def _telegram_place(
    settings: Settings,
    channels: tuple[PushedChannel, ...],
    database: Database,
    wakeups: Wakeups,
    handoffs: Handoffs,
    kept: Attachments,
    live: LiveCatalogue,
) -> TelegramPlace | None:
    """Return the officers' groups, when there is a bot and a group is set."""
    bot = next((channel for channel in channels if channel.name == "telegram"), None)
    if bot is None or not settings.telegram_officer_groups:
        return None
    # Imported only when it is switched on, like the channel itself.
    from bot.handoff.telegram.wiring import build_telegram_place

    return build_telegram_place(settings, bot, database, wakeups, handoffs, kept, live)


@asynccontextmanager
async def running(service: Service, release: Release | None = None) -> AsyncIterator[Service]:
    """Run the service: migrate, load the release, take messages, until the block ends.

    Args:
        service: As `build` made it.
        release: Served instead of the active one of the register (used by `ask`).
    """
    await migrate(service.database)
    _ = service.live.current
    await service.library.refresh()
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
        service.tasks.append(asyncio.create_task(_settle(), name="settling"))
        service.tasks.append(asyncio.create_task(_follow_register(service), name="releases"))
        service.tasks.append(
            asyncio.create_task(
                keep_tidy(service.settings, service.database, service.attachments), name="housekeeping"
            )
        )
        follower = CatalogueFollower(service.database, service.live, project_places(), service.library)
        service.tasks.append(asyncio.create_task(follower.run(), name="catalogue"))
        service.tasks += start_channels(service.channels, service.database, service.wakeups)
        service.tasks.append(asyncio.create_task(service.runner.run(), name="runner"))
        service.tasks.append(asyncio.create_task(service.dossiers.run(), name="dossiers"))
        service.tasks.append(asyncio.create_task(service.handoffs.run(), name="desk"))
        service.tasks.append(asyncio.create_task(service.fetcher.run(), name="attachments"))
        if service.telegram_place is not None:
            service.tasks.append(asyncio.create_task(service.telegram_place.run(), name="telegram-desk"))
    try:
        yield service
    finally:
        for task in service.tasks:
            task.cancel()
        await asyncio.gather(*service.tasks, return_exceptions=True)
        await service.dossiers.close()
        await service.database.close()


async def _settle() -> None:
    """Hand back what starting up has left, once the first questions have warmed everything."""
    await asyncio.sleep(SETTLED_AFTER_SECONDS)
    await asyncio.to_thread(give_memory_back)


async def activate(service: Service, release: Release) -> None:
    """Serve a registered release.

    Raises:
        ReleaseRefused: The archive is not the registered one or does not understand its smoke phrases.
    """
    archive: Path = service.settings.models_dir / release.archive
    await service.engine.activate(release.id, archive, release.sha256)
    await asyncio.to_thread(give_memory_back)


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
            await _follow_canary(service, refused)
        except ReleaseRefused as error:
            refused.add(active.id if active else "")
            logger.error("release refused: %s", error)
        except Exception as error:
            # The loop must outlive a database that is away for a while.
            logger.warning("looking for releases failed: %s", type(error).__name__)


async def _follow_canary(service: Service, refused: set[str]) -> None:
    """Try the release that the register names on its share of the conversations, or none."""
    wanted = await find_canary(service.database)
    if wanted is None or wanted.release_id == service.engine.release:
        service.engine.end_canary()
        return
    if (wanted.release_id, wanted.share) == service.engine.canary or wanted.release_id in refused:
        return
    release = next((r for r in await service.releases.all() if r.id == wanted.release_id), None)
    if release is None:
        return
    archive = service.settings.models_dir / release.archive
    try:
        await service.engine.try_canary(release.id, wanted.share, archive, release.sha256)
    except ReleaseRefused as error:
        refused.add(release.id)
        logger.error("canary refused: %s", error)
