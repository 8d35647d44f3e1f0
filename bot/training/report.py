"""Figures of an evaluation: shares with their standard error, by kind, outcome, aspect and field."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.training.golden import Golden, Verdict

Figures = dict[str, float]
PARTS = ("loại", "kết cục", "khía cạnh", "lĩnh vực")
BINS = 10


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """Return the figures of some turns: shares from 0 to 1, and the number of turns.

    `false_answers` is the share of turns outside our scope that got a procedure's answer.
    """
    count = max(1, len(verdicts))
    right = sum(v.right for v in verdicts) / count
    foreign = [v for v in verdicts if v.golden.expect[v.turn]["outcome"] == "out_of_scope"]
    answered = sum(not v.right and v.got.startswith("answer ") for v in foreign)
    return {
        "turns": len(verdicts),
        "right": right,
        "standard_error": math.sqrt(right * (1 - right) / count),
        "confidently_wrong": sum(v.confidently_wrong for v in verdicts) / count,
        "asked_back": sum(v.asked_back for v in verdicts) / count,
        "false_answers": answered / max(1, len(foreign)),
    }


def groups(verdicts: Sequence[Verdict]) -> dict[str, list[Verdict]]:
    """Return the verdicts by kind of conversation, wanted outcome, wanted aspect and field."""
    found: dict[str, list[Verdict]] = defaultdict(list)
    for part in PARTS:
        for verdict in verdicts:
            expected = verdict.golden.expect[verdict.turn]
            value = {
                "loại": verdict.golden.kind,
                "kết cục": expected["outcome"],
                "khía cạnh": expected.get("aspect"),
                "lĩnh vực": verdict.golden.field,
            }[part]
            if value:
                found[f"{part} {value}"].append(verdict)
    return found


def wrong_ones(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Return what went wrong, with the conversation up to there."""
    return [
        {
            "id": v.golden.id,
            "turn": v.turn,
            "turns": v.golden.turns[: v.turn + 1],
            "expect": v.golden.expect[v.turn],
            "got": v.got,
        }
        for v in verdicts
        if not v.right
    ]


def changes(before: Sequence[Verdict], after: Sequence[Verdict]) -> dict[str, list[dict[str, Any]]]:
    """Return the turns that one release gets right and the other does not: `fixed` and `broken`."""
    was_right = {(v.golden.id, v.turn): v for v in before}
    found: dict[str, list[dict[str, Any]]] = {"fixed": [], "broken": []}
    for verdict in after:
        earlier = was_right.get((verdict.golden.id, verdict.turn))
        if earlier is not None and earlier.right != verdict.right:
            found["fixed" if verdict.right else "broken"].append(
                {
                    "id": verdict.golden.id,
                    "turns": verdict.golden.turns[: verdict.turn + 1],
                    "before": earlier.got,
                    "after": verdict.got,
                }
            )
    return found


def calibration(linkings: Iterable[tuple[Golden, Mapping[str, Any]]]) -> list[dict[str, float]]:
    """Return, for each tenth of the chance the model gives its first candidate, how often it is right.

    Args:
        linkings: First turns that want the answer of a procedure, with what the linker found.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for golden, linking in linkings:
        candidates = linking.get("candidates") or ()
        if not candidates:
            continue
        said = float(linking.get("right", 0.0))
        wanted = {item.get("procedure") for item in (golden.expect[0], *golden.expect[0].get("accept", ()))}
        bins[min(BINS - 1, int(said * BINS))].append((said, candidates[0]["code"] in wanted))
    return [
        {
            "said": sum(said for said, _ in members) / len(members),
            "true": sum(right for _, right in members) / len(members),
            "count": len(members),
        }
        for members in bins
        if members
    ]
