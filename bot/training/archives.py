"""Which archives of releases are kept, and removing the others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from bot.training.releases import Release

ABANDONED_SECONDS = 24 * 3600
"""After this a half-written archive belongs to a training that died."""


def kept_releases(releases: Sequence[Release], number: int) -> set[str]:
    """Return the ids of releases whose archives stay.

    These are the active one, the one before it, to which a rollback goes, and the `number` newest.
    """
    newest = sorted(releases, key=lambda release: release.created_at, reverse=True)[:number]
    retired = [release for release in releases if release.state == "retired"]
    before = sorted(retired, key=lambda release: release.activated_at or release.created_at)[-1:]
    active = [release for release in releases if release.state == "active"]
    return {release.id for release in (*newest, *before, *active)}


def remove_old_archives(releases: Sequence[Release], models: Path, number: int) -> list[str]:
    """Remove archives by the rule of `kept_releases`; return the names of the files removed.

    Only files that the register names are touched, so archives of another register in the same folder
    stay. The rows stay, too, with their reports.

    Args:
        releases: The whole register.
        models: Folder of the archives.
        number: How many of the newest stay.
    """
    kept = kept_releases(releases, number)
    # Two rows may name one file.
    needed = {release.archive for release in releases if release.id in kept}
    removed = []
    for archive in sorted({release.archive for release in releases} - needed):
        path = models / archive
        if path.exists():
            path.unlink()
            removed.append(archive)
    for partial in models.glob("*.partial"):
        if time.time() - partial.stat().st_mtime > ABANDONED_SECONDS:
            partial.unlink(missing_ok=True)
            removed.append(partial.name)
    return removed
