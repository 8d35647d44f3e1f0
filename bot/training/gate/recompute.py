"""Judging a candidate anew after a clerk accepted a behaviour; what did not change is not asked again."""

from __future__ import annotations

from bot.catalogue.catalogue import Catalogue
from bot.settings import Settings
from bot.storage.database import Database
from bot.training.gate.gate import GateReport, examine
from bot.training.releases import Releases


async def recompute(
    database: Database, settings: Settings, catalogue: Catalogue, release_id: str
) -> GateReport | None:
    """Return the new report of a release, or None when the release is gone.

    Raises:
        ScoringFailed: A release could not be asked.
    """
    release = next((r for r in await Releases(database).all() if r.id == release_id), None)
    return await examine(database, settings, catalogue, release) if release else None
