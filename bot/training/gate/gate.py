"""Examining a candidate beside the serving release, and keeping the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from bot.catalogue.catalogue import Catalogue
from bot.clock import aware, now
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.training_tables import gate_reports, review_items
from bot.training.examples import Examples
from bot.training.gate.compare import compare
from bot.training.gate.data import examine_data
from bot.training.gate.questions import all_questions
from bot.training.gate.score import Progress, score
from bot.training.releases import Release, Releases
from bot.training.review.collect import add_reason
from bot.training.review.worth import Reason

RECENT = 300
"""Open utterances that the candidate is asked, too: where it disagrees, a clerk should look."""


@dataclass(frozen=True, slots=True)
class GateReport:
    """The kept result of an examination."""

    release_id: str
    against: str | None
    verdict: str
    """`green` or `red`."""
    report: dict[str, Any]
    made_at: datetime


async def examine(
    database: Database,
    settings: Settings,
    catalogue: Catalogue,
    candidate: Release,
    progress: Progress = lambda done, total, what: None,
) -> GateReport:
    """Score the candidate and the serving release, compare them and their data, and keep the report.

    Raises:
        ScoringFailed: A release could not be asked; nothing is kept.
    """
    questions = await all_questions(database, settings.golden, catalogue)
    taught = [e for e in await Examples(database).all("training") if e.origin == "live"]
    waiting = await _waiting(database)
    active = await Releases(database).active()
    texts = list(dict.fromkeys([e.text for e in taught] + [row.text for row in waiting]))
    new = await score(database, settings, catalogue, candidate, questions, texts, progress)
    old = new if active is None else await score(database, settings, catalogue, active, questions, (), progress)
    report = compare(questions, old.results, new.results)
    report["data"] = await examine_data(database, settings, catalogue, candidate, active)
    if report["data"]["reasons"]:
        report["reasons"] = [*report["data"]["reasons"], *report["reasons"]]
        report["verdict"] = "red"
    learned = [e for e in taught if new.parsed[e.text]["intent"] == e.label.intent
               and (not e.label.procedure or new.parsed[e.text]["procedure"] == e.label.procedure)]  # fmt: skip
    report["taught"], report["learned"] = len(taught), len(learned)
    report["not_learned"] = [e.text for e in taught if e not in learned][:50]
    async with database.write() as connection:
        disputed = [row.inbox_id for row in waiting if _disagrees(row.understanding, new.parsed[row.text])]
        await add_reason(connection, disputed, Reason.DISAGREEMENT)
        await _keep(connection, candidate.id, active.id if active else None, report)
    found = await find_report(database, candidate.id)
    if found is None:
        raise RuntimeError("a report vanished")
    return found


async def find_report(database: Database, release_id: str) -> GateReport | None:
    """Return the kept report of a release, or None when it was never examined."""
    async with database.read() as connection:
        row = (
            await connection.execute(select(gate_reports).where(gate_reports.c.release_id == release_id))
        ).first()
    return GateReport(row.release_id, row.against, row.verdict, row.report, aware(row.made_at)) if row else None


async def verdicts(database: Database) -> dict[str, GateReport]:
    """Return all kept reports by release."""
    async with database.read() as connection:
        return {
            row.release_id: GateReport(row.release_id, row.against, row.verdict, row.report, aware(row.made_at))
            for row in await connection.execute(select(gate_reports).order_by(gate_reports.c.made_at))
        }


async def _keep(connection: Any, release_id: str, against: str | None, report: dict[str, Any]) -> None:
    await connection.execute(delete(gate_reports).where(gate_reports.c.release_id == release_id))
    await connection.execute(
        insert(gate_reports).values(
            release_id=release_id, against=against, verdict=report["verdict"], report=report, made_at=now()
        )
    )


async def _waiting(database: Database) -> list[Any]:
    query = (
        select(review_items.c.inbox_id, review_items.c.text, review_items.c.understanding)
        .where(review_items.c.state == "open")
        .order_by(review_items.c.inbox_id.desc())
        .limit(RECENT)
    )
    async with database.read() as connection:
        return list((await connection.execute(query)).all())


def _disagrees(understanding: dict[str, Any] | None, parsed: dict[str, Any]) -> bool:
    """Say whether the candidate understands something else than the release that answered."""
    known = understanding or {}
    if known.get("intent") != parsed["intent"]:
        return True
    answered = (known.get("answered") or {}).get("procedure")
    return bool(answered and parsed["procedure"] and answered != parsed["procedure"])
