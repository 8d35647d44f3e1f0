"""One import from the file to the published rows."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bot.catalogue.imported import ImportedProcedure
from bot.catalogue.imports.build import build
from bot.catalogue.imports.portal import is_portal_form, read_portal
from bot.catalogue.imports.raw import RowRefused, read_row
from bot.catalogue.imports.report import ImportReport, Refused
from bot.catalogue.imports.source import Item, Source
from bot.catalogue.imports.store import ImportStore, content_of, digest_of
from bot.storage.database import Database

BATCH = 200
"""Rows staged in one transaction."""

OnProgress = Callable[[int, int, int], None]
"""Called with bytes read, bytes in all, rows seen."""


class Importer:
    """Imports one file; rows that cannot be read are reported and do not stop the others."""

    def __init__(
        self,
        database: Database,
        *,
        today: date,
        collected_on: date | None = None,
        titles: Mapping[str, str] | None = None,
        on_progress: OnProgress = lambda read, size, rows: None,
    ) -> None:
        self._store = ImportStore(database)
        self._today = today
        self._collected_on = collected_on
        self._titles = titles or {}
        self._on_progress = on_progress

    async def run(self, path: Path) -> ImportReport:
        """Import a file and publish it; on any error nothing of it becomes visible.

        Raises:
            ImportFileError: The file as a whole cannot be read.
        """
        started = time.monotonic()
        source = Source(path)
        report = ImportReport(file=path.name, run_id=secrets.token_hex(8))
        await self._store.begin(report.run_id, path.name)
        try:
            batches = await self._stage(source, report)
            report.seconds = time.monotonic() - started
            await self._store.publish(report.run_id, batches, report)
        except BaseException:
            await self._store.abandon(report.run_id)
            raise
        report.seconds = time.monotonic() - started
        return report

    async def _stage(self, source: Source, report: ImportReport) -> int:
        known = await self._store.digests()
        lines: dict[str, int] = {}
        batch: list[dict[str, Any]] = []
        batches = 0
        for number, item in enumerate(source, 1):
            try:
                procedure = self._read(item, lines)
            except RowRefused as refused:
                report.refused.append(Refused(source.path.name, item.line, str(refused), _code_of(item.content)))
            else:
                lines[procedure.code] = item.line
                report.add(procedure)
                if row := _changed(procedure, known, report):
                    batch.append(row)
            if len(batch) >= BATCH:
                await self._store.stage(report.run_id, batches, batch)
                batch, batches = [], batches + 1
            self._on_progress(source.read_bytes, source.size, number)
        if batch:
            await self._store.stage(report.run_id, batches, batch)
            batches += 1
        return batches

    def _read(self, item: Item, lines: Mapping[str, int]) -> ImportedProcedure:
        if item.broken is not None:
            raise RowRefused(item.broken)
        row = read_portal(item.content) if is_portal_form(item.content) else read_row(item.content)
        if (first := lines.get(row.ma_thu_tuc)) is not None:
            raise RowRefused(f"mã đã có ở dòng {first} của tệp này")
        return build(row, self._today, self._collected_on, self._titles)


def _changed(
    procedure: ImportedProcedure, known: Mapping[str, str], report: ImportReport
) -> dict[str, Any] | None:
    """Count a row as new, changed or unchanged; return what is to be written, if anything."""
    content = content_of(procedure)
    digest = digest_of(content)
    before = known.get(procedure.code)
    if before == digest:
        report.unchanged += 1
        return None
    if before is None:
        report.new += 1
    else:
        report.changed += 1
    return {
        "code": procedure.code,
        "content": content,
        "digest": digest,
        "flags": {flag.value: outcome.value for flag, outcome in procedure.flags.items()},
        "source_url": procedure.source_url,
        "collected_on": procedure.collected_on,
    }


def _code_of(content: Any) -> str:
    if not isinstance(content, dict):
        return ""
    code = content.get("ma_thu_tuc") or content.get("MATTHC") or content.get("MaTTHC") or ""
    return code[:40] if isinstance(code, str) else ""
