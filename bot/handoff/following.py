"""Following the file of departments and hours while serving: a broken one is named, the old one stays."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from bot.catalogue.live_files import LiveFiles
from bot.catalogue.problems import CatalogueError
from bot.handoff.offices import Offices, load_offices

logger = logging.getLogger(__name__)

CHECK_SECONDS = 3.0


class OfficesFollower:
    """Keeps the desk of one process on the newest faultless file."""

    def __init__(self, offices: Offices, path: Path) -> None:
        """Args: `offices`: what all parts of the desk hold; `path`: the file."""
        self._offices = offices
        self._file = LiveFiles(lambda: [path], lambda: load_offices(path))
        self._adopted: Offices | None = None

    @property
    def problem(self) -> str | None:
        """Why the newest file is not used: file, line and field; None when it is."""
        return self._file.problem

    async def run(self) -> None:
        """Follow until cancelled; outlives any failure."""
        while True:
            try:
                await self.step()
            except Exception as error:
                logger.warning("following the offices failed: %s", type(error).__name__)
            await asyncio.sleep(CHECK_SECONDS)

    async def step(self) -> None:
        """Look once."""
        try:
            await asyncio.to_thread(self._file.reload_if_changed)
        except CatalogueError as error:
            logger.error("the offices file is broken, the old one stays: %s", error.problems[0])
            return
        if self._file.problem is None and (newest := self._file.current) is not self._adopted:
            if self._adopted is not None:
                logger.warning("the offices file was loaded again")
            self._offices.become(newest)
            self._adopted = newest
