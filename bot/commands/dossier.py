"""`motcua dossier stats`, `lookup`, `sandbox`: look-ups in the one-stop system."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.commands.terminal import errors, fail, screen
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Tra cứu hồ sơ: thống kê, thử một mã, hệ thống thử nghiệm.")
OUTCOMES = {
    "found": "Có, chưa xác nhận",
    "proven": "Có, đã xác nhận",
    "not_found": "Không có mã",
    "wrong_proof": "Xác nhận sai",
    "locked": "Đang khóa",
    "paused": "Tạm nghỉ",
    "unavailable": "Hệ thống không trả lời",
}


@app.command()
def stats(
    days: Annotated[int, typer.Option(min=1, max=366, help="Số ngày gần đây")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON")] = False,
) -> None:
    """Đếm lượt tra cứu theo hệ thống và kết quả."""
    rows, watches = asyncio.run(_statistics(days))
    if as_json:
        screen.print_json(json.dumps({"days": days, "watches": watches, "lookups": rows}, default=float))
        return
    table = Table(title=f"Tra cứu hồ sơ, {days} ngày gần đây")
    for title in ("Hệ thống", "Kết quả", "Lượt", "Trung bình (ms)", "Lâu nhất (ms)"):
        table.add_column(title, justify="left" if title in ("Hệ thống", "Kết quả") else "right")
    for row in rows:
        outcome = OUTCOMES.get(row["outcome"], row["outcome"])
        table.add_row(row["system"], outcome, str(row["number"]), f"{row['mean']:.0f}", str(row["longest"]))
    screen.print(table if rows else "Chưa có lượt tra cứu nào.")
    screen.print(f"Đang theo dõi: {watches} hồ sơ.")


@app.command()
def lookup(code: Annotated[str, typer.Argument(help="Mã hồ sơ")]) -> None:
    """Thử một mã để biết hệ thống có trả lời không; chỉ in tình trạng và ngày hẹn."""
    raise typer.Exit(asyncio.run(_lookup(code)))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Cổng, 0 là cổng trống bất kỳ")] = 8001,
) -> None:
    """Chạy riêng hệ thống một cửa thử nghiệm cho đến khi nhấn Ctrl-C."""
    from bot.dossiers.sandbox_process import SandboxFailed, SandboxProcess

    process = SandboxProcess(Settings().state_dir / "sandbox.db", port)
    try:
        errors.print(f"Hệ thống một cửa thử nghiệm: {process.start()}  (Ctrl-C để dừng)")
        process.wait()
    except SandboxFailed:
        raise typer.Exit(fail(f"Không mở được cổng {port}.")) from None
    except KeyboardInterrupt:
        pass
    finally:
        process.stop()


async def _statistics(days: int) -> tuple[list[dict[str, Any]], int]:
    from bot.dossiers.audit import statistics
    from bot.dossiers.watching.watches import Watches
    from bot.storage.database import Database
    from bot.storage.migrate import migrate

    database = Database(Settings().database_url)
    try:
        await migrate(database)
        return await statistics(database, days), await Watches(database, most=1, days=1).number()
    finally:
        await database.close()


async def _lookup(text: str) -> int:
    from bot.clock import today_in_vietnam
    from bot.conversations.wakeups import Wakeups
    from bot.dossiers import sentences
    from bot.dossiers.desk import Outcome, Question
    from bot.dossiers.dossiers import Dossiers
    from bot.dossiers.finding import find_codes
    from bot.dossiers.settings import DossierSettings
    from bot.dossiers.wording import tell
    from bot.storage.database import Database
    from bot.storage.migrate import migrate

    codes = find_codes(text, today_in_vietnam()).codes
    if not codes:
        return fail("Đây không phải mã hồ sơ. Ví dụ: H49.22-261105-0123")
    settings, found = DossierSettings(), codes[0]
    if (elsewhere := sentences.not_ours(found)) is not None:
        return fail(elsewhere)
    project = Settings()
    database = Database(project.database_url)
    try:
        await migrate(database)
        dossiers = Dossiers(settings, database, Wakeups(database), project.signing_keys()[0])
        try:
            result = await dossiers.desk.look_up(Question(found, "staff"))
        finally:
            await dossiers.close()
    finally:
        await database.close()
    if result.dossier is not None:
        screen.print(tell(result.dossier, today_in_vietnam()), markup=False, highlight=False, soft_wrap=True)
        return 0
    if result.outcome is Outcome.UNAVAILABLE:
        return fail(sentences.outage(settings.hotline))
    return fail(sentences.NO_MATCH if result.outcome is Outcome.NOT_FOUND else sentences.NO_SYSTEM)
