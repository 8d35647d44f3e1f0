"""Golden conversations: what was asked, and what a careful clerk would want to be answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Golden:
    """One conversation with an expectation for each turn."""

    id: str
    turns: tuple[str, ...]
    expect: tuple[dict[str, Any], ...]
    field: str
    kind: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one turn."""

    golden: Golden
    turn: int
    right: bool
    confidently_wrong: bool
    """A procedure answer was given, and it is not an acceptable one."""
    asked_back: bool
    """A question back where an answer was wanted."""
    got: str


def read_golden(path: Path) -> list[Golden]:
    """Return the conversations of a JSONL file."""
    return [
        Golden(
            item["id"],
            tuple(item["turns"]),
            tuple(item["expect"]),
            item.get("field", ""),
            item.get("kind", ""),
        )
        for line in path.read_text(encoding="utf-8").split("\n")
        if line.strip()
        for item in [json.loads(line)]
    ]


def judge(golden: Golden, replies: list[list[dict[str, Any]]]) -> Iterator[Verdict]:
    """Yield a verdict for each turn; the first reply of a turn is its main one."""
    for number, (expected, given) in enumerate(zip(golden.expect, replies, strict=True)):
        wanted = [expected, *expected.get("accept", ())]
        right = bool(given) and any(_fits(given, want) for want in wanted)
        main = given[0] if given else {"outcome": "error"}
        answered = main["outcome"] == "answer"
        yield Verdict(
            golden,
            number,
            right,
            confidently_wrong=not right and answered and not _same_procedure(main, wanted),
            asked_back=not right and main["outcome"] == "clarify" and expected["outcome"] == "answer",
            got=" ".join(str(main.get(k) or "-") for k in ("outcome", "procedure", "aspect")),
        )


def _fits(replies: list[dict[str, Any]], want: dict[str, Any]) -> bool:
    main = replies[0]
    if main["outcome"] != want["outcome"]:
        return False
    if want["outcome"] == "clarify":
        wanted = set(want.get("offers_any") or ())
        return not wanted or bool(wanted & set(main["offers"]))
    return all(main.get(key) == want[key] for key in ("procedure", "aspect") if want.get(key))


def _same_procedure(main: dict[str, Any], wanted: list[dict[str, Any]]) -> bool:
    return any(main.get("procedure") == want.get("procedure") for want in wanted if want.get("procedure"))
