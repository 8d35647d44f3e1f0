"""What most commands need first: settings, database, a release for the present data."""

from __future__ import annotations

import logging
import warnings

from bot.catalogue.live import project_catalogue
from bot.catalogue.problems import CatalogueError
from bot.commands.terminal import errors, training_bar
from bot.console.audit import COMMAND_LINE, note
from bot.dialogue.boot import ConfigError
from bot.privacy.logging_filter import install_masked_logging
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.fingerprint import code_fingerprint, fingerprint
from bot.training.gate.child_process import ScoringFailed
from bot.training.promotion import NotPromoted
from bot.training.provide import is_intact, train_release
from bot.training.releases import Release, Releases
from bot.training.replacing import replace_by, serving_release
from bot.training.snapshot import BadFile, SyncConflicts, snapshot
from bot.training.trainer import TrainingFailed

NOT_READY = (CatalogueError, ConfigError, TrainingFailed, BadFile, SyncConflicts, NotPromoted)
"""Why there may be no release to serve or to ask."""
HOW_TO_OVERRIDE = (
    "Xem từng câu ở /console/releases/{id}; nếu vẫn muốn dùng: motcua release activate {id} --reason '…'"
)
STARTED = "khởi động: chưa có bản nào phục vụ, hoặc mã nguồn đã đổi"


def quiet(level: int = logging.WARNING) -> None:
    """Make libraries quiet and logs masked; must come before the first import of Rasa."""
    warnings.simplefilter("ignore")
    install_masked_logging(level)
    from bot.dialogue.boot import quiet as quiet_rasa

    quiet_rasa(level)


async def matching_release(settings: Settings) -> Release:
    """Return the release of the present data to try out, trained when there is none; it serves only if none did.

    Raises:
        CatalogueError: The catalogue is broken.
        TrainingFailed: The training failed.
    """
    database = Database(settings.database_url)
    try:
        release, _ = await _matching(database, settings)
        if await serving_release(Releases(database), settings) is None:
            return await Releases(database).activate(release.id)
        return release
    finally:
        await database.close()


async def release_to_serve(settings: Settings) -> Release:
    """Return what `motcua up` serves: of the present data if nothing serves or the gate is green.

    New code cannot be sure to load archives of the old, so its release serves at once.

    Raises:
        CatalogueError: The catalogue is broken.
        TrainingFailed: The training failed.
    """
    database = Database(settings.database_url)
    try:
        fresh, code = await _matching(database, settings)
        releases = Releases(database)
        active = await serving_release(releases, settings)
        if active is None or await releases.code_of(active.id) != code:
            served = await releases.activate(fresh.id)
            before = {"release": active.id} if active else None
            async with database.write() as connection:
                await note(connection, COMMAND_LINE, "promote", fresh.id, before=before, reason=STARTED)
            return served
        return await _examined(database, settings, fresh, active)
    finally:
        await database.close()


async def _examined(database: Database, settings: Settings, fresh: Release, active: Release) -> Release:
    """Return the fresh release after a green gate, else the active one, and say why."""
    if fresh.id == active.id:
        return active
    errors.print("Dữ liệu đã đổi: chấm bản mới so với bản đang phục vụ.")
    try:
        with training_bar("Chấm") as report:
            replaced = await replace_by(database, settings, project_catalogue().current, fresh, report)
    except ScoringFailed as error:
        errors.print(f"Chưa chấm được bản {fresh.id}, nên bản cũ vẫn phục vụ: {error}", markup=False)
        return active
    if replaced.reasons:
        errors.print(f"Bản {fresh.id} không đạt khi chấm, nên bản cũ vẫn phục vụ:", markup=False)
        for line in replaced.reasons:
            errors.print(f"  • {line}", markup=False)
        errors.print(HOW_TO_OVERRIDE.format(id=fresh.id), markup=False)
    else:
        async with database.write() as connection:
            await note(connection, COMMAND_LINE, "promote", fresh.id, before={"release": active.id})
    return replaced.served


async def _matching(database: Database, settings: Settings) -> tuple[Release, str]:
    """Return the release that fits the present data, and the fingerprint of the present code."""
    await migrate(database)
    releases = Releases(database)
    catalogue = project_catalogue().current
    async with snapshot(database, settings.project) as source:
        wanted, code = fingerprint(source.folder, catalogue), code_fingerprint(source.folder)
        active = await serving_release(releases, settings)
        if active and active.fingerprint == wanted:
            return active, code
        found = await releases.with_fingerprint(wanted)
        if found and is_intact(settings.models_dir / found.archive, found.sha256):
            # One that served before was left on purpose: somebody went back.
            return (active if active and found.state == "retired" else found), code
        if active and not source.is_project and await releases.code_of(active.id) == code:
            # Corrections that were not trained yet go through the gate, never through a restart.
            return active, code
        with training_bar() as report:
            made = await train_release(releases, source.folder, catalogue, wanted, settings.models_dir, report)
        return made, code
