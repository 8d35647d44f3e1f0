"""The catalogue being served: swapped whole, never half, and never for a broken one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.live_files import LiveFiles
from bot.catalogue.loader import QUESTIONS_BACK, load_catalogue
from bot.settings import Settings


class LiveCatalogue(LiveFiles[Catalogue]):
    """Holds the current catalogue of a directory, with the questions back beside it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            lambda: [*sorted(directory.glob("*.yml")), directory.parent / QUESTIONS_BACK],
            lambda: load_catalogue(directory),
        )


@lru_cache(maxsize=1)
def project_catalogue() -> LiveCatalogue:
    """Return the catalogue of this project, one for the process."""
    return LiveCatalogue(Settings().catalogue_dir)
