"""The operator's virus scanner, run on each file before anybody may open it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shlex
from enum import StrEnum
from pathlib import Path

logger = logging.getLogger(__name__)

CLEAN, INFECTED = 0, 1
"""Exit codes of clamscan and clamdscan; scanners that differ need a small script around them."""


class Finding(StrEnum):
    """What a scanner says."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"
    """It failed or took too long: nobody may open the file."""


class Scanner:
    """Runs a command; without one everything counts as clean."""

    def __init__(self, command: str | None, seconds: float = 20.0) -> None:
        """Args: `command` gets the path in place of `{file}`, or as its last word; it meets no shell."""
        self._words = shlex.split(command) if command else []
        self._seconds = seconds

    async def scan(self, path: Path) -> Finding:
        """Return what the scanner says of a file."""
        if not self._words:
            return Finding.CLEAN
        words = [word.replace("{file}", str(path)) for word in self._words]
        if words == self._words:
            words.append(str(path))
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            logger.error("the scanner cannot be run: %s", type(error).__name__)
            return Finding.UNKNOWN
        try:
            async with asyncio.timeout(self._seconds):
                code = await process.wait()
        except TimeoutError:
            logger.error("the scanner took more than %s s", self._seconds)
            return Finding.UNKNOWN
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if code == CLEAN:
            return Finding.CLEAN
        if code == INFECTED:
            return Finding.INFECTED
        logger.error("the scanner ended with %s", code)
        return Finding.UNKNOWN
