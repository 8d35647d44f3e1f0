"""Making a release: trained, registered with what it was taught, its archive known by its digest."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from bot.catalogue.catalogue import Catalogue
from bot.training.fingerprint import code_fingerprint
from bot.training.releases import Release, Releases, new_release_id
from bot.training.taught import lesson_in
from bot.training.trainer import Progress, train


def _quiet(done: int, total: int, what: str) -> None:
    """Show nothing."""


def is_intact(archive: Path, sha256: str) -> bool:
    """Say whether an archive is there and still the one that was registered."""
    return archive.exists() and hashlib.sha256(archive.read_bytes()).hexdigest() == sha256


async def train_release(
    releases: Releases, project: Path, catalogue: Catalogue, wanted: str, models: Path, progress: Progress = _quiet
) -> Release:
    """Train and register a release with what it was taught; it does not serve yet."""
    await asyncio.to_thread(models.mkdir, parents=True, exist_ok=True)
    release_id = new_release_id()
    made = await train(project, models / f"{release_id}.tar.gz", progress=progress)
    lesson = await asyncio.to_thread(lesson_in, project, catalogue)
    code = await asyncio.to_thread(code_fingerprint, project)
    await releases.register(release_id, made.archive.name, made.sha256, wanted, code, lesson)
    found = await releases.with_fingerprint(wanted)
    if found is None:
        raise RuntimeError("a release vanished from the register")
    return found
