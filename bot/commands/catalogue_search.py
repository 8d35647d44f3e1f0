"""`motcua catalogue search`, and imported procedures for `show`: curated files and the database together."""

from __future__ import annotations

import asyncio

from rich.table import Table

from bot.catalogue.imported import ImportedProcedure
from bot.catalogue.imported_library import ImportedLibrary
from bot.catalogue.index.search import Match, NameIndex, named
from bot.catalogue.live import LiveCatalogue
from bot.commands.terminal import fail, screen
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import ensure_tables


def search(query: str, limit: int) -> int:
    """Print the nearest procedures; return the exit code."""
    settings = Settings()
    live = LiveCatalogue(settings.catalogue_dir)
    rows = asyncio.run(_search(settings, live, query, limit))
    if not rows:
        return fail("Không tìm thấy thủ tục nào gần với câu này.")
    table = Table("Mã", "Thủ tục", "Từ", "Gần")
    for match, name in rows:
        table.add_row(match.code, name, "danh mục" if match.is_curated else "cổng quốc gia", f"{match.score:.2f}")
    screen.print(table)
    return 0


def find_imported(code: str) -> ImportedProcedure | None:
    """Return the imported procedure with this code, or None."""

    async def find() -> ImportedProcedure | None:
        settings = Settings()
        database = Database(settings.database_url)
        try:
            await ensure_tables(database)
            return await ImportedLibrary(database, LiveCatalogue(settings.catalogue_dir)).find(code)
        finally:
            await database.close()

    return asyncio.run(find())


async def _search(settings: Settings, live: LiveCatalogue, query: str, limit: int) -> list[tuple[Match, str]]:
    database = Database(settings.database_url)
    try:
        await ensure_tables(database)
        library = ImportedLibrary(database, live)
        await library.refresh()
        if library.imported:
            matches = library.search(query, limit)
        else:
            matches = NameIndex(map(named, live.current)).search(query, limit)
        return [(match, await _name(match, live, library)) for match in matches]
    finally:
        await database.close()


async def _name(match: Match, live: LiveCatalogue, library: ImportedLibrary) -> str:
    if curated := live.current.find(match.code):
        return curated.short_name
    imported = await library.find(match.code)
    return imported.short_name if imported else ""
