"""`motcua nlu sync`: the examples of the database and the files under `data/nlu`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from bot.commands.terminal import fail, screen
from bot.console.audit import COMMAND_LINE, note
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.example_files import BadFile
from bot.training.label_names import intent_words
from bot.training.sync import Side, SyncReport, sync_to_files

app = typer.Typer(no_args_is_help=True, help="Câu mẫu.")


@app.callback()
def _group() -> None:
    """Keep `sync` a subcommand."""


@app.command()
def sync(
    prefer: Annotated[
        Side | None, typer.Option(help="Bên nào đúng khi hai bên khác nhau: files hay database")
    ] = None,
) -> None:
    """Nhập thay đổi trong data/nlu vào cơ sở dữ liệu, rồi ghi lại các tệp theo cơ sở dữ liệu."""
    try:
        report = asyncio.run(_sync(prefer))
    except BadFile as error:
        raise typer.Exit(fail(str(error))) from None
    if report.conflicts and prefer is None:
        table = Table("Câu", "Trong tệp", "Trong cơ sở dữ liệu")
        for conflict in report.conflicts:
            sides = [
                "không có" if side is None else f"{intent_words(side.intent)} {side.procedure or ''}".strip()
                for side in (conflict.in_files, conflict.in_database)
            ]
            table.add_row(conflict.text, *sides)
        screen.print(table)
        message = f"{len(report.conflicts)} câu khác nhau; chưa ghi tệp. Chọn --prefer files hoặc database."
        raise typer.Exit(fail(message))
    screen.print(f"Từ tệp: thêm {report.added}, đổi {report.changed}, xoá {report.removed} câu.")
    screen.print(f"Đã ghi: {', '.join(report.written) or 'không tệp nào đổi'}.")


async def _sync(prefer: Side | None) -> SyncReport:
    settings = Settings()
    database = Database(settings.database_url)
    try:
        await migrate(database)
        report = await sync_to_files(database, settings.project / "data" / "nlu", prefer)
        after = {
            "added": report.added,
            "changed": report.changed,
            "removed": report.removed,
            "written": report.written,
            "conflicts": len(report.conflicts),
        }
        async with database.write() as connection:
            await note(connection, COMMAND_LINE, "sync", "data/nlu", after=after)
        return report
    finally:
        await database.close()
