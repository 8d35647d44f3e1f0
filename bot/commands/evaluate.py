"""`motcua evaluate`: the serving release against the golden questions."""

from __future__ import annotations

import asyncio
import json
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from bot.commands.context import matching_release, quiet
from bot.commands.terminal import screen
from bot.settings import Settings
from bot.training.golden import Golden, Verdict, judge, read_golden
from bot.vietnamese.folding import strip_marks

Figures = dict[str, float]


def evaluate(golden: Path | None, out: Path | None) -> int:
    """Score clean and stripped questions; print tables and write a report."""
    quiet()
    settings = Settings()
    cases = read_golden(golden or settings.project / "data" / "evaluation" / "golden.jsonl")
    clean, stripped = asyncio.run(_run(settings, cases))
    table = Table("Phần", "Lượt", "Đúng", "Sai mà chắc", "Hỏi lại thừa")
    report: dict[str, Any] = {"clean": {}, "stripped": {}}
    for name, verdicts in (("clean", clean), ("stripped", stripped)):
        groups = {"tất cả": verdicts, **(_groups(verdicts) if name == "clean" else {})}
        for title, members in groups.items():
            figures = _figures(members)
            report[name][title] = figures
            _row(table, f"{name}: {title}", figures)
    screen.print(table)
    report["wrong"] = [
        {"id": v.golden.id, "turn": v.turn, "turns": v.golden.turns[: v.turn + 1],
         "expect": v.golden.expect[v.turn], "got": v.got}
        for v in clean
        if not v.right
    ]  # fmt: skip
    target = out or settings.state_dir / "evaluation.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    screen.print(f"Danh sách câu sai: {target}")
    return 0


async def _run(settings: Settings, cases: Sequence[Golden]) -> tuple[list[Verdict], list[Verdict]]:
    from bot.asking import ask_all, throwaway_service

    release = await matching_release(settings)
    async with throwaway_service(settings, release) as service:
        results: list[list[Verdict]] = []
        for change in (str, strip_marks):
            asked = [{"id": c.id, "turns": [change(text) for text in c.turns]} for c in cases]
            verdicts: list[Verdict] = []
            number = 0
            async for answer in ask_all(service, asked):
                verdicts += judge(cases[number], answer["replies"])
                number += 1
            results.append(verdicts)
    return results[0], results[1]


def _groups(verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """Return the verdicts by kind, by wanted outcome and by wanted aspect."""
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for part in ("loại", "kết cục", "khía cạnh"):
        for verdict in verdicts:
            expected = verdict.golden.expect[verdict.turn]
            value = {
                "loại": verdict.golden.kind,
                "kết cục": expected["outcome"],
                "khía cạnh": expected.get("aspect"),
            }[part]
            if value:
                groups[f"{part} {value}"].append(verdict)
    return groups


def _figures(verdicts: Sequence[Verdict]) -> Figures:
    count = max(1, len(verdicts))
    right = sum(v.right for v in verdicts) / count
    return {
        "turns": len(verdicts),
        "right": right,
        "standard_error": math.sqrt(right * (1 - right) / count),
        "confidently_wrong": sum(v.confidently_wrong for v in verdicts) / count,
        "asked_back": sum(v.asked_back for v in verdicts) / count,
    }


def _row(table: Table, title: str, figures: Figures) -> None:
    table.add_row(
        title,
        f"{figures['turns']:.0f}",
        f"{figures['right']:.1%} ±{figures['standard_error']:.1%}",
        f"{figures['confidently_wrong']:.1%}",
        f"{figures['asked_back']:.1%}",
    )
