"""Files that are followed: what is made of them is served whole, and never for broken ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Generic, TypeVar

from bot.catalogue.problems import CatalogueError

Content = TypeVar("Content")


class LiveFiles(Generic[Content]):
    """Holds what was last made of some files without errors."""

    def __init__(self, files: Callable[[], Iterable[Path]], load: Callable[[], Content]) -> None:
        self._files, self._load = files, load
        self._current: Content | None = None
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._digest = ""
        self._problem: str | None = None

    @property
    def current(self) -> Content:
        """What is served; loaded at first use.

        Raises:
            CatalogueError: The first load found errors.
        """
        return self.reload() if self._current is None else self._current

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents of the files served; empty before the first load."""
        return self._digest

    @property
    def problem(self) -> str | None:
        """Why the newest files are not served: file, line and field; None when they are."""
        return self._problem

    def reload(self) -> Content:
        """Load again and serve the result.

        Raises:
            CatalogueError: A file is broken; what was served before stays.
        """
        seen, digest = self._stamp(), self._hash()
        try:
            fresh = self._load()
        except CatalogueError as error:
            self._problem = str(error.problems[0])
            raise
        self._current, self._seen, self._digest, self._problem = fresh, seen, digest, None
        return fresh

    def reload_if_changed(self) -> bool:
        """Load again when a file changed since the last attempt; say whether other content serves than before.

        Raises:
            CatalogueError: A file is broken; what was served before stays, and the same files are not
                tried again.
        """
        seen = self._stamp()
        if seen == self._seen:
            return False
        self._seen = seen
        before = self._digest
        self.reload()
        return before not in ("", self._digest)

    def _stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Return names, times and sizes, which change with every edit."""
        known = [(path.name, path.stat()) for path in self._files() if path.exists()]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in known)

    def _hash(self) -> str:
        digest = hashlib.sha256()
        for path in self._files():
            if path.exists():
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()
