"""Importing many examples at once: checked one by one, saved together, refused when the batch looks wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.training.checks import Checker, Severity
from bot.training.example_files import FileExample
from bot.training.examples import ExampleExists, Label, NewExample, add_example

SUSPICIOUS = 0.3
"""Share of a batch against the serving release's own view, from which somebody should look again."""
FEWEST = 20
MOST = 20_000
"""Examples of one file; each is compared with all that is known."""
Understood = Callable[[str], Awaitable[Label | None]]


@dataclass(slots=True)
class BatchReport:
    """What an import did or would do."""

    added: int = 0
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Texts left out, and why."""
    against: list[tuple[str, Label, Label]] = field(default_factory=list)
    """Texts whose label the serving release contradicts: text, label given, label understood."""
    total: int = 0

    @property
    def is_suspicious(self) -> bool:
        """Whether so much is contradicted that the labels may be mixed up."""
        return self.total >= FEWEST and len(self.against) / self.total >= SUSPICIOUS


async def look_at(
    batch: Sequence[FileExample], checker: Checker, understood: Understood
) -> tuple[BatchReport, list[FileExample]]:
    """Return what is wrong with a batch and what of it may be saved; `checker` must be fresh."""
    report, good = BatchReport(total=len(batch)), []
    for example in batch:
        # Turns go first: each comparison takes some milliseconds.
        await asyncio.sleep(0)
        view = await understood(example.text)
        if view is not None and view.intent != example.label.intent:
            report.against.append((example.text, example.label, view))
        findings = checker.check(example.text, example.label)
        stop = next((f for f in findings if f.severity is not Severity.NOTE), None)
        if stop:
            report.refused.append((example.text, stop.message))
        elif any(f.kind == "same" for f in findings):
            report.known += 1
        else:
            good.append(example)
    return report, good


async def save(
    connection: AsyncConnection, good: Sequence[FileExample], report: BatchReport, who: str
) -> list[int]:
    """Save what may be saved; return the ids."""
    ids: list[int] = []
    for example in good:
        try:
            new = NewExample(example.text, example.label, origin="import")
            ids.append((await add_example(connection, new, who)).id)
        except ExampleExists:
            report.known += 1
    report.added = len(ids)
    return ids
