"""The background worker of a process: collects utterances, trains what was asked for, examines it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.problems import CatalogueError
from bot.clock import today_in_vietnam
from bot.dialogue.boot import ConfigError
from bot.settings import Settings
from bot.storage.database import Database
from bot.training.example_files import BadFile
from bot.training.examples import allot, delete_expired
from bot.training.fingerprint import fingerprint
from bot.training.gate.gate import examine, find_report
from bot.training.gate.score import ScoringFailed
from bot.training.provide import is_intact, train_release
from bot.training.releases import Release, Releases
from bot.training.review.collect import BATCH, Collector
from bot.training.review.ratings import RatedDown, no_ratings
from bot.training.runs import Run, Runs
from bot.training.saved import delete_expired_saved
from bot.training.snapshot import Leak, SyncConflicts, refuse_leaks, snapshot
from bot.training.trainer import TrainingFailed

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
COLLECT_EVERY = 5
"""Utterances are collected on every so-manieth look, ratings on every tenth of these."""
EXPIRE_EVERY = 3600
"""Looks between two searches for what has expired."""
EXPECTED = (BadFile, SyncConflicts, Leak, CatalogueError, ConfigError, TrainingFailed, ScoringFailed, OSError)


class _Cancelled(Exception):
    """Somebody pressed cancel."""


@dataclass(slots=True)
class Runner:
    """Works off training runs, one at a time in a deployment."""

    database: Database
    settings: Settings
    catalogue: Callable[[], Catalogue]
    rated_down: RatedDown = no_ratings
    _progress: tuple[int, int, str] = field(default=(0, 0, ""))

    async def run(self) -> None:
        """Look for work until cancelled; nothing that fails here touches what is served."""
        runs, collector, looks = Runs(self.database), Collector(self.database, self.rated_down), 0
        while True:
            try:
                if looks % COLLECT_EVERY == 0 and await collector.collect() < BATCH and looks % 50 == 0:
                    await collector.collect_ratings()
                if looks % EXPIRE_EVERY == 0:
                    await self._expire()
                if run := await runs.claim():
                    await self.carry_out(run)
            except Exception as error:
                # The loop must outlive a database that is away for a while.
                logger.warning("background work failed: %s", type(error).__name__)
            looks += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def carry_out(self, run: Run) -> None:
        """Train and examine; the run's row says how it ended."""
        runs = Runs(self.database)
        work = asyncio.create_task(self._work(run))
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=LOOK_SECONDS)
                done, total, what = self._progress
                if not work.done() and await runs.report(run.id, done=done, total=total, what=what):
                    raise _Cancelled
            state, message, release = work.result()
            await runs.finish(run, state, message, release_id=release)
        except _Cancelled:
            await runs.finish(run, "cancelled")
        except EXPECTED as error:
            logger.warning("training run %s failed: %s", run.id, type(error).__name__)
            await runs.finish(run, "failed", str(error) or type(error).__name__)
        finally:
            # Killing the child is part of the task's own clean-up.
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _work(self, run: Run) -> tuple[str, str, str | None]:
        self._progress = (0, 0, "chuẩn bị dữ liệu")
        await self._expire()
        async with self.database.write() as connection:
            await allot(connection)
        await refuse_leaks(self.database, self.settings.golden)
        releases, catalogue = Releases(self.database), self.catalogue()
        async with snapshot(self.database, self.settings.project) as source:
            wanted = await asyncio.to_thread(fingerprint, source.folder, catalogue)
            found = await releases.with_fingerprint(wanted)
            models = self.settings.models_dir
            if found and not await asyncio.to_thread(is_intact, models / found.archive, found.sha256):
                found = None
            if found and (found.state == "active" or await find_report(self.database, found.id)):
                return "skipped", "Dữ liệu, cấu hình và mã nguồn không đổi.", found.id
            made = found or await train_release(releases, source.folder, catalogue, wanted, models, self._tell)
        return await self._examine(run, made, catalogue)

    async def _expire(self) -> None:
        """Delete what may not be kept any longer."""
        async with self.database.write() as connection:
            await delete_expired(connection, today_in_vietnam())
            await delete_expired_saved(connection, today_in_vietnam())

    async def _examine(self, run: Run, made: Release, catalogue: Catalogue) -> tuple[str, str, str | None]:
        await Runs(self.database).report(run.id, state="gating", release_id=made.id)
        report = await examine(self.database, self.settings, catalogue, made, self._tell)
        return report.verdict, "; ".join(report.report["reasons"]), made.id

    def _tell(self, done: int, total: int, what: str) -> None:
        self._progress = (done, total, what)
