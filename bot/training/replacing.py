"""Letting a fresh release serve: at once when nothing serves, else through the gate."""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalogue.catalogue import Catalogue
from bot.settings import Settings
from bot.storage.database import Database
from bot.training.gate.gate import GateReport, examine, find_report
from bot.training.promotion import Promotion
from bot.training.provide import is_intact
from bot.training.releases import Release, Releases
from bot.training.trainer import Progress


@dataclass(frozen=True, slots=True)
class Replaced:
    """How it ended."""

    served: Release
    """What serves now."""
    report: GateReport | None
    """Of the fresh release; None when it was not examined."""

    @property
    def reasons(self) -> list[str]:
        """Why the fresh release does not serve; empty when it does."""
        return list(self.report.report["reasons"]) if self.report and self.report.verdict == "red" else []


async def serving_release(releases: Releases, settings: Settings) -> Release | None:
    """Return the active release if its archive is there and still the registered one."""
    active = await releases.active()
    return active if active and is_intact(settings.models_dir / active.archive, active.sha256) else None


async def replace_by(
    database: Database, settings: Settings, catalogue: Catalogue, fresh: Release, progress: Progress
) -> Replaced:
    """Let a release serve if nothing serves or the gate is green; else what serves stays.

    Args:
        database: Of the register.
        settings: Where archives and golden questions are.
        catalogue: The present one.
        fresh: Trained and registered; its report is used if there is one.
        progress: Told of each step of the examination.

    Raises:
        NotPromoted: The archive of the fresh release is damaged.
        ScoringFailed: One of the two could not be asked; what serves stays.
    """
    releases = Releases(database)
    active = await serving_release(releases, settings)
    if active is None:
        return Replaced(await releases.activate(fresh.id), None)
    if active.id == fresh.id:
        return Replaced(active, None)
    promotion = Promotion(database, settings.models_dir)
    if fresh.state == "retired":
        # What has served before may serve again, whatever a newer gate says.
        return Replaced(await promotion.promote(fresh.id), None)
    report = await find_report(database, fresh.id)
    if report is None or report.against != active.id:
        report = await examine(database, settings, catalogue, fresh, progress)
    if report.verdict != "green":
        return Replaced(active, report)
    return Replaced(await promotion.promote(fresh.id), report)
