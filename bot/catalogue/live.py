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

    @property
    def current(self) -> Catalogue:
        """The catalogue as last loaded without errors; loaded at first use.

        Raises:
            CatalogueError: The first load found errors.
        """
        if self._current is None:
            self._current = load_catalogue(self._directory)
        return self._current

    def reload(self) -> Catalogue:
        """Load again and serve the result.

        Raises:
            CatalogueError: A file is broken; the catalogue served before stays.
        """
        fresh = load_catalogue(self._directory)
        self._current = fresh
        return fresh


@lru_cache(maxsize=1)
def project_catalogue() -> LiveCatalogue:
    """Return the catalogue of this project, one for the process."""
    return LiveCatalogue(Settings().catalogue_dir)
