"""The register of releases: which archives exist, which one serves, which one served before."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.clock import VIETNAM, aware, now
from bot.storage.database import Database
from bot.storage.tables import releases
from bot.training.taught import Lesson, read_lesson, stored_lesson

COLUMNS = [column for column in releases.c if column.name != "report"]
"""The report holds all that was taught: followers who look every second do without it."""


class UnknownRelease(LookupError):
    """No release of that id, or none to go back to."""


@dataclass(frozen=True, slots=True)
class Release:
    """A trained archive and what it was made of."""

    id: str
    archive: str
    sha256: str
    fingerprint: str
    state: str
    created_at: datetime
    activated_at: datetime | None


def new_release_id() -> str:
    """Return an id that sorts by time and reads as a date: `20261124-1603-9f2c`."""
    return f"{now().astimezone(VIETNAM):%Y%m%d-%H%M}-{secrets.token_hex(2)}"


class Releases:
    """Reads and changes the register."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def database(self) -> Database:
        """Where the register is kept."""
        return self._database

    async def register(
        self,
        release_id: str,
        archive: str,
        sha256: str,
        fingerprint: str,
        code: str | None = None,
        lesson: Lesson | None = None,
    ) -> None:
        """Note a fresh archive, the code that trained it and what it was taught; it does not serve yet."""
        report: dict[str, Any] = {"code": code} if code else {}
        if lesson is not None:
            report["lesson"] = stored_lesson(lesson)
        async with self._database.write() as connection:
            await connection.execute(
                insert(releases).values(
                    id=release_id,
                    archive=archive,
                    sha256=sha256,
                    fingerprint=fingerprint,
                    state="trained",
                    report=report or None,
                    created_at=now(),
                )
            )

    async def code_of(self, release_id: str) -> str | None:
        """Return the fingerprint of the code that trained a release, if it was noted."""
        return (await self._report(release_id)).get("code")

    async def lesson_of(self, release_id: str) -> Lesson | None:
        """Return what a release was taught, if it was noted."""
        stored = (await self._report(release_id)).get("lesson")
        return read_lesson(stored) if stored else None

    async def forget_lessons(self, release_ids: Sequence[str]) -> None:
        """Delete what releases were taught that cannot serve again."""
        for release_id in release_ids:
            report = await self._report(release_id)
            if report.pop("lesson", None):
                async with self._database.write() as connection:
                    await connection.execute(
                        update(releases).where(releases.c.id == release_id).values(report=report)
                    )

    async def _report(self, release_id: str) -> dict[str, Any]:
        async with self._database.read() as connection:
            report = await connection.scalar(select(releases.c.report).where(releases.c.id == release_id))
        return dict(report or {})

    async def all(self) -> Sequence[Release]:
        """Return all releases, newest first."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(*COLUMNS).order_by(releases.c.created_at.desc()))
            return [_release(row) for row in rows]

    async def active(self) -> Release | None:
        """Return the release that serves, or None."""
        return next((release for release in await self.all() if release.state == "active"), None)

    async def with_fingerprint(self, fingerprint: str) -> Release | None:
        """Return the newest release made of exactly these data and this code, or None."""
        return next((r for r in await self.all() if r.fingerprint == fingerprint), None)

    async def activate(self, release_id: str) -> Release:
        """Make a release the one that serves.

        Raises:
            UnknownRelease: There is no such release.
        """
        async with self._database.write() as connection:
            await connection.execute(
                update(releases)
                .where(releases.c.state == "active", releases.c.id != release_id)
                .values(state="retired")
            )
            changed = await connection.execute(
                update(releases).where(releases.c.id == release_id).values(state="active", activated_at=now())
            )
            if changed.rowcount != 1:
                raise UnknownRelease(release_id)
        found = await self.active()
        if found is None:
            raise UnknownRelease(release_id)
        return found

    async def rollback(self) -> Release:
        """Make the release serve that served before the present one.

        Raises:
            UnknownRelease: None served before.
        """
        earlier = [release for release in await self.all() if release.state == "retired"]
        if not earlier:
            raise UnknownRelease("no earlier release")
        return await self.activate(max(earlier, key=lambda r: r.activated_at or r.created_at).id)


def _release(row: Row[Any]) -> Release:
    return Release(
        row.id,
        row.archive,
        row.sha256,
        row.fingerprint,
        row.state,
        aware(row.created_at),
        aware(row.activated_at) if row.activated_at else None,
    )
