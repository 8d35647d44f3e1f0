"""The imported procedures as the service uses them: names in memory, everything else read when asked for.

The whole import as objects costs 86 MB a process; the index over its names 2 MB (benchmarks, `search`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import func, select

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.imported import ImportedProcedure, Part
from bot.catalogue.index.search import Match, NamedProcedure, NameIndex, named
from bot.catalogue.live import LiveCatalogue, project_catalogue
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tables import imported_procedures

logger = logging.getLogger(__name__)

Generation = tuple[str, int, str]
"""Digest of the curated catalogue, number of imported rows, time of their last change."""


class _ImportedName(NamedTuple):
    code: str
    official_name: str
    short_name: str


@dataclass(frozen=True, slots=True)
class _Names:
    """What is in memory; replaced whole."""

    index: NameIndex
    shared: frozenset[str]
    """Codes whose short name another imported procedure bears too."""
    imported: int


class ImportedLibrary:
    """Searches curated and imported names; reads an imported procedure by its code."""

    def __init__(self, database: Database, live: LiveCatalogue) -> None:
        self._database, self._live = database, live
        self._names: _Names | None = None
        self._generation: Generation | None = None

    @property
    def imported(self) -> int:
        """Number of imported procedures that can be found."""
        return self._names.imported if self._names else 0

    @property
    def generation(self) -> Generation | None:
        """What the index was built of, None before the first refresh."""
        return self._generation

    async def refresh(self) -> bool:
        """Build the index again if the curated catalogue or the import changed; say whether it did.

        Searches go on with the old index until the new one is complete.

        Raises:
            SQLAlchemyError: The database is away or not migrated; the old index stays.
        """
        catalogue = self._live.current
        generation = await self._present(catalogue)
        if generation == self._generation:
            return False
        names = None
        if generation[1]:
            rows = await self._rows()
            names = await asyncio.to_thread(_names, catalogue, rows)
        self._names, self._generation = names, generation
        return True

    def search(self, text: str, limit: int = 5) -> list[Match]:
        """Return the procedures whose names are nearest, curated and imported; none without an import."""
        return self._names.index.search(text, limit) if self._names else []

    def shares_name(self, code: str) -> bool:
        """Say whether a button needs the level beside the short name."""
        return self._names is not None and code in self._names.shared

    async def find(self, code: str | None) -> ImportedProcedure | None:
        """Return the imported procedure with this code, or None, also when the curated catalogue has it."""
        if code is None or code in self._live.current:
            return None
        table = imported_procedures.c
        async with self._database.read() as connection:
            query = select(table.content, table.updated_at).where(table.code == code)
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        return ImportedProcedure.model_validate({**row.content, "imported_on": row.updated_at.date()})

    async def _present(self, catalogue: Catalogue) -> Generation:
        table = imported_procedures.c
        async with self._database.read() as connection:
            row = (await connection.execute(select(func.count(), func.max(table.updated_at)))).one()
        return catalogue.digest, int(row[0]), str(row[1])

    async def _rows(self) -> list[_ImportedName]:
        table = imported_procedures.c
        content = table.content
        query = select(
            table.code,
            content["official_name"].as_string().label("official_name"),
            content["short_name"].as_string().label("short_name"),
            content["withheld"].label("withheld"),
        ).order_by(table.code)
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            # A title that belongs to another province must not find its code.
            return [
                _ImportedName(row.code, row.official_name, row.short_name)
                for row in rows
                if Part.TITLE.value not in (row.withheld or ())
            ]


def _names(catalogue: Catalogue, rows: Iterable[_ImportedName]) -> _Names:
    ours = [row for row in rows if row.code not in catalogue]
    bearers = Counter(row.short_name for row in ours)
    index = NameIndex(
        [
            *map(named, catalogue),
            *(NamedProcedure(row.code, (row.official_name, row.short_name)) for row in ours),
        ]
    )
    shared = frozenset(row.code for row in ours if bearers[row.short_name] > 1)
    return _Names(index, shared, len(ours))


@lru_cache(maxsize=1)
def project_library() -> ImportedLibrary:
    """Return the library over this project's database, one for the process."""
    return ImportedLibrary(Database(Settings().database_url), project_catalogue())
