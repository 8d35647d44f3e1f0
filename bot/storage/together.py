"""Writing several rows in one round trip: PostgreSQL takes them as parts of one statement.

All parts see the database as it was before the first of them, and no two may touch the same row.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

from sqlalchemy import CTE, Delete, Executable, Insert, Select, Update, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection


class Named(Protocol):
    """A dialect."""

    @property
    def name(self) -> str:
        """`postgresql` or `sqlite`."""


class Writing(Protocol):
    """Where something is written whose result nobody reads: a connection, or `Together`."""

    @property
    def dialect(self) -> Named:
        """Whose statements it takes."""

    def execute(self, statement: Any, /) -> Awaitable[Any]:
        """Write, now or with the others."""


class Together:
    """Collects statements whose results nobody reads, and writes them at once."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Args: `connection`: an open writing transaction."""
        self._connection = connection
        self._parts: list[Insert | Update | Delete] = []
        self._asked: list[Select[Any]] = []

    @property
    def dialect(self) -> Named:
        """That of the connection."""
        return self._connection.dialect

    async def execute(self, statement: Executable, /) -> None:
        """Keep a statement; a selection is taken for what its functions do, such as `pg_notify`.

        Raises:
            TypeError: It is another kind of statement.
        """
        if isinstance(statement, Select):
            self._asked.append(statement)
        elif isinstance(statement, Insert | Update | Delete):
            self._parts.append(statement)
        else:
            raise TypeError(type(statement))

    async def write(self) -> None:
        """Write what was collected."""
        parts, asked = self._parts, self._asked
        self._parts, self._asked = [], []
        if self.dialect.name != "postgresql":
            for statement in (*parts, *asked):
                await self._connection.execute(statement)
            return
        columns = [column for selection in asked for column in selection.selected_columns]
        steps: list[CTE] = [part.cte(f"step_{number}") for number, part in enumerate(parts, 1)]
        if steps or columns:
            await self._connection.execute(select(*(columns or [literal(1)])).add_cte(*steps))
