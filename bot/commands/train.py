"""`motcua train`."""

from __future__ import annotations

import asyncio
import time

from bot.catalogue.live import project_catalogue
from bot.catalogue.problems import CatalogueError
from bot.commands.context import quiet
from bot.commands.terminal import fail, screen, training_bar
from bot.dialogue.boot import ConfigError
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.fingerprint import fingerprint
from bot.training.provide import train_release
from bot.training.releases import Releases
from bot.training.trainer import TrainingFailed


def train(*, activate: bool) -> int:
    """Train a release of the present data, even when one exists."""
    quiet()
    started = time.monotonic()
    try:
        release_id = asyncio.run(_train(activate=activate))
    except (CatalogueError, ConfigError, TrainingFailed) as error:
        return fail(f"Huấn luyện không thành công: {error}")
    state = "đang phục vụ" if activate else "chưa phục vụ; dùng: motcua release activate"
    screen.print(f"Bản {release_id}: xong sau {time.monotonic() - started:.0f} giây, {state}.")
    return 0


async def _train(*, activate: bool) -> str:
    settings = Settings()
    database = Database(settings.database_url)
    try:
        await migrate(database)
        releases = Releases(database)
        catalogue = project_catalogue().current
        wanted = fingerprint(settings.project, catalogue)
        with training_bar() as report:
            made = await train_release(releases, settings.project, wanted, settings.models_dir, report)
        if activate:
            await releases.activate(made.id)
        return made.id
    finally:
        await database.close()
