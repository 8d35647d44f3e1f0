"""`motcua doctor`: what is here, what is missing, in one table."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.table import Table

from bot.catalogue.check import check
from bot.catalogue.loader import load_catalogue
from bot.catalogue.problems import CatalogueError
from bot.clock import today_in_vietnam
from bot.commands.channels import channel_rows
from bot.commands.terminal import screen
from bot.handoff.offices import FILE, load_offices
from bot.settings import PROJECT, Settings
from bot.storage.database import Database
from bot.storage.migrate import is_current
from bot.training.fingerprint import fingerprint
from bot.training.releases import Releases

GOOD, BAD = "[green]tốt[/]", "[red]cần xem[/]"
SIZE_AIM_MB = 700
Row = tuple[str, bool, str]


def doctor() -> int:
    """Print the findings; the exit code is 1 when something needs attention."""
    settings = Settings()
    rows = [*_machine(), *_catalogue(settings), _offices(), *asyncio.run(_state(settings))]
    table = Table("Mục", "Tình trạng", "Chi tiết")
    for name, fine, detail in rows:
        table.add_row(name, GOOD if fine else BAD, detail)
    screen.print(table)
    return 0 if all(fine for _, fine, _ in rows) else 1


def _machine() -> Iterator[Row]:
    yield "Python", (3, 11) <= sys.version_info[:2] < (3, 13), platform.python_version()
    for package in ("rasa", "rasa-sdk", "SQLAlchemy", "pydantic", "fastapi", "underthesea"):
        try:
            yield package, True, version(package)
        except PackageNotFoundError:
            yield package, False, "chưa cài; chạy: make setup"
    runtime, tools = _installed_mb(Path(sys.prefix))
    detail = f"{runtime:.0f} MB chạy, {tools:.0f} MB công cụ lập trình (mục tiêu chạy ≤ {SIZE_AIM_MB} MB)"
    yield "Dung lượng cài đặt", runtime <= SIZE_AIM_MB, detail


DEVELOPMENT = ("mypy", "mypyc", "ruff", "hypothesis", "pytest", "_pytest", "librt", "ast_serialize")


def _installed_mb(prefix: Path) -> tuple[float, float]:
    """Return megabytes needed to run, and those only developers need."""
    runtime = tools = 0
    for folder, _, names in os.walk(prefix):
        parts = Path(folder).relative_to(prefix).parts
        for name in names:
            size = (Path(folder) / name).lstat().st_size
            is_tool = any(part.startswith(DEVELOPMENT) for part in parts) or "__mypyc" in name
            if is_tool or name in {"ruff", "mypy"}:
                tools += size
            else:
                runtime += size
    return runtime / 1e6, tools / 1e6


def _catalogue(settings: Settings) -> Iterator[Row]:
    try:
        catalogue = load_catalogue(settings.catalogue_dir)
    except CatalogueError as error:
        yield "Danh mục", False, str(error.problems[0])
        return
    warnings = check(catalogue, today_in_vietnam())
    yield (
        "Danh mục",
        True,
        f"{len(catalogue)} thủ tục, {len(warnings)} điểm nên xem (motcua catalogue check)",
    )


def _offices() -> Row:
    try:
        offices = load_offices(PROJECT / FILE)
    except CatalogueError as error:
        return ("Phòng, giờ làm việc", False, str(error.problems[0]))
    hours = "" if offices.is_confirmed else "; giờ chưa được xác nhận"
    return ("Phòng, giờ làm việc", True, f"{len(offices.names)} phòng{hours}")


async def _state(settings: Settings) -> list[Row]:
    database = Database(settings.database_url)
    try:
        address = database.url.render_as_string(hide_password=True)
        if not await database.is_reachable():
            return [("Cơ sở dữ liệu", False, f"không nối được {address}")]
        current = await is_current(database)
        rows: list[Row] = [
            ("Cơ sở dữ liệu", True, address),
            ("Bảng dữ liệu", current, "mới nhất" if current else "chưa cập nhật; motcua up sẽ làm"),
        ]
        if current:
            rows.append(await _release(settings, Releases(database)))
        return rows + [row async for row in channel_rows(settings, database if current else None)]
    finally:
        await database.close()


async def _release(settings: Settings, releases: Releases) -> Row:
    active = await releases.active()
    if active is None:
        return ("Bản huấn luyện", False, "chưa có; motcua up hoặc motcua train sẽ làm")
    if not (settings.models_dir / active.archive).exists():
        return ("Bản huấn luyện", False, f"thiếu tệp models/{active.archive}")
    try:
        fresh = active.fingerprint == fingerprint(settings.project, load_catalogue(settings.catalogue_dir))
    except CatalogueError:
        fresh = False
    detail = active.id if fresh else f"{active.id}, dữ liệu đã đổi sau khi huấn luyện"
    return ("Bản huấn luyện", fresh, detail)
