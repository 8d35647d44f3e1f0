"""What most commands need first: settings, database, a release for the present data."""

from __future__ import annotations

import logging
import warnings

from bot.catalogue.live import project_catalogue
from bot.commands.terminal import training_bar
from bot.privacy.logging_filter import install_masked_logging
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.fingerprint import fingerprint
from bot.training.provide import is_intact, provide_release
from bot.training.releases import Release, Releases


def quiet(level: int = logging.WARNING) -> None:
    """Make libraries quiet and logs masked; must come before the first import of Rasa."""
    # Sanic, which Rasa brings, switches deprecation warnings on again when it is imported.
    import sanic.app  # noqa: F401

    warnings.simplefilter("ignore")
    install_masked_logging(level)
    from bot.dialogue.boot import quiet as quiet_rasa

    quiet_rasa(level)


async def matching_release(settings: Settings) -> Release:
    """Return the release made of the present data, trained with a progress bar when there is none.

    Raises:
        CatalogueError: The catalogue is broken.
        TrainingFailed: The training failed.
    """
    database = Database(settings.database_url)
    try:
        await migrate(database)
        releases = Releases(database)
        catalogue = project_catalogue().current
        found = await releases.with_fingerprint(fingerprint(settings.project, catalogue))
        if found and is_intact(settings.models_dir / found.archive, found.sha256):
            active = await releases.active()
            if active and is_intact(settings.models_dir / active.archive, active.sha256):
                # Also when it is older than the data: somebody went back to it on purpose.
                return active
            return await releases.activate(found.id)
        with training_bar() as report:
            return await provide_release(releases, settings.project, catalogue, settings.models_dir, report)
    finally:
        await database.close()
