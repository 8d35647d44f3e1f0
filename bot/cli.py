"""The command line: `motcua up`, `ask`, `chat`, `train`, `evaluate`, `catalogue …`, `release …`, `doctor`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.commands import catalogue as catalogue_commands
from bot.commands import dossier as dossier_commands
from bot.commands import nlu as nlu_commands
from bot.commands import officers as officer_commands
from bot.commands import release as release_commands
from bot.commands import retention as retention_commands
from bot.commands import staff as staff_commands
from bot.commands import zalo as zalo_commands

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Một Cửa: trợ lý thủ tục hành chính. Mọi lệnh đều có --help.",
)
app.add_typer(catalogue_commands.app, name="catalogue")
app.add_typer(release_commands.app, name="release")
app.add_typer(dossier_commands.app, name="dossier")
app.add_typer(retention_commands.app, name="retention")
app.add_typer(zalo_commands.app, name="zalo")
app.add_typer(nlu_commands.app, name="nlu")
app.add_typer(staff_commands.app, name="staff")
app.add_typer(officer_commands.app, name="officers")
errors = Console(stderr=True)


class FakeName(StrEnum):
    """Platforms that can be run as fakes."""

    TELEGRAM = "telegram"
    ZALO = "zalo"


@app.command()
def up(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe")] = None,
    port: Annotated[int | None, typer.Option(help="Cổng lắng nghe")] = None,
    workers: Annotated[int, typer.Option(min=1, max=32, help="Số tiến trình (cần PostgreSQL)")] = 1,
    fake: Annotated[
        list[FakeName] | None, typer.Option(help="Chạy kèm nền tảng giả lập để dùng thử: telegram, zalo")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Ghi mọi trao đổi với nền tảng giả lập vào tệp này")] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Phát lại tin của một bản ghi", exists=True, dir_okay=False)
    ] = None,
) -> None:
    """Chạy dịch vụ: cơ sở dữ liệu, bản huấn luyện, trang web và API trên một cổng."""
    from bot.commands.up import serve

    if fake:
        from bot.commands.up_with_fakes import serve_with_fakes

        raise typer.Exit(serve_with_fakes({name.value for name in fake}, host, port, workers, record, replay))
    raise typer.Exit(serve(host, port, workers))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="Câu hỏi")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In một đối tượng JSON")] = False,
    batch: Annotated[Path | None, typer.Option(help="Tệp JSONL: id, turns", exists=True, dir_okay=False)] = None,
    out: Annotated[Path | None, typer.Option(help="Tệp kết quả của --batch")] = None,
) -> None:
    """Hỏi một câu, hoặc cả tệp câu hỏi, qua toàn bộ đường xử lý dưới các kênh."""
    from bot.commands.ask import ask_batch, ask_one

    if batch is not None:
        if out is None:
            errors.print("Thiếu --out: tệp để ghi kết quả.")
            raise typer.Exit(2)
        raise typer.Exit(ask_batch(batch, out))
    if question is None:
        errors.print('Thiếu câu hỏi, ví dụ: motcua ask "làm giấy khai sinh cần gì"')
        raise typer.Exit(2)
    raise typer.Exit(ask_one(question, as_json=as_json))


@app.command()
def chat() -> None:
    """Trò chuyện trong cửa sổ lệnh; dòng trống để kết thúc."""
    from bot.commands.ask import chat as run

    raise typer.Exit(run())


@app.command()
def train(
    activate: Annotated[bool, typer.Option(help="Cho bản mới phục vụ khi chấm đạt")] = True,
    gate: Annotated[bool, typer.Option("--gate/--without-gate", help="Chấm trước khi phục vụ")] = True,
    reason: Annotated[str, typer.Option(help="Lý do bỏ qua bước chấm, được ghi nhật ký")] = "",
) -> None:
    """Huấn luyện một bản mới từ dữ liệu hiện tại; chấm đạt thì phục vụ."""
    from bot.commands.train import train as run

    raise typer.Exit(run(activate=activate, gate=gate, reason=reason))


@app.command()
def evaluate(
    golden: Annotated[Path | None, typer.Option(help="Tệp câu hỏi kiểm tra (JSONL)")] = None,
    out: Annotated[Path | None, typer.Option(help="Ghi báo cáo JSON vào đây")] = None,
    variants: Annotated[
        str,
        typer.Option(help="Kiểu gõ, cách nhau bằng dấu phẩy: clean, stripped, half, teencode, typo, telex, vni"),
    ] = "clean,stripped,teencode,typo,telex",
    compare: Annotated[str | None, typer.Option(help="So với một bản huấn luyện cũ (mã bản)")] = None,
) -> None:
    """Chấm bản đang phục vụ trên bộ câu hỏi kiểm tra."""
    from bot.commands.evaluate import evaluate as run

    raise typer.Exit(run(golden, out, [name.strip() for name in variants.split(",")], compare))


@app.command()
def doctor() -> None:
    """Kiểm tra máy, cài đặt, cơ sở dữ liệu, danh mục và bản huấn luyện."""
    from bot.commands.doctor import doctor as run

    raise typer.Exit(run())


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
