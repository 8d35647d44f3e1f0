"""The folder in which files lie: one for each id, readable by the service alone."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path

_ID = re.compile(r"[A-Za-z0-9_-]{16,32}")


class Files:
    """Bytes by id; ids are ours, never a name that somebody chose."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, attachment_id: str) -> Path:
        """Return where a file is, or would be.

        Raises:
            ValueError: This is no id of ours.
        """
        if not _ID.fullmatch(attachment_id):
            raise ValueError("not an id")
        return self._folder / attachment_id

    async def write(self, attachment_id: str, content: bytes) -> Path:
        """Store a file; a crash leaves all of it or nothing that counts."""
        return await asyncio.to_thread(self._write, self.path(attachment_id), content)

    async def read(self, attachment_id: str) -> bytes | None:
        """Return a file, or None when it is gone."""
        try:
            return await asyncio.to_thread(self.path(attachment_id).read_bytes)
        except FileNotFoundError:
            return None

    async def delete(self, ids: Iterable[str]) -> None:
        """Delete files; those that are gone already are no fault."""
        for path in [self.path(attachment_id) for attachment_id in ids]:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def older_than(self, seconds: float) -> dict[str, int]:
        """Return id and size of the files written longer ago than that."""
        return await asyncio.to_thread(self._older_than, seconds)

    async def total(self) -> int:
        """Return how many bytes are used."""
        return sum((await self.older_than(float("-inf"))).values())

    def _write(self, path: Path, content: bytes) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        draft.rename(path)
        return path

    def _older_than(self, seconds: float) -> dict[str, int]:
        found: dict[str, int] = {}
        if not self._folder.exists():
            return found
        with os.scandir(self._folder) as entries:
            for entry in entries:
                about = entry.stat()
                if time.time() - about.st_mtime > seconds:
                    found[entry.name.removesuffix(".part")] = about.st_size
        return found
