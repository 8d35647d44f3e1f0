"""`motcua zalo …`: log in to the Official Account, look at its tokens, renew them."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Kết nối Zalo Official Account.")


@app.command()
def login(
    code: Annotated[str | None, typer.Option(help="Mã hoặc cả địa chỉ mà Zalo chuyển về")] = None,
    pair: Annotated[bool, typer.Option("--pair", help="Dán cặp mã lấy ở API Explorer")] = False,
) -> None:
    """Đăng nhập OA: mở liên kết, bấm “Cho phép”, dán địa chỉ Zalo chuyển về."""
    from bot.commands.zalo_login import login as run

    raise typer.Exit(run(code, is_pair=pair))


@app.command()
def status() -> None:
    """Xem thời hạn mã truy cập, OA và gói dịch vụ; không in mã."""
    from bot.commands.zalo_login import status as run

    raise typer.Exit(run())


@app.command()
def refresh() -> None:
    """Làm mới mã truy cập ngay."""
    from bot.commands.zalo_login import refresh as run

    raise typer.Exit(run())
