"""`motcua staff add|list|role|disable|enable|reset`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from bot.clock import VIETNAM
from bot.commands.terminal import fail, screen
from bot.console.audit import COMMAND_LINE
from bot.console.auth.accounts import AccountError, Accounts
from bot.console.auth.roles import ROLE_WORDS, Role
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import migrate

app = typer.Typer(no_args_is_help=True, help="Tài khoản cán bộ của bàn làm việc.")
T = TypeVar("T")
Username = Annotated[str, typer.Argument(help="Tên đăng nhập")]


def _with_accounts(work: Callable[[Accounts], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(Settings().database_url)
        try:
            await migrate(database)
            return await work(Accounts(database))
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except AccountError as error:
        raise typer.Exit(fail(str(error))) from None


@app.command()
def add(
    username: Username,
    name: Annotated[str, typer.Option(help="Họ và tên")],
    role: Annotated[Role, typer.Option(help="Vai trò")] = Role.TRAINER,
) -> None:
    """Thêm một tài khoản; in liên kết đặt mật khẩu, dùng một lần trong 24 giờ."""
    member, secret = _with_accounts(lambda accounts: accounts.add(username, name, role, COMMAND_LINE))
    screen.print(f"{member.name}, {ROLE_WORDS[member.role]}: {link(secret)}", soft_wrap=True)


@app.command("list")
def list_staff() -> None:
    """Liệt kê tài khoản."""
    table = Table("Tên đăng nhập", "Họ tên", "Vai trò", "Trạng thái", "Vào gần nhất")
    for member in _with_accounts(lambda accounts: accounts.all()):
        state = "đã khoá" if member.disabled_at else "đang dùng" if member.has_password else "chưa đặt mật khẩu"
        seen = f"{member.last_seen_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if member.last_seen_at else "—"
        table.add_row(member.username, member.name, ROLE_WORDS[member.role], state, seen)
    screen.print(table)


@app.command()
def role(username: Username, new_role: Annotated[Role, typer.Argument(help="Vai trò mới")]) -> None:
    """Đổi vai trò."""
    _with_accounts(lambda accounts: accounts.set_role(username, new_role, COMMAND_LINE))
    screen.print(f"{username}: {ROLE_WORDS[new_role]}")


@app.command()
def disable(username: Username) -> None:
    """Khoá tài khoản; phiên đang mở kết thúc ngay."""
    _with_accounts(lambda accounts: accounts.disable(username, COMMAND_LINE))
    screen.print(f"Đã khoá {username}.")


@app.command()
def enable(username: Username) -> None:
    """Mở lại tài khoản."""
    _with_accounts(lambda accounts: accounts.disable(username, COMMAND_LINE, disabled=False))
    screen.print(f"Đã mở {username}.")


@app.command()
def reset(username: Username) -> None:
    """In liên kết đặt lại mật khẩu; phiên đang mở kết thúc ngay."""
    secret = _with_accounts(lambda accounts: accounts.reset(username, COMMAND_LINE))
    screen.print(link(secret), soft_wrap=True)


def link(secret: str, base: str | None = None) -> str:
    """Return the address behind a one-time secret."""
    settings = Settings()
    base = base or settings.console_address or f"http://localhost:{settings.port}"
    return f"{base.rstrip('/')}/console/welcome/{secret}"
