"""`motcua release list|activate|rollback`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from bot.clock import VIETNAM
from bot.commands.terminal import fail, screen
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.releases import Release, Releases, UnknownRelease

app = typer.Typer(no_args_is_help=True, help="Các bản huấn luyện.")
T = TypeVar("T")
STATES = {"trained": "chưa dùng", "active": "đang phục vụ", "retired": "đã thay"}


def _with_releases(work: Callable[[Releases], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(Settings().database_url)
        try:
            await migrate(database)
            return await work(Releases(database))
        finally:
            await database.close()

    return asyncio.run(run())


@app.command("list")
def list_releases() -> None:
    """Liệt kê các bản, mới nhất trước."""
    table = Table("Bản", "Trạng thái", "Huấn luyện lúc", "Tệp")
    for item in _with_releases(lambda releases: releases.all()):
        made = f"{item.created_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        exists = (Settings().models_dir / item.archive).exists()
        table.add_row(item.id, STATES[item.state], made, item.archive if exists else "đã mất")
    screen.print(table)


@app.command()
def activate(release_id: Annotated[str, typer.Argument(help="Tên bản, xem release list")]) -> None:
    """Cho một bản phục vụ; dịch vụ đang chạy chuyển sang trong vài giây."""
    _change(lambda releases: releases.activate(release_id))


@app.command()
def rollback() -> None:
    """Quay lại bản phục vụ trước đó."""
    _change(lambda releases: releases.rollback())


def _change(work: Callable[[Releases], Awaitable[Release]]) -> None:
    try:
        screen.print(f"Bản {_with_releases(work).id} được chọn phục vụ.")
    except UnknownRelease as error:
        raise typer.Exit(fail(f"Không có bản này: {error}")) from None
