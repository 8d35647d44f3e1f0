"""`motcua evaluate`: a release against the golden questions, as written and with noise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.progress import Progress
from rich.table import Table

from bot.commands.context import matching_release, quiet
from bot.commands.terminal import errors, fail, screen
from bot.settings import Settings
from bot.storage.database import Database
from bot.training.calibration_picture import calibration_svg
from bot.training.golden import Golden, Verdict, judge, read_golden
from bot.training.noise import VARIANTS, noisy
from bot.training.releases import Release, Releases
from bot.training.report import Figures, calibration, changes, figures, groups, wrong_ones

USUAL = ("clean", "stripped", "teencode", "typo", "telex")


def evaluate(
    golden: Path | None, out: Path | None, variants: Sequence[str] = USUAL, compare: str | None = None
) -> int:
    """Score each variant of the questions; print tables, write a report and the calibration picture.

    Args:
        golden: JSONL of conversations, the project's golden set when left out.
        out: Where the report goes, `evaluation.json` in the state folder when left out.
        variants: Ways of typing, of `bot.training.noise`.
        compare: Id of an earlier release that is asked the clean questions, too.
    """
    quiet()
    if unknown := set(variants) - set(VARIANTS):
        return fail(f"Không có kiểu gõ {', '.join(sorted(unknown))}; có: {', '.join(VARIANTS)}")
    settings = Settings()
    cases = read_golden(golden or settings.project / "data" / "evaluation" / "golden.jsonl")
    results, points = asyncio.run(_ask(settings, cases, tuple(variants)))
    table = Table("Phần", "Lượt", "Đúng", "Sai mà chắc", "Hỏi lại thừa", "Ngoài phạm vi mà đáp")
    report: dict[str, Any] = {}
    for name, verdicts in results.items():
        parts = {"tất cả": verdicts, **(groups(verdicts) if name == "clean" else {})}
        report[name] = {title: figures(members) for title, members in parts.items()}
        for title, found in report[name].items():
            _row(table, f"{name}: {title}", found)
        report[name]["wrong"] = wrong_ones(verdicts)
    screen.print(table)
    report["calibration"] = points
    if compare is not None:
        before = asyncio.run(_ask_earlier(settings, cases, compare))
        if before is None:
            return fail(f"Không có bản {compare}; xem: motcua release list")
        report["changes"] = changes(before, results.get("clean", []))
        _print_changes(report["changes"], compare)
    target = out or settings.state_dir / "evaluation.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    picture = target.with_suffix(".svg")
    picture.write_text(calibration_svg(points, "Mức chắc chắn và mức đúng"), encoding="utf-8")
    screen.print(f"Danh sách câu sai: {target}\nĐường hiệu chỉnh: {picture}")
    return 0


async def _ask(
    settings: Settings, cases: Sequence[Golden], variants: Sequence[str]
) -> tuple[dict[str, list[Verdict]], list[dict[str, float]]]:
    """Return the verdicts of each variant, and the calibration on the clean first turns."""
    from bot.asking import throwaway_service

    release = await matching_release(settings)
    results: dict[str, list[Verdict]] = {}
    async with throwaway_service(settings, release) as service:
        for variant in variants:
            results[variant] = await _verdicts(service, cases, variant)
        wanted = [case for case in cases if case.expect[0]["outcome"] == "answer"]
        linkings = [(case, (await service.engine.parse(case.turns[0])).get("linking") or {}) for case in wanted]
    return results, calibration(linkings)


async def _ask_earlier(settings: Settings, cases: Sequence[Golden], release_id: str) -> list[Verdict] | None:
    """Return the verdicts of an earlier release on the clean questions, or None when there is no such release."""
    from bot.asking import throwaway_service

    release = await _release(settings, release_id)
    if release is None:
        return None
    async with throwaway_service(settings, release) as service:
        return await _verdicts(service, cases, "clean")


async def _release(settings: Settings, release_id: str) -> Release | None:
    database = Database(settings.database_url)
    try:
        return next((found for found in await Releases(database).all() if found.id == release_id), None)
    finally:
        await database.close()


async def _verdicts(service: Any, cases: Sequence[Golden], variant: str) -> list[Verdict]:
    from bot.asking import ask_all

    asked = [{"id": case.id, "turns": [noisy(text, variant) for text in case.turns]} for case in cases]
    verdicts: list[Verdict] = []
    with Progress(console=errors, transient=True) as progress:
        task = progress.add_task(f"Hỏi ({variant})", total=len(cases))
        number = 0
        async for answer in ask_all(service, asked):
            verdicts += judge(cases[number], answer["replies"])
            number += 1
            progress.advance(task)
    return verdicts


def _row(table: Table, title: str, found: Figures) -> None:
    table.add_row(
        title,
        f"{found['turns']:.0f}",
        f"{found['right']:.1%} ±{found['standard_error']:.1%}",
        f"{found['confidently_wrong']:.1%}",
        f"{found['asked_back']:.1%}",
        f"{found['false_answers']:.1%}",
    )


def _print_changes(found: dict[str, list[dict[str, Any]]], release_id: str) -> None:
    screen.print(f"So với bản {release_id}: sửa được {len(found['fixed'])}, hỏng thêm {len(found['broken'])}")
    for title, items in (("sửa được", found["fixed"]), ("hỏng thêm", found["broken"])):
        for item in items[:10]:
            screen.print(
                f"  {title}: {item['turns'][-1]}\n    {item['before']} → {item['after']}", highlight=False
            )
