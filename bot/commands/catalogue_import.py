"""`motcua catalogue import FILE`: the national export into the database, with a report."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.catalogue.imported import Flag, Outcome
from bot.catalogue.imports.official_titles import read_titles
from bot.catalogue.imports.report import ImportReport
from bot.catalogue.imports.run import Importer, OnProgress
from bot.catalogue.imports.source import ImportFileError
from bot.clock import today_in_vietnam
from bot.commands.terminal import errors, fail, screen
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate

FLAGS = {
    Flag.TIME_WITHOUT_UNIT: "Thời hạn thiếu đơn vị",
    Flag.TIME_BY_CHANNEL: "Thời hạn khác theo kênh (gộp trường hợp)",
    Flag.TIME_BY_CASE: "Nhiều thời hạn, tùy trường hợp",
    Flag.TIME_UNREADABLE: "Thời hạn không đọc được",
    Flag.FALSE_FREE: "Ghi miễn phí nhưng ghi chú có mức thu",
    Flag.FREE_UNPROVEN: "Ghi miễn phí mà không có căn cứ",
    Flag.FEE_IN_THOUSANDS: "Mức thu mất ba số 0",
    Flag.FEE_BY_CASE: "Nhiều mức thu",
    Flag.FEE_NOTE_DIFFERS: "Ghi chú khác mức thu",
    Flag.EXPIRED_NOTE: "Ghi chú đã hết hạn",
    Flag.OTHER_PROVINCE: "Nội dung của tỉnh khác",
    Flag.TITLE_DIFFERS: "Tên khác danh sách chính thức",
    Flag.OLD_TITLE: "Tên còn ghi cấp cũ",
    Flag.OLD_DISTRICT: "Cơ quan cấp huyện cũ",
    Flag.OTHER_PROVINCE_BODY: "Cơ quan của tỉnh khác",
    Flag.AGENCY_GARBLED: "Tên cơ quan lẫn chữ khác",
    Flag.SPLIT_PAPERS: "Giấy tờ bị cắt đôi",
    Flag.QUANTITY_GLUE: "Số lượng dính vào số mẫu",
    Flag.FORM_FILE_GLUE: "Tên tệp dính vào tên giấy tờ",
    Flag.NOTES_AMONG_PAPERS: "Ghi chú lẫn trong giấy tờ",
    Flag.MISSING_PAPERS: "Thiếu danh sách giấy tờ",
    Flag.STEPS_CUT: "Trình tự bị cắt giữa câu",
    Flag.OLD_LAW: "Căn cứ đã bị thay thế",
    Flag.OLD_LISTING: "Mục cũ chưa cập nhật",
}
LONGEST_LIST = 20
"""Refused rows shown on the screen; the JSON report has all of them."""


def import_file(
    path: Path, report: Path | None, *, titles: Path | None = None, collected_on: date | None = None
) -> int:
    """Import an export of the national portal and print what happened; return the exit code.

    Args:
        path: `.jsonl(.gz)` in the form of the national export, `.json(.gz)` in the portal's detail form.
        report: Where to write the report as JSON.
        titles: Official lists (`.csv`, `.xlsx` or a folder of them); their titles win.
        collected_on: Day on which the export was made, shown to citizens with every answer.

    Returns:
        0 when every row was imported, 1 when some were refused, 2 when nothing could be imported.
    """
    try:
        done = asyncio.run(_import(path, titles, collected_on))
    except ImportFileError as error:
        fail(f"{error}. Danh mục đã nhập giữ nguyên.")
        return 2
    print_report(done)
    if report is not None:
        text = json.dumps(done.as_json(), ensure_ascii=False, indent=2)
        report.write_text(text + "\n", encoding="utf-8")
    return 1 if done.refused else 0


async def _import(path: Path, titles: Path | None, collected_on: date | None) -> ImportReport:
    known = read_titles(titles) if titles else {}
    database = Database(Settings().database_url)
    try:
        await migrate(database)
        with _bar() as on_progress:
            importer = Importer(
                database,
                today=today_in_vietnam(),
                collected_on=collected_on,
                titles=known,
                on_progress=on_progress,
            )
            return await importer.run(path)
    finally:
        await database.close()


@contextmanager
def _bar() -> Iterator[OnProgress]:
    columns = (
        TextColumn("Nhập danh mục"),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=errors) as bar:
        task = bar.add_task("", total=None)

        def on_progress(read: int, size: int, rows: int) -> None:
            bar.update(task, completed=read, total=size, description=f"{rows} thủ tục")

        yield on_progress


def print_report(done: ImportReport) -> None:
    """Print the counts, what became of each trap, and the refused rows."""
    table = Table("Bẫy dữ liệu", "Đã sửa", "Không hiện", "Kèm lưu ý", title=f"Nhập {done.file}")
    for flag in Flag:
        counts = [done.traps[flag, outcome] for outcome in Outcome]
        if any(counts):
            table.add_row(FLAGS[flag], *(str(count) if count else "" for count in counts))
    screen.print(table)
    for row in done.refused[:LONGEST_LIST]:
        errors.print(str(row), style="red", highlight=False, markup=False)
    if len(done.refused) > LONGEST_LIST:
        errors.print(f"… và {len(done.refused) - LONGEST_LIST} dòng khác bị từ chối", style="red")
    screen.print(
        f"{done.new} mới, {done.changed} thay đổi, {done.unchanged} giữ nguyên, "
        f"{len(done.refused)} bị từ chối; {done.seconds:.1f} giây.",
        highlight=False,
    )
