"""`motcua officers add|list|remove`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.table import Table
from sqlalchemy.exc import IntegrityError

from bot.clock import VIETNAM, now
from bot.commands.terminal import fail, screen
from bot.handoff.officers import USUAL_ROLE, Officers
from bot.handoff.offices import BadOffices, project_offices
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate

app = typer.Typer(no_args_is_help=True, help="Cán bộ được trả lời người dân trên Telegram và Zalo.")
T = TypeVar("T")


def _with_officers(work: Callable[[Officers], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(Settings().database_url)
        try:
            await migrate(database)
            return await work(Officers(database, project_offices()))
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except BadOffices as error:
        raise typer.Exit(fail(str(error))) from None


@app.command()
def add(
    name: Annotated[str, typer.Option(help="Họ và tên; người dân không thấy")],
    telegram: Annotated[int | None, typer.Option(help="Mã số tài khoản Telegram")] = None,
    zalo: Annotated[str | None, typer.Option(help="admin_id trong Zalo OA")] = None,
    role: Annotated[str, typer.Option(help="Người dân thấy")] = USUAL_ROLE,
    department: Annotated[list[str] | None, typer.Option(help="Phòng; bỏ trống là mọi phòng")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="Mã xã, phường; bỏ trống là mọi nơi")] = None,
    supervisor: Annotated[bool, typer.Option(help="Phụ trách: viết vào mọi cuộc trò chuyện")] = False,
) -> None:
    """Thêm một cán bộ."""
    if telegram is None and zalo is None:
        raise typer.Exit(fail("Cần --telegram hoặc --zalo."))
    known = project_offices().names
    if unknown := [one for one in department or [] if one not in known]:
        raise typer.Exit(fail(f"Không có phòng {', '.join(unknown)}. Các phòng: {', '.join(known)}."))
    columns = {
        "telegram_user": telegram,
        "zalo_admin": f"zalo-admin:{zalo.removeprefix('zalo-admin:')}" if zalo else None,
        "departments": department or [],
        "units": unit or [],
        "is_supervisor": supervisor,
    }
    try:
        officer = _with_officers(lambda officers: officers.add(name, role, **columns))
    except IntegrityError:
        raise typer.Exit(fail("Tài khoản này đã có trong danh sách.")) from None
    screen.print(f"Đã thêm {officer.name}, số {officer.id}. Cán bộ gõ /truc on trong nhóm để bắt đầu trực.")


@app.command("list")
def list_officers() -> None:
    """Liệt kê cán bộ."""
    table = Table("Số", "Họ tên", "Vai trò", "Telegram", "Zalo", "Phòng", "Trực đến", "Trạng thái")
    for one in _with_officers(lambda officers: officers.all()):
        on_duty = one.duty_until is not None and one.duty_until > now()
        until = f"{one.duty_until.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if on_duty and one.duty_until else "—"
        table.add_row(
            str(one.id),
            one.name,
            one.display_role + (" (phụ trách)" if one.is_supervisor else ""),
            str(one.telegram_user or "—"),
            one.zalo_admin or "—",
            ", ".join(one.departments) or "mọi phòng",
            until,
            "đã bỏ" if one.disabled_at else "đang dùng",
        )
    screen.print(table)


@app.command()
def remove(number: Annotated[int, typer.Argument(help="Số trong danh sách")]) -> None:
    """Bỏ một cán bộ khỏi danh sách; các cuộc trò chuyện cũ vẫn ghi tên."""
    _with_officers(lambda officers: officers.change(number, disabled_at=now(), duty_until=None))
    screen.print(f"Đã bỏ cán bộ số {number}.")
