"""Comparing two releases question by question, and the verdict."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.training.gate.questions import PART_WORDS, Part, Question
from bot.training.gate.score import Results
from bot.training.gate.tolerances import CONFIDENT, FIELD, PARTS, SMALLEST_FIELD, Tolerance

BINS = 10
MOST_LISTED = 400


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as both releases answered it."""

    question: Question
    number: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def expected(self) -> Mapping[str, Any]:
        """What was expected."""
        return self.question.expect[self.number]

    def stored(self) -> dict[str, Any]:
        """Return the form shown side by side."""
        return {
            "id": self.question.id,
            "part": self.question.part.value,
            "field": self.question.field,
            "pinned": self.question.pinned,
            "turn": self.number,
            "said": list(self.question.turns[: self.number + 1]),
            "expect": wanted_words(self.expected),
            "before": self.before["got"],
            "after": self.after["got"],
            "before_text": self.before["text"],
            "after_text": self.after["text"],
            "confident": self.after["confident"],
        }


def compare(questions: Sequence[Question], before: Results, after: Results) -> dict[str, Any]:
    """Return the report: figures by group, what was fixed and broken, and the verdict.

    Args:
        questions: What both releases were asked.
        before: Results of the serving release by digest.
        after: Results of the candidate.
    """
    turns = [
        Turn(question, number, old, new)
        for question in questions
        for number, (old, new) in enumerate(zip(before[question.digest], after[question.digest], strict=True))
    ]
    groups = _groups(turns)
    broken = [t for t in turns if t.before["right"] and not t.after["right"]]
    fixed = [t for t in turns if t.after["right"] and not t.before["right"]]
    pinned = [t for t in turns if t.question.pinned and not t.after["right"]]
    reasons = [reason for group in groups for reason in group["reasons"]]
    if pinned:
        reasons.append(f"{len(pinned)} câu hoặc lượt bắt buộc phải đúng bị sai")
    return {
        "verdict": "red" if reasons else "green",
        "reasons": reasons,
        "groups": groups,
        "fixed": [t.stored() for t in fixed[:MOST_LISTED]],
        "broken": [t.stored() for t in broken[:MOST_LISTED]],
        "fixed_count": len(fixed),
        "broken_count": len(broken),
        "pinned": [t.stored() for t in pinned],
        "confusions": confusions(turns),
        "calibration": {"before": _bins(t.before for t in turns), "after": _bins(t.after for t in turns)},
    }


def wanted_words(expected: Mapping[str, Any]) -> str:
    """Return an expectation as results write what was got."""
    if "intent" in expected:
        return f"{expected['intent']} {expected.get('procedure') or '-'}"
    return " ".join(str(expected.get(key) or "-") for key in ("outcome", "procedure", "aspect"))


def _groups(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in Part:
        members = [t for t in turns if t.question.part is part]
        if members:
            found.append(_figures("part", PART_WORDS[part], members, PARTS[part], CONFIDENT))
    examined = [t for t in turns if t.question.part in (Part.GOLDEN, Part.STRIPPED)]
    for kind in ("field", "aspect"):
        by_name: dict[str, list[Turn]] = defaultdict(list)
        for turn in examined:
            by_name[(turn.question.field if kind == "field" else turn.expected.get("aspect")) or ""].append(turn)
        for name, members in sorted(by_name.items()):
            if name:
                tolerance = FIELD if len(members) >= SMALLEST_FIELD else None
                found.append(_figures(kind, name, members, tolerance, None))
    return found


def _figures(
    kind: str, name: str, turns: Sequence[Turn], right: Tolerance | None, confident: Tolerance | None
) -> dict[str, Any]:
    count = len(turns)
    lost = sum(t.before["right"] for t in turns) - sum(t.after["right"] for t in turns)
    misled = sum(t.after["confident"] for t in turns) - sum(t.before["confident"] for t in turns)
    reasons: list[str] = []
    if right and lost > right.allowed(count):
        reasons.append(f"{name}: mất {lost} câu đúng trong {count}, cho phép {right.allowed(count)}")
    if confident and misled > confident.allowed(count):
        reasons.append(f"{name}: thêm {misled} câu sai mà chắc trong {count}, cho phép {confident.allowed(count)}")
    return {
        "kind": kind,
        "name": name,
        "turns": count,
        "before": sum(t.before["right"] for t in turns) / count,
        "after": sum(t.after["right"] for t in turns) / count,
        "confident_before": sum(t.before["confident"] for t in turns) / count,
        "confident_after": sum(t.after["confident"] for t in turns) / count,
        "allowed": right.allowed(count) if right else None,
        "reasons": reasons,
    }


def confusions(turns: Iterable[Turn], most: int = 20) -> list[dict[str, Any]]:
    """Return what the candidate takes for what, most frequent first, with sentences."""
    pairs: Counter[tuple[str, str]] = Counter()
    sentences: dict[tuple[str, str], list[str]] = defaultdict(list)
    for turn in turns:
        if not turn.after["right"] and turn.question.part is not Part.STRIPPED:
            pair = (wanted_words(turn.expected), turn.after["got"])
            pairs[pair] += 1
            sentences[pair].append(turn.question.turns[turn.number])
    return [
        {"wanted": wanted, "got": got, "count": count, "sentences": sentences[wanted, got][:5]}
        for (wanted, got), count in pairs.most_common(most)
    ]


def _bins(results: Iterable[Mapping[str, Any]]) -> list[dict[str, float]]:
    """Return for each tenth of confidence how many answers there were and how many were right."""
    counts, right, total = [0] * BINS, [0] * BINS, [0.0] * BINS
    for result in results:
        if result["sure"] is not None:
            place = min(BINS - 1, int(result["sure"] * BINS))
            counts[place] += 1
            right[place] += bool(result["right"])
            total[place] += result["sure"]
    return [{"count": n, "right": r / n, "sure": s / n} for n, r, s in zip(counts, right, total, strict=True) if n]
