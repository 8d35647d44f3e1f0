"""Imports in the database: a run fills its own staging rows, and is published in one transaction.

Readers see the procedures of finished runs only, all of a run or nothing of it; a run that dies leaves
staging rows that nobody reads, and the next import clears them away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.catalogue.imported import ImportedProcedure
from bot.catalogue.imports.report import ImportReport
from bot.clock import now
from bot.storage.database import Database
from bot.storage.tables import import_runs, import_staging, imported_procedures

ABANDONED_AFTER = timedelta(hours=1)
_CARRIED = ("content", "digest", "flags", "source_url", "collected_on")


def content_of(procedure: ImportedProcedure) -> dict[str, Any]:
    """Return what is stored of a procedure; defaults are left out, sets are sorted."""
    content = procedure.model_dump(mode="json", exclude_defaults=True)
    if "withheld" in content:
        content["withheld"] = sorted(content["withheld"])
    return content


def digest_of(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a stored content; the order of keys does not matter."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


class ImportStore:
    """The tables of the import."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, run_id: str, file: str) -> None:
        """Register a run; close runs that died an hour or more ago and remove what they staged."""
        moment = now()
        runs = import_runs.c
        dead = (runs.state == "running") & (runs.started_at < moment - ABANDONED_AFTER)
        async with self._database.write() as connection:
            await connection.execute(
                delete(import_staging).where(
                    import_staging.c.run_id.in_(select(runs.id).where(dead | (runs.state != "running")))
                )
            )
            await connection.execute(update(import_runs).where(dead).values(state="failed", finished_at=moment))
            await connection.execute(
                insert(import_runs).values(id=run_id, file=file[:255], state="running", started_at=moment)
            )

    async def digests(self) -> dict[str, str]:
        """Return the digest of every published procedure by code."""
        table = imported_procedures.c
        async with self._database.read() as connection:
            rows = await connection.execute(select(table.code, table.digest))
            return {row.code: row.digest for row in rows}

    async def stage(self, run_id: str, batch: int, rows: Sequence[dict[str, Any]]) -> None:
        """Write one batch of new or changed rows where no reader looks."""
        async with self._database.write() as connection:
            await connection.execute(
                insert(import_staging), [{**row, "run_id": run_id, "batch": batch} for row in rows]
            )

    async def publish(self, run_id: str, batches: int, report: ImportReport) -> None:
        """Make everything that a run has staged visible at once, and close the run."""
        moment = now()
        async with self._database.write() as connection:
            for batch in range(batches):
                await connection.execute(self._move(run_id, batch, moment))
            await connection.execute(delete(import_staging).where(import_staging.c.run_id == run_id))
            await connection.execute(
                update(import_runs)
                .where(import_runs.c.id == run_id)
                .values(state="done", finished_at=moment, report=report.as_json())
            )

    def _move(self, run_id: str, batch: int, moment: Any) -> Any:
        staged = import_staging.c
        # One order for all, so that two imports at once wait for each other instead of dying.
        source = (
            select(
                staged.code,
                *(staged[name] for name in _CARRIED),
                literal(run_id),
                literal(moment, type_=imported_procedures.c.created_at.type),
                literal(moment, type_=imported_procedures.c.updated_at.type),
            )
            .where(staged.run_id == run_id, staged.batch == batch)
            .order_by(staged.code)
        )
        dialect = postgresql if self._database.is_postgresql else sqlite
        names = ["code", *_CARRIED, "run_id", "created_at", "updated_at"]
        statement = dialect.insert(imported_procedures).from_select(names, source)
        return statement.on_conflict_do_update(
            index_elements=["code"],
            set_={name: statement.excluded[name] for name in (*_CARRIED, "run_id", "updated_at")},
        )

    async def abandon(self, run_id: str) -> None:
        """Close a run that failed and remove what it staged."""
        async with self._database.write() as connection:
            await connection.execute(delete(import_staging).where(import_staging.c.run_id == run_id))
            await connection.execute(
                update(import_runs).where(import_runs.c.id == run_id).values(state="failed", finished_at=now())
            )

    async def staged(self) -> int:
        """Return the number of staging rows."""
        async with self._database.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(import_staging)) or 0)
