"""`motcua catalogue check|import|show|search|schema`."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.catalogue.answers.compose import compose
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.check import check as check_catalogue
from bot.catalogue.loader import load_catalogue
from bot.catalogue.model import Aspect, CatalogueFile
from bot.catalogue.problems import CatalogueError, Severity
from bot.clock import today_in_vietnam
from bot.commands.terminal import errors, fail, screen
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Danh mục thủ tục.")


@app.command()
def check(
    strict: Annotated[bool, typer.Option(help="Cảnh báo cũng là lỗi")] = False,
) -> None:
    """Kiểm tra mọi tệp danh mục: tệp, dòng, trường, và lời giải thích."""
    catalogue = _load()
    problems = check_catalogue(catalogue, today_in_vietnam())
    for problem in problems:
        style = "red" if problem.severity is Severity.ERROR else "yellow"
        screen.print(str(problem), style=style, highlight=False, markup=False, soft_wrap=True)
    found = sum(problem.severity is Severity.ERROR for problem in problems)
    screen.print(f"{len(catalogue)} thủ tục, {found} lỗi, {len(problems) - found} cảnh báo.")
    raise typer.Exit(1 if found or (strict and problems) else 0)


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="Mã thủ tục, ví dụ 1.001193")],
    aspect: Annotated[Aspect | None, typer.Option(help="Chỉ một khía cạnh")] = None,
    case: Annotated[str | None, typer.Option(help="Mã trường hợp")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Tính theo ngày này")] = None,
) -> None:
    """Hiện các câu trả lời về một thủ tục, tính theo một ngày."""
    procedure = _load().find(code)
    if procedure is None:
        raise typer.Exit(fail(f"Không có thủ tục mã {code}."))
    day: date = on.date() if on else today_in_vietnam()
    for item in [aspect] if aspect else list(Aspect):
        answer = compose(procedure, item, day, case, everything=True)
        screen.rule(item.value, style="dim")
        screen.print(answer.text, markup=False, highlight=False, soft_wrap=True)


@app.command()
def search(query: str, limit: Annotated[int, typer.Option(help="Số kết quả")] = 10) -> None:
    """Tìm thủ tục theo tên gọi, có dấu hay không dấu."""
    from bot.catalogue.search import SearchIndex

    hits = SearchIndex(_load()).search(query, limit)
    if not hits:
        raise typer.Exit(fail("Không tìm thấy thủ tục nào gần với câu này."))
    table = Table("Mã", "Thủ tục", "Gần")
    for hit in hits:
        table.add_row(hit.procedure.code, hit.procedure.short_name, f"{hit.score:.2f}")
    screen.print(table)


@app.command("import")
def import_export(
    file: Annotated[Path, typer.Argument(help="Tệp .jsonl, .jsonl.gz hoặc .json", exists=True, dir_okay=False)],
    report: Annotated[Path | None, typer.Option(help="Ghi báo cáo JSON vào đây")] = None,
    titles: Annotated[Path | None, typer.Option(help="Danh sách tên chính thức (.csv, .xlsx, thư mục)")] = None,
    collected_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ngày lấy dữ liệu từ cổng")
    ] = None,
) -> None:
    """Nhập bản xuất của Cổng Dịch vụ công quốc gia; điều không chắc thì giữ lại, không hiện."""
    from bot.commands.catalogue_import import import_file

    day = collected_on.date() if collected_on else None
    raise typer.Exit(import_file(file, report, titles=titles, collected_on=day))


@app.command()
def schema(out: Annotated[Path | None, typer.Option(help="Ghi vào tệp")] = None) -> None:
    """Xuất JSON Schema của tệp danh mục, cho trình soạn thảo."""
    text = json.dumps(CatalogueFile.model_json_schema(), ensure_ascii=False, indent=2)
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def _load() -> Catalogue:
    try:
        return load_catalogue(Settings().catalogue_dir)
    except CatalogueError as error:
        for problem in error.problems:
            errors.print(str(problem), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
