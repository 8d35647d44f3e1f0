"""`motcua evaluate`: the serving release against the golden questions."""

from __future__ import annotations

import asyncio
import json
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
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
        groups: list[tuple[str, Callable[[Verdict], bool]]] = [("tất cả", lambda v: True)]
        if name == "clean":
            groups += _groups(verdicts)
        for title, belongs in groups:
            figures = _figures([v for v in verdicts if belongs(v)])
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


def _groups(verdicts: Sequence[Verdict]) -> list[tuple[str, Callable[[Verdict], bool]]]:
    kinds = dict.fromkeys(v.golden.kind for v in verdicts)
    outcomes = dict.fromkeys(v.golden.expect[v.turn]["outcome"] for v in verdicts)
    aspects = defaultdict(int)
    for v in verdicts:
        aspects[v.golden.expect[v.turn].get("aspect") or ""] += 1
    groups: list[tuple[str, Callable[[Verdict], bool]]] = []
    groups += [(f"loại {k}", lambda v, k=k: v.golden.kind == k) for k in kinds]
    groups += [
        (f"kết cục {o}", lambda v, o=o: v.golden.expect[v.turn]["outcome"] == o) for o in outcomes
    ]
    groups += [
        (f"khía cạnh {a}", lambda v, a=a: v.golden.expect[v.turn].get("aspect") == a) for a in aspects if a
    ]
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
