"""One door to the database: PostgreSQL for several processes, SQLite for one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.storage.sqlite_thread import SqliteThread, Work

T = TypeVar("T")

CONNECT_TIMEOUT_SECONDS = 5
STATEMENT_TIMEOUT_MS = 10_000
REACHABLE_SECONDS = 1.0
IDLE_SECONDS = 2.0
DEAD_PEER: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""Connection options of libpq: a server that vanished without a word is noticed after 15 to 25 seconds.

The statement timeout does not help there, for it is the server that keeps it.
"""


class Database:
    """Connections, with the transactions each dialect needs."""

    def __init__(self, url: str, *, pool_size: int = 12, durable: bool = True) -> None:
        """Args: `durable` False skips waiting for the disk, for databases that are thrown away."""
        self.url = _with_driver(make_url(url))
        self.is_postgresql = self.url.get_backend_name() == "postgresql"
        prepare = _prepare_sqlite if durable else _prepare_throwaway_sqlite
        self.engine = _create_engine(self.url, pool_size, prepare)
        # One statement needs no BEGIN and COMMIT around it: two round trips less.
        self._reader = (
            self.engine.execution_options(isolation_level="AUTOCOMMIT") if self.is_postgresql else self.engine
        )
        # SQLite has one writer; waiting here is fair, waiting inside SQLite is polling.
        self._writer: asyncio.Lock | None = None if self.is_postgresql else asyncio.Lock()
        self._thread = (
            SqliteThread(self.url.database, prepare, durable=durable)
            if self.url.database and not self.is_postgresql
            else None
        )
        self._probe: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection for reading; on PostgreSQL each statement sees what is committed by then."""
        async with self._reader.connect() as connection:
            yield connection

    def autocommit(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Yield a connection where each statement is a transaction of its own; PostgreSQL only."""
        return self.read()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection inside a transaction that commits when the block ends well."""
        if self._writer is None:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._writer, self.engine.connect() as connection:
            await connection.execution_options(motcua_begin="BEGIN IMMEDIATE")
            async with connection.begin():
                yield connection

    async def in_thread(self, work: Work[T], *, waits_for_disk: bool = True) -> T:
        """Return what `work` returns inside a transaction on SQLite; see `SqliteThread.run`.

        Raises:
            DBAPIError: As in any other transaction.
        """
        if self._thread is None or self._writer is None:
            raise RuntimeError("only SQLite has a thread that writes")
        async with self._writer:
            return await self._thread.run(work, waits_for_disk=waits_for_disk)

    async def is_reachable(self) -> bool:
        """Say whether a trivial query succeeds within a second."""
        # Cancelling a query waits for the server, so a silent server must not be waited for at all,
        # and only one query hangs there however often we are asked.
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._ask_anything())
            self._probe.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(REACHABLE_SECONDS):
                await asyncio.shield(self._probe)
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def _ask_anything(self) -> None:
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close all connections."""
        if self._probe is not None and not self._probe.done():
            self._probe.cancel()
            await asyncio.wait({self._probe}, timeout=REACHABLE_SECONDS)
        await self.engine.dispose()
        if self._thread is not None:
            await self._thread.close()


def is_passing(error: BaseException) -> bool:
    """Say whether the same work may succeed later: the database is away, busy, or chose a victim.

    False means that the work itself is at fault and would fail again.
    """
    if isinstance(error, DBAPIError):
        return isinstance(error, (OperationalError, InterfaceError)) or error.connection_invalidated
    return isinstance(error, (OSError, PoolTimeout))


def _with_driver(url: URL) -> URL:
    drivers = {
        "postgresql": "postgresql+psycopg",
        "postgres": "postgresql+psycopg",
        "sqlite": "sqlite+aiosqlite",
    }
    return url.set(drivername=drivers.get(url.drivername, url.drivername))


def _create_engine(url: URL, pool_size: int, prepare: Callable[[Any, Any], None]) -> AsyncEngine:
    options: dict[str, Any] = {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        "pool_size": pool_size,
        # Waiting a millisecond for a connection is cheaper than opening one that is closed after one use.
        "max_overflow": 0,
    }
    if url.get_backend_name() == "postgresql":
        options |= {
            "pool_recycle": 1800,
            "connect_args": {
                "connect_timeout": CONNECT_TIMEOUT_SECONDS,
                **DEAD_PEER,
                "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC",
            },
        }
        engine = create_async_engine(url, **options)
        event.listen(engine.sync_engine, "checkin", _note_use)
        event.listen(engine.sync_engine, "checkout", _ping_if_idle)
        return engine
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url, **options)
    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _note_use(connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _ping_if_idle(connection: Any, record: Any, proxy: Any) -> None:
    """Try a connection that lay idle; under load a ping before each use would be a third of the traffic."""
    if time.monotonic() - record.info.get("used_at", 0.0) < IDLE_SECONDS:
        return
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        connection.rollback()
    except Exception as error:
        # The pool then opens a new connection and comes here again.
        raise DisconnectionError from error


def _prepare_sqlite(connection: Any, _: Any = None) -> None:
    # FULL: a committed message survives a power cut, not only a killed process.
    _set_pragmas(connection, "FULL")


def _prepare_throwaway_sqlite(connection: Any, _: Any = None) -> None:
    _set_pragmas(connection, "OFF")


def _set_pragmas(connection: Any, synchronous: str) -> None:
    # The driver's own implicit transactions would defer the write lock: docs of pysqlite in SQLAlchemy.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "cache_size=-8000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("motcua_begin", "BEGIN"))
