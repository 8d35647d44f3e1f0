"""`motcua retention run`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from bot.commands.terminal import screen
from bot.handoff.settings import DeskSettings
from bot.housekeeping import Tidied, periods_of, tidy_up
from bot.privacy.retention import delete_old
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate

app = typer.Typer(no_args_is_help=True, help="Thời hạn lưu giữ.")
ROWS = {
    "messages": "tin nhắn của người dân",
    "replies": "câu trả lời",
    "dialogue_states": "ngữ cảnh hội thoại",
    "conversations": "hội thoại không còn tin nhắn",
}


@app.callback()
def _group() -> None:
    """Keep `run` a command of its own."""


@app.command("run")
def run(
    is_dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ đếm, không xoá")] = False,
) -> None:
    """Xoá ngay những gì đã quá hạn lưu giữ; dịch vụ đang chạy tự làm việc này sáu giờ một lần."""
    settings = Settings()
    tidied = asyncio.run(_run(settings, is_dry_run=is_dry_run))
    table = Table("Dữ liệu", "Giữ", "Sẽ xoá" if is_dry_run else "Đã xoá")
    for name, label in ROWS.items():
        days = settings.dialogue_states_kept_days if name == "dialogue_states" else settings.messages_kept_days
        table.add_row(label, f"{days} ngày", str(getattr(tidied.rows, name)))
    desk = DeskSettings()
    kept = f"{desk.contact_kept_days} ngày (lời nhắn), {desk.handoff_figures_days} ngày (số liệu)"
    table.add_row("bàn trực cán bộ", kept, str(tidied.rows.desk))
    if not is_dry_run:
        table.add_row("tệp bản huấn luyện cũ", f"{settings.releases_kept} bản mới nhất", str(len(tidied.archives)))
    screen.print(table)


async def _run(settings: Settings, *, is_dry_run: bool) -> Tidied:
    database = Database(settings.database_url)
    try:
        await migrate(database)
        if is_dry_run:
            return Tidied(await delete_old(database, periods_of(settings), is_dry_run=True), [])
        return await tidy_up(settings, database)
    finally:
        await database.close()
