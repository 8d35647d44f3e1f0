"""Following the catalogue while serving: edited files, orders to reload, and finished imports."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.catalogue.imported_library import ImportedLibrary
from bot.catalogue.live import LiveCatalogue
from bot.catalogue.live_files import LiveFiles
from bot.catalogue.problems import CatalogueError
from bot.clock import now
from bot.storage.catalogue_tables import catalogue_orders, catalogue_processes
from bot.storage.database import Database

logger = logging.getLogger(__name__)

CHECK_SECONDS = 3.0
SEEN_EVERY = timedelta(seconds=30)
GONE_AFTER = timedelta(seconds=90)
"""A process that wrote nothing for so long no longer runs."""


class CatalogueFollower:
    """Keeps one process on the newest faultless files, and writes down what it serves."""

    def __init__(
        self, database: Database, live: LiveCatalogue, places: LiveFiles[Any], library: ImportedLibrary
    ) -> None:
        self._database, self._live, self._places, self._library = database, live, places, library
        self.id = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"
        self._order = -1
        self._written: dict[str, Any] = {}
        self._written_at = now() - GONE_AFTER

    async def run(self) -> None:
        """Follow until cancelled."""
        try:
            while True:
                try:
                    await self.step()
                except (SQLAlchemyError, OSError) as error:
                    # The loop must outlive a database that is away for a while.
                    logger.warning("following the catalogue failed: %s", type(error).__name__)
                await asyncio.sleep(CHECK_SECONDS)
        finally:
            await self._sign_off()

    async def step(self) -> None:
        """Look once at files, orders and imports.

        Raises:
            SQLAlchemyError: The database is away; files are followed all the same.
            OSError: A file cannot be read, or the database cannot be reached.
        """
        await _load("catalogue", self._live.reload_if_changed)
        await _load("places", self._places.reload_if_changed)
        order = await self._newest_order()
        if self._order < 0:
            # Orders given before the start are carried out by starting.
            self._order = order
        if order > self._order:
            await _load("catalogue", self._live.reload)
            await _load("places", self._places.reload)
            self._order = order
        if await self._library.refresh():
            logger.info("the index of names was built again, %d imported procedures", self._library.imported)
        await self._write_down()

    async def _newest_order(self) -> int:
        async with self._database.read() as connection:
            return int(await connection.scalar(select(func.max(catalogue_orders.c.id))) or 0)

    async def _write_down(self) -> None:
        moment = now()
        row = {
            "order_id": self._order,
            "digest": self._live.digest,
            "procedures": len(self._live.current),
            "places_digest": self._places.digest,
            "imported": self._library.imported,
            "problem": "\n".join(filter(None, (self._live.problem, self._places.problem))) or None,
        }
        if row == self._written and moment - self._written_at < SEEN_EVERY:
            return
        table = catalogue_processes
        async with self._database.write() as connection:
            await connection.execute(delete(table).where(table.c.seen_at < moment - GONE_AFTER))
            values = {**row, "seen_at": moment}
            changed = await connection.execute(update(table).where(table.c.id == self.id).values(values))
            if not changed.rowcount:
                await connection.execute(insert(table).values(id=self.id, started_at=moment, **values))
        self._written, self._written_at = row, moment

    async def _sign_off(self) -> None:
        try:
            async with asyncio.timeout(1), self._database.write() as connection:
                await connection.execute(delete(catalogue_processes).where(catalogue_processes.c.id == self.id))
        except (SQLAlchemyError, OSError):
            logger.info("signing off failed; the entry is removed later")


async def _load(what: str, load: Callable[[], object]) -> None:
    """Load; broken files are named, and what was served before stays."""
    try:
        if await asyncio.to_thread(load):
            logger.warning("the %s files were loaded again", what)
    except CatalogueError as error:
        logger.error("the %s files are broken, the old ones stay: %s", what, error.problems[0])
