"""`motcua catalogue reload`: check the files, then let every running process take them."""

from __future__ import annotations

import asyncio

from bot.catalogue.check import check
from bot.catalogue.live import LiveCatalogue
from bot.catalogue.problems import CatalogueError, Problem, Severity
from bot.catalogue.reloading import ProcessReply, Reply, order_reload
from bot.clock import today_in_vietnam
from bot.commands.terminal import errors, fail, screen
from bot.places.guide import live_places
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.migrate import ensure_tables

SENTENCES = {
    Reply.TAKEN: "đã dùng danh mục mới",
    Reply.REFUSED: "giữ danh mục cũ, vì",
    Reply.OTHER_FILES: "đã đọc lại, nhưng tệp ở máy đó khác tệp vừa kiểm tra",
    Reply.SILENT: "chưa trả lời",
}


def reload() -> int:
    """Check catalogue and places, order the reload, print what each process did; return the exit code.

    Returns:
        0 when every running process serves the checked files (also when none runs), 1 otherwise.
    """
    settings = Settings()
    catalogue, places = LiveCatalogue(settings.catalogue_dir), live_places(settings.project / "data" / "places")
    problems: list[Problem] = []
    try:
        found = check(catalogue.reload(), today_in_vietnam())
        problems += [problem for problem in found if problem.severity is Severity.ERROR]
    except CatalogueError as error:
        problems += error.problems
    try:
        places.reload()
    except CatalogueError as error:
        problems += error.problems
    for problem in problems:
        errors.print(str(problem), style="red", highlight=False, markup=False, soft_wrap=True)
    if problems:
        return fail(f"{len(problems)} lỗi. Chưa đổi gì: danh mục đang phục vụ giữ nguyên.")
    replies = asyncio.run(_order(settings, catalogue.digest, places.digest))
    for reply in replies:
        style = "green" if reply.reply is Reply.TAKEN else "red"
        screen.print(_line(reply), style=style, highlight=False, markup=False, soft_wrap=True)
    taken = sum(reply.reply is Reply.TAKEN for reply in replies)
    if not replies:
        screen.print(f"{len(catalogue.current)} thủ tục, không có lỗi. Không có tiến trình nào đang chạy.")
    else:
        screen.print(f"{len(catalogue.current)} thủ tục, không có lỗi; {taken}/{len(replies)} tiến trình đã dùng.")
    return 0 if taken == len(replies) else 1


def _line(reply: ProcessReply) -> str:
    line = f"{reply.process}: {SENTENCES[reply.reply]}"
    if reply.reply is Reply.REFUSED:
        return f"{line} {reply.problem}"
    imported = f", {reply.imported} thủ tục nhập từ cổng" if reply.imported else ""
    return f"{line} ({reply.procedures} thủ tục{imported})"


async def _order(settings: Settings, digest: str, places_digest: str) -> list[ProcessReply]:
    database = Database(settings.database_url)
    try:
        await ensure_tables(database)
        return await order_reload(database, digest, places_digest)
    finally:
        await database.close()
