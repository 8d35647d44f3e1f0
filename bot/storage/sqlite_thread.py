"""A thread with one SQLite connection, for work that is several statements and must be quick.

An asynchronous driver goes to its thread and back for each call of a cursor; here a whole transaction
goes there once.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class SqliteThread:
    """Runs transactions one after the other."""

    def __init__(self, path: str, prepare: Callable[[sqlite3.Connection], None], *, durable: bool) -> None:
        """Args: `prepare` sets up a new connection; `durable` False never waits for the disk."""
        self._path = path
        self._prepare = prepare
        self._durable = durable
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._connection: sqlite3.Connection | None = None

    async def run(self, work: Work[T], *, waits_for_disk: bool) -> T:
        """Return what `work` returns, inside a transaction that is rolled back when it raises.

        Args:
            work: Gets the connection; runs in the thread, so it must touch nothing else.
            waits_for_disk: Whether the result survives a power cut, not only the end of the process.

        Raises:
            DBAPIError: As SQLAlchemy raises it for the same fault.
        """
        loop = asyncio.get_running_loop()
        level = "OFF" if not self._durable else "FULL" if waits_for_disk else "NORMAL"
        return await loop.run_in_executor(self._thread, self._transact, work, level)

    async def close(self) -> None:
        """Close the connection and end the thread."""
        if self._connection is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _transact(self, work: Work[T], synchronous: str) -> T:
        try:
            connection = self._connection or self._connect()
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                found = work(connection)
            except BaseException:
                # After some faults, such as a full disk, SQLite has rolled back by itself.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise DBAPIError.instance(None, None, error, sqlite3.Error) from error
        return found

    def _connect(self) -> sqlite3.Connection:
        connection = self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._prepare(connection)
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def stored_moment(moment: datetime) -> str:
    """Return a moment, UTC, as the tables hold it in SQLite."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
