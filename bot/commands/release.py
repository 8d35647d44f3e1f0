"""`motcua release list|activate|rollback`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from bot.catalogue.live import project_catalogue
from bot.clock import VIETNAM
from bot.commands.terminal import fail, screen, training_bar
from bot.console.audit import COMMAND_LINE, note
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.training.gate.child_process import ScoringFailed
from bot.training.gate.gate import find_report
from bot.training.promotion import NotPromoted, Promotion
from bot.training.releases import Release, Releases, UnknownRelease
from bot.training.replacing import replace_by

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
def activate(
    release_id: Annotated[str, typer.Argument(help="Tên bản, xem release list")],
    reason: Annotated[str, typer.Option(help="Lý do, khi bản này không đạt lúc chấm")] = "",
) -> None:
    """Cho một bản phục vụ; dịch vụ đang chạy chuyển sang trong vài giây."""
    _change(lambda releases: _activate(releases, release_id, reason))


async def _activate(releases: Releases, release_id: str, reason: str) -> Release:
    settings, database = Settings(), releases.database
    wanted = next((release for release in await releases.all() if release.id == release_id), None)
    if wanted is None:
        raise UnknownRelease(release_id)
    before = await releases.active()
    is_override = False
    if reason.strip():
        report = await find_report(database, release_id)
        is_override = wanted.state != "retired" and (report is None or report.verdict != "green")
        served = await Promotion(database, settings.models_dir).promote(release_id, override_reason=reason)
    else:
        with training_bar("Chấm") as progress:
            replaced = await replace_by(database, settings, project_catalogue().current, wanted, progress)
        if replaced.reasons:
            raise NotPromoted(f"Bản này không đạt khi chấm: {'; '.join(replaced.reasons[:2])}. Cần --reason.")
        served = replaced.served
    async with database.write() as connection:
        await note(
            connection,
            COMMAND_LINE,
            "override_gate" if is_override else "promote",
            release_id,
            before={"release": before.id if before else None},
            after={"release": release_id},
            reason=reason or None,
        )
    return served


@app.command()
def rollback() -> None:
    """Quay lại bản phục vụ trước đó."""
    _change(lambda releases: releases.rollback())


def _change(work: Callable[[Releases], Awaitable[Release]]) -> None:
    try:
        screen.print(f"Bản {_with_releases(work).id} được chọn phục vụ.")
    except (NotPromoted, ScoringFailed) as error:
        raise typer.Exit(fail(str(error))) from None
    except UnknownRelease as error:
        raise typer.Exit(fail(f"Không có bản này: {error}")) from None
