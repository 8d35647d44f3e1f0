"""Providing a release that matches the present data: found in the register, or trained now."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from bot.catalogue.catalogue import Catalogue
from bot.training.fingerprint import fingerprint
from bot.training.releases import Release, Releases, new_release_id
from bot.training.trainer import Progress, train


def _quiet(done: int, total: int, what: str) -> None:
    """Show nothing."""


async def provide_release(
    releases: Releases, project: Path, catalogue: Catalogue, models: Path, progress: Progress = _quiet
) -> Release:
    """Return an active release made of the present data, training one when there is none.

    Raises:
        ConfigError: config.yml would not train.
        TrainingFailed: The training failed; the active release stays as it is.
    """
    wanted = fingerprint(project, catalogue)
    found = await releases.with_fingerprint(wanted)
    if found is None or not is_intact(models / found.archive, found.sha256):
        found = await train_release(releases, project, wanted, models, progress)
    return found if found.state == "active" else await releases.activate(found.id)


def is_intact(archive: Path, sha256: str) -> bool:
    """Say whether an archive is there and still the one that was registered."""
    return archive.exists() and hashlib.sha256(archive.read_bytes()).hexdigest() == sha256


async def train_release(
    releases: Releases, project: Path, wanted: str, models: Path, progress: Progress = _quiet
) -> Release:
    """Train and register a release; it does not serve yet."""
    await asyncio.to_thread(models.mkdir, parents=True, exist_ok=True)
    release_id = new_release_id()
    made = await train(project, models / f"{release_id}.tar.gz", progress=progress)
    await releases.register(release_id, made.archive.name, made.sha256, wanted)
    found = await releases.with_fingerprint(wanted)
    if found is None:
        raise RuntimeError("a release vanished from the register")
    return found
