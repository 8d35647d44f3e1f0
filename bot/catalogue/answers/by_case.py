"""Facts that may differ by case: one list, or one under the title of each case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from bot.catalogue.answers.phrases import bullets, case_title, joined
from bot.catalogue.answers.subject import Subject


def by_case_text(
    subject: Subject, fact: Literal["times", "fees"], listed: Callable[[tuple[Any, ...]], str], unknown: str
) -> str | None:
    """Return the rows of a fact valid on the day, by case where cases differ; None when nothing is known.

    Args:
        subject: What is asked about.
        fact: The rows to show.
        listed: Turns rows into lines.
        unknown: Said under a case whose rows are not known.
    """
    if not subject.differs_by_case(fact):
        rows = subject.valid(fact)
        return listed(rows) if rows else None
    parts: list[str] = []
    common = subject.valid(fact)
    without_own = [case for case in subject.procedure.cases if getattr(case, fact) is None]
    if common and without_own:
        parts.append(f"{joined(case_title(case) for case in without_own)}:\n{listed(common)}")
    for case in subject.cases_with(fact):
        rows = subject.valid(fact, case)
        parts.append(f"{case_title(case)}:\n{listed(rows) if rows else bullets([unknown])}")
    return "\n".join(parts)
