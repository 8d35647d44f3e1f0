"""Which release serves: promoted after a green gate, tried on a share, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select

from bot.clock import aware, now
from bot.storage.database import Database
from bot.storage.tables import inbox
from bot.storage.training_tables import canaries
from bot.training.gate.gate import find_report
from bot.training.provide import is_intact
from bot.training.releases import Release, Releases, UnknownRelease

SHORTEST_REASON = 10


class NotPromoted(ValueError):
    """The release may not serve; the message says why, for clerks."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A release that answers a share of the conversations."""

    release_id: str
    share: float
    started_at: datetime


class Promotion:
    """Decides what may serve."""

    def __init__(self, database: Database, models: Path) -> None:
        self._database = database
        self._models = models
        self._releases = Releases(database)

    async def promote(self, release_id: str, *, override_reason: str | None = None) -> Release:
        """Make a release serve.

        Args:
            release_id: Which one.
            override_reason: Why an administrator promotes it against the gate.

        Raises:
            NotPromoted: Its gate is red or missing and no reason was given, or its archive is damaged.
            UnknownRelease: There is no such release.
        """
        release = await self._get(release_id)
        if release.state != "retired":
            # What has served before may serve again, whatever a newer gate says.
            await self._check_gate(release_id, override_reason)
        served = await self._releases.activate(release_id)
        await self.end_canary()
        return served

    async def roll_back(self) -> Release:
        """Make the release serve that served before; ends a canary.

        Raises:
            UnknownRelease: None served before.
        """
        await self.end_canary()
        return await self._releases.rollback()

    async def start_canary(self, release_id: str, share: float, *, override_reason: str | None = None) -> None:
        """Let a release answer a share of the conversations.

        Raises:
            NotPromoted: As for `promote`, or the share is not between 1 % and 50 %.
            UnknownRelease: There is no such release.
        """
        if not 0.01 <= share <= 0.5:
            raise NotPromoted("Tỷ lệ thử phải từ 1 % đến 50 %.")
        release = await self._get(release_id)
        if release.state == "active":
            raise NotPromoted("Bản này đang phục vụ tất cả.")
        await self._check_gate(release_id, override_reason)
        async with self._database.write() as connection:
            await connection.execute(delete(canaries))
            await connection.execute(
                insert(canaries).values(id=1, release_id=release_id, share=share, started_at=now())
            )

    async def end_canary(self) -> bool:
        """Let the serving release answer all conversations again; say whether a canary ran."""
        async with self._database.write() as connection:
            return bool((await connection.execute(delete(canaries))).rowcount)

    async def _get(self, release_id: str) -> Release:
        release = next((r for r in await self._releases.all() if r.id == release_id), None)
        if release is None:
            raise UnknownRelease(release_id)
        if not is_intact(self._models / release.archive, release.sha256):
            raise NotPromoted("Tệp của bản này đã mất hoặc bị sửa, nên không được dùng.")
        return release

    async def _check_gate(self, release_id: str, override_reason: str | None) -> None:
        report = await find_report(self._database, release_id)
        if report is not None and report.verdict == "green":
            return
        if override_reason is None:
            why = "chưa được chấm" if report is None else "không đạt khi chấm"
            raise NotPromoted(f"Bản này {why}, nên không được đưa lên phục vụ.")
        if len(override_reason.strip()) < SHORTEST_REASON:
            raise NotPromoted(f"Hãy viết lý do, ít nhất {SHORTEST_REASON} ký tự.")


async def find_canary(database: Database) -> Canary | None:
    """Return the release that is being tried, or None."""
    async with database.read() as connection:
        row = (await connection.execute(select(canaries))).first()
    return Canary(row.release_id, row.share, aware(row.started_at)) if row else None


async def live_figures(database: Database, since: datetime) -> dict[str, dict[str, Any]]:
    """Return turns by outcome for each release, for the live comparison of a canary."""
    query = (
        select(inbox.c.release, inbox.c.outcome, func.count().label("turns"))
        .where(inbox.c.received_at >= since, inbox.c.status == "done", inbox.c.release.is_not(None))
        .group_by(inbox.c.release, inbox.c.outcome)
    )
    found: dict[str, dict[str, Any]] = {}
    async with database.read() as connection:
        for row in await connection.execute(query):
            figures = found.setdefault(row.release, {"turns": 0, "outcomes": {}})
            figures["turns"] += row.turns
            figures["outcomes"][row.outcome or "error"] = row.turns
    return found
