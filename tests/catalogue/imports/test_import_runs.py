from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from import_rows import COLLECTED, TODAY, raw_row, write_lines
from sqlalchemy import func, select, update

from bot.catalogue.imported import Flag, ImportedCatalogue, Outcome
from bot.catalogue.imports import run as import_run
from bot.catalogue.imports.report import ImportReport
from bot.catalogue.imports.run import Importer
from bot.catalogue.imports.store import ImportStore
from bot.clock import now
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.tables import import_runs, import_staging, imported_procedures

REAL = Path(__file__).parents[4] / "shared/data/procedures/national_2026.jsonl.gz"


async def load(
    database: Database, path: Path, on_progress: Callable[[int, int, int], None] | None = None
) -> ImportReport:
    more = {"on_progress": on_progress} if on_progress else {}
    return await Importer(database, today=TODAY, collected_on=COLLECTED, **more).run(path)  # type: ignore[arg-type]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, len(report.refused)


async def test_a_second_import_changes_nothing(database: Database, tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.jsonl.gz", [raw_row("1.900001"), raw_row("1.900002")])
    assert counts(await load(database, file)) == (2, 0, 0, 0)
    assert counts(await load(database, file)) == (0, 0, 2, 0)


async def test_changed_rows_are_counted_and_replaced(database: Database, tmp_path: Path) -> None:
    await load(database, write_lines(tmp_path / "a.jsonl", [raw_row("1.900001"), raw_row("1.900002")]))
    rows = [raw_row("1.900001", linh_vuc="Cá biển"), raw_row("1.900002"), raw_row("1.900003")]
    assert counts(await load(database, write_lines(tmp_path / "b.jsonl", rows))) == (1, 1, 1, 0)
    found = (await ImportedCatalogue.load(database)).find("1.900001")
    assert found is not None
    assert found.field == "Cá biển"


async def test_what_is_loaded_equals_what_was_built(database: Database, tmp_path: Path) -> None:
    from import_rows import built

    await load(database, write_lines(tmp_path / "a.jsonl", [raw_row()]))
    found = (await ImportedCatalogue.load(database)).find("1.900001")
    assert found is not None
    assert found.imported_on is not None
    assert found.model_copy(update={"imported_on": None}) == built()


async def test_broken_lines_are_reported_with_their_numbers_and_stop_nothing(
    database: Database, tmp_path: Path
) -> None:
    file = write_lines(
        tmp_path / "a.jsonl",
        [
            raw_row("1.900001"),
            b'{"ma_thu_tuc": ',
            raw_row("1.900002", giay_to="x"),
            b'{"x": "' + b"y" * 10_000_000 + b'"}',
            {"ten_thu_tuc": "Không có mã"},
            b"",
            b"\xff\xfe",
            raw_row("1.900001", linh_vuc="Khác"),
            raw_row("1.900003"),
        ],
    )
    report = await load(database, file)
    assert counts(report) == (2, 0, 0, 6)
    assert [(row.line, row.code) for row in report.refused] == [
        (2, ""),
        (3, "1.900002"),
        (4, ""),
        (5, ""),
        (7, ""),
        (8, "1.900001"),
    ]
    assert "dòng 1" in report.refused[-1].reason
    assert str(report.refused[1]).startswith("a.jsonl:3: 1.900002: giay_to")
    found = (await ImportedCatalogue.load(database)).find("1.900001")
    assert found is not None
    assert found.field == "Cá cảnh"


async def test_an_import_that_dies_leaves_nothing_visible(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 2)
    await load(database, write_lines(tmp_path / "a.jsonl", [raw_row("1.900001")]))
    rows = [raw_row(f"1.90000{n}", linh_vuc="Mới") for n in range(1, 8)]

    def die(read: int, size: int, seen: int) -> None:
        if seen == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await load(database, write_lines(tmp_path / "b.jsonl", rows), die)
    catalogue = await ImportedCatalogue.load(database)
    assert [(p.code, p.field) for p in catalogue] == [("1.900001", "Cá cảnh")]
    assert await ImportStore(database).staged() == 0


async def test_a_publication_that_dies_half_way_leaves_nothing_visible(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 2)
    move = ImportStore._move

    def broken(self: ImportStore, run_id: str, batch: int, moment: Any) -> Any:
        if batch == 2:
            raise RuntimeError("power cut")
        return move(self, run_id, batch, moment)

    monkeypatch.setattr(ImportStore, "_move", broken)
    rows = [raw_row(f"1.90000{n}") for n in range(1, 8)]
    with pytest.raises(RuntimeError):
        await load(database, write_lines(tmp_path / "a.jsonl", rows))
    assert len(await ImportedCatalogue.load(database)) == 0


async def test_staged_rows_are_not_visible_before_the_end(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 1)
    store = ImportStore(database)
    seen: list[tuple[int, int]] = []
    stage = ImportStore.stage

    async def look(self: ImportStore, run_id: str, batch: int, rows: Any) -> None:
        await stage(self, run_id, batch, rows)
        seen.append((await store.staged(), len(await ImportedCatalogue.load(database))))

    monkeypatch.setattr(ImportStore, "stage", look)
    await load(database, write_lines(tmp_path / "a.jsonl", [raw_row("1.900001"), raw_row("1.900002")]))
    assert seen == [(1, 0), (2, 0)]


async def test_the_next_import_clears_what_a_killed_process_left(database: Database, tmp_path: Path) -> None:
    store = ImportStore(database)
    await store.begin("killed", "a.jsonl")
    row = {"content": {}, "digest": "x", "flags": {}, "source_url": "x", "collected_on": None}
    await store.stage("killed", 0, [row | {"code": "1.900009"}])
    await load(database, write_lines(tmp_path / "a.jsonl", [raw_row()]))
    assert await store.staged() == 1, "a run of this hour may be alive"
    async with database.write() as connection:
        await connection.execute(
            update(import_runs).where(import_runs.c.id == "killed").values(started_at=now() - timedelta(hours=2))
        )
    await load(database, write_lines(tmp_path / "a.jsonl", [raw_row()]))
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(import_staging)) == 0
        state = await connection.scalar(select(import_runs.c.state).where(import_runs.c.id == "killed"))
    assert state == "failed"


async def test_the_run_keeps_its_report(database: Database, tmp_path: Path) -> None:
    report = await load(database, write_lines(tmp_path / "a.jsonl", [raw_row(giay_to=[])]))
    async with database.read() as connection:
        row = (await connection.execute(select(import_runs))).one()
        flags = await connection.scalar(select(imported_procedures.c.flags))
    assert (row.state, row.report["new"]) == ("done", 1)
    assert row.report["traps"]["missing_papers"] == {"repaired": 0, "withheld": 1, "caution": 0}
    assert flags == {"missing_papers": "withheld"}
    assert row.id == report.run_id


async def test_curated_procedures_win(database: Database, tmp_path: Path) -> None:
    await load(database, write_lines(tmp_path / "a.jsonl", [raw_row("1.900001"), raw_row("1.900002")]))
    catalogue = await ImportedCatalogue.load(database)
    assert "1.900001" in catalogue
    assert [p.code for p in catalogue.without({"1.900001"})] == ["1.900002"]


async def test_migrations_and_tables_agree(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import Connection

    from bot.storage.tables import metadata

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection)
        ours = {"import_runs", "import_staging", "imported_procedures"}
        return [
            found for found in compare_metadata(context, metadata) if any(name in repr(found) for name in ours)
        ]

    await migrate(database)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.skipif(not REAL.exists(), reason="the national export is reference data and not shipped")
async def test_the_national_export_of_2026(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'national.db'}", durable=False)
    await migrate(database)
    report = await load(database, REAL)
    assert counts(report) == (2642, 0, 0, 0)
    assert report.seconds < 60
    assert report.traps[Flag.OTHER_PROVINCE, Outcome.WITHHELD] == 17
    assert report.traps[Flag.TIME_BY_CHANNEL, Outcome.WITHHELD] >= 200
    assert report.traps[Flag.OLD_LISTING, Outcome.WITHHELD] >= 28
    catalogue = await ImportedCatalogue.load(database)
    assert all(p.time is None for p in catalogue if Flag.TIME_BY_CHANNEL in p.flags)
    assert all(p.fee is None for p in catalogue if Flag.FALSE_FREE in p.flags)
    assert not any("huyện" in (p.agency or "").lower() for p in catalogue)
    assert counts(await load(database, REAL)) == (0, 0, 2642, 0)
    assert catalogue.find("1.003133") is not None
    assert next(iter(catalogue)).collected_on == COLLECTED
    await database.close()
