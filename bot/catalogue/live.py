"""The catalogue being served: swapped whole, never half, and never for a broken one."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.loader import load_catalogue
from bot.settings import Settings

logger = logging.getLogger(__name__)


class LiveCatalogue:
    """Holds the current catalogue of a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._current: Catalogue | None = None
        self._seen: tuple[tuple[str, int, int], ...] = ()

    @property
    def current(self) -> Catalogue:
        """The catalogue as last loaded without errors; loaded at first use.

        Raises:
            CatalogueError: The first load found errors.
        """
        return self._current or self.reload()

    def reload(self) -> Catalogue:
        """Load again and serve the result.

        Raises:
            CatalogueError: A file is broken; the catalogue served before stays.
        """
        stamp = self._stamp()
        fresh = load_catalogue(self._directory)
        self._current, self._seen = fresh, stamp
        return fresh

    def reload_if_changed(self) -> bool:
        """Load again when a file changed since the last attempt; say whether a new one serves.

        Raises:
            CatalogueError: A file is broken; the catalogue served before stays, and the same files are
                not tried again.
        """
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        before = self._current.digest if self._current else None
        return self.reload().digest != before

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Return names, times and sizes of the files, which change with every edit."""
        files = [*sorted(self._directory.glob("*.yml")), self._directory.parent / "questions_back.yml"]
        known = [(path.name, path.stat()) for path in files if path.exists()]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in known)


@lru_cache(maxsize=1)
def project_catalogue() -> LiveCatalogue:
    """Return the catalogue of this project, one for the process."""
    return LiveCatalogue(Settings().catalogue_dir)
