"""How much a clerk's look at an utterance is worth, and why."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

SMALL_MARGIN = 0.25
"""Difference of the best two intents under which the bot was guessing."""
RIVAL = 0.6
"""Share of the best procedure's score from which the second is a rival."""
DENIALS = frozenset({"deny", "none_of_these", "correct_procedure", "insult"})
"""What a citizen says next when the reply missed."""


class Reason(StrEnum):
    """Why an utterance is in the inbox."""

    REFUSED = "refused"
    DENIED = "denied"
    RATED_DOWN = "rated_down"
    HANDED_OFF = "handed_off"
    FAILED = "failed"
    ASKED_BACK = "asked_back"
    DISAGREEMENT = "disagreement"
    LOW_MARGIN = "low_margin"
    SAMPLE = "sample"


WORTH: Mapping[Reason, float] = {
    Reason.RATED_DOWN: 1.0,
    Reason.DENIED: 0.9,
    Reason.REFUSED: 0.7,
    Reason.DISAGREEMENT: 0.6,
    Reason.HANDED_OFF: 0.6,
    Reason.FAILED: 0.5,
    Reason.ASKED_BACK: 0.4,
    Reason.LOW_MARGIN: 0.3,
    Reason.SAMPLE: 0.05,
}
UNCLEAR = frozenset({None, "nlu_fallback", "out_of_scope"})
"""What was not understood, also when the turn before told what to answer."""
WORDS: Mapping[Reason, str] = {
    Reason.REFUSED: "Trợ lý không hiểu",
    Reason.DENIED: "Người dân nói chưa đúng ở câu sau",
    Reason.RATED_DOWN: "Bị chấm “chưa đúng”",
    Reason.HANDED_OFF: "Phải chuyển cán bộ",
    Reason.FAILED: "Trả lời bị lỗi",
    Reason.ASKED_BACK: "Trợ lý phải hỏi lại",
    Reason.DISAGREEMENT: "Hai bản hiểu khác nhau",
    Reason.LOW_MARGIN: "Trợ lý phân vân",
    Reason.SAMPLE: "Câu lấy mẫu",
}
"""What a clerk reads."""


def reasons_for(outcome: str | None, understanding: Mapping[str, Any] | None) -> list[Reason]:
    """Return why the utterance by itself is worth a look, most important first.

    Args:
        outcome: Main outcome of the turn; None when it failed.
        understanding: What the inbox keeps: `intents` with confidences, `intent`, `candidates`.
    """
    known = understanding or {}
    found: list[Reason] = []
    if outcome in (None, "error"):
        found.append(Reason.FAILED)
    if outcome == "out_of_scope" or known.get("intent") in UNCLEAR:
        found.append(Reason.REFUSED)
    if outcome == "clarify":
        found.append(Reason.ASKED_BACK)
    if _is_guess(known):
        found.append(Reason.LOW_MARGIN)
    return found


def reason_of_next(intent: str | None) -> Reason | None:
    """Return what the citizen's next message says about the reply, if anything."""
    if intent in DENIALS:
        return Reason.DENIED
    return Reason.HANDED_OFF if intent == "request_human" else None


def worth_of(reasons: list[Reason]) -> float:
    """Return 0 to 1: the chance that nothing is wrong shrinks with each reason."""
    fine = 1.0
    for reason in reasons:
        fine *= 1.0 - WORTH[reason]
    return round(1.0 - fine, 4)


def _is_guess(known: Mapping[str, Any]) -> bool:
    confidences = [float(item.get("confidence") or 0.0) for item in known.get("intents") or () if item.get("name")]
    if len(confidences) > 1 and confidences[0] - confidences[1] < SMALL_MARGIN:
        return True
    scores = [float(c.get("learned", 0)) for c in known.get("candidates") or ()]
    return len(scores) > 1 and scores[0] > 0.15 and scores[1] > RIVAL * scores[0]
