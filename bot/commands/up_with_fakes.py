"""`motcua up --fake telegram --fake zalo`: everything, with platforms that need no account.

The fakes run beside the service on a port of this machine only, and the service gets a database of its
own, made anew at each start: nothing meant for real people can end up in a fake, or the other way round.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bot.catalogue.problems import CatalogueError
from bot.clock import now
from bot.commands.context import matching_release, quiet
from bot.commands.terminal import errors, fail
from bot.commands.up import serve
from bot.dialogue.boot import ConfigError
from bot.fakes.hosting import serving
from bot.fakes.page.router import OFFICER, OFFICER_NAME
from bot.fakes.platforms import Platforms, make_platforms
from bot.fakes.recording import read_recording
from bot.handoff.officers import Officers
from bot.handoff.offices import project_offices
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.releases import Release, Releases
from bot.training.trainer import TrainingFailed

START_SECONDS = 20.0
FOLDER = "gia-lap"
ON_DUTY = timedelta(days=30)


def serve_with_fakes(
    names: Set[str],
    host: str | None,
    port: int | None,
    workers: int,
    record: Path | None = None,
    replay: Path | None = None,
) -> int:
    """Run fakes and service until interrupted; return the exit code."""
    quiet()
    settings = Settings()
    host, port = host or settings.host, port or settings.port
    if workers > 1:
        return fail("Nền tảng giả lập chỉ chạy với một tiến trình: bỏ --workers.")
    try:
        release = asyncio.run(matching_release(settings))
    except (CatalogueError, ConfigError, TrainingFailed) as error:
        return fail(f"Chưa chạy được: {error}")
    state_dir = settings.state_dir / FOLDER
    shutil.rmtree(state_dir, ignore_errors=True)
    database = f"sqlite:///{state_dir / 'motcua.db'}"
    asyncio.run(_register(database, release))
    platforms = make_platforms(names, record)
    loopback = f"http://127.0.0.1:{port}"
    try:
        with _beside(platforms, port + 1, replay) as address:
            os.environ |= {"MOTCUA_STATE_DIR": str(state_dir), "MOTCUA_DATABASE": database}
            os.environ |= platforms.environment(address, loopback)
            errors.print(f"Trang dùng thử {' và '.join(sorted(names))}: [link]{address}[/link]")
            return serve(host, port, workers)
    except ValueError as error:
        return fail(f"Không chạy được nền tảng giả lập: {error}")


async def _register(address: str, release: Release) -> None:
    database = Database(address)
    try:
        await migrate(database)
        releases = Releases(database)
        await releases.register(release.id, release.archive, release.sha256, release.fingerprint)
        await releases.activate(release.id)
        await _list_officer(database)
    finally:
        await database.close()


async def _list_officer(database: Database) -> None:
    """Let the officer of the page answer, on duty for as long as anybody tries."""
    officers = Officers(database, project_offices())
    officer = await officers.add(OFFICER_NAME, telegram_user=OFFICER)
    await officers.change(officer.id, duty_until=now() + ON_DUTY)


@contextmanager
def _beside(platforms: Platforms, port: int, replay: Path | None) -> Iterator[str]:
    """Serve the fakes from a thread with a loop of its own; yield their address.

    Raises:
        ValueError: They do not start, or the file is no recording.
    """
    exchanges = list(read_recording(replay)) if replay else []
    started, stop = threading.Event(), threading.Event()
    found: list[str] = []

    async def run() -> None:
        try:
            async with serving(platforms.app(), port) as address:
                await until_stopped(address)
        except OSError:
            # The neighbouring port is taken; any other will do.
            async with serving(platforms.app()) as address:
                await until_stopped(address)

    async def until_stopped(address: str) -> None:
        found.append(address)
        started.set()
        platforms.replay(exchanges)
        while not stop.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await platforms.telegram.pusher.close()
        await platforms.zalo.pusher.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="fakes", daemon=True)
    thread.start()
    if not started.wait(START_SECONDS):
        raise ValueError("the fakes did not start")
    try:
        yield found[0]
    finally:
        stop.set()
        thread.join(timeout=5)
