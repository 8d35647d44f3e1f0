"""`motcua catalogue check|import|reload|show|search|schema`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot.catalogue.answers.compose import Answer, compose
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.check import check as check_catalogue
from bot.catalogue.imported import ImportedProcedure
from bot.catalogue.imported_answers import compose_imported
from bot.catalogue.loader import load_catalogue
from bot.catalogue.model import Aspect, CatalogueFile, Procedure
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
    day: date = on.date() if on else today_in_vietnam()
    procedure = _load().find(code)
    answers: Callable[[Aspect], Answer]
    if procedure is not None:
        answers = partial(_curated_answer, procedure, case, day)
    elif (imported := _imported(code)) is not None:
        answers = partial(_imported_answer, imported, day)
    else:
        raise typer.Exit(fail(f"Không có thủ tục mã {code}."))
    for item in [aspect] if aspect else list(Aspect):
        answer = answers(item)
        screen.rule(item.value, style="dim")
        screen.print(answer.text, markup=False, highlight=False, soft_wrap=True)


@app.command()
def search(query: str, limit: Annotated[int, typer.Option(help="Số kết quả")] = 10) -> None:
    """Tìm thủ tục theo tên gọi hay sự kiện trong đời, có dấu hay không dấu."""
    from bot.commands.catalogue_search import search as run

    _load()
    raise typer.Exit(run(query, limit))


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
def reload() -> None:
    """Kiểm tra tệp, rồi báo mọi tiến trình đang chạy đọc lại danh mục và địa bàn."""
    from bot.commands.catalogue_reload import reload as run

    raise typer.Exit(run())


@app.command()
def schema(out: Annotated[Path | None, typer.Option(help="Ghi vào tệp")] = None) -> None:
    """Xuất JSON Schema của tệp danh mục, cho trình soạn thảo."""
    text = json.dumps(CatalogueFile.model_json_schema(), ensure_ascii=False, indent=2)
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def _curated_answer(procedure: Procedure, case: str | None, day: date, aspect: Aspect) -> Answer:
    return compose(procedure, aspect, day, case, everything=True)


def _imported_answer(procedure: ImportedProcedure, day: date, aspect: Aspect) -> Answer:
    return compose_imported(procedure, aspect, day, everything=True)


def _imported(code: str) -> ImportedProcedure | None:
    from bot.commands.catalogue_search import find_imported

    return find_imported(code)


def _load() -> Catalogue:
    try:
        return load_catalogue(Settings().catalogue_dir)
    except CatalogueError as error:
        for problem in error.problems:
            errors.print(str(problem), style="red", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
