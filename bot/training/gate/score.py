"""Scoring a release in a process of its own; known results are not asked again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, insert, select

from bot.catalogue.catalogue import Catalogue
from bot.settings import PROJECT, Settings
from bot.storage.database import Database
from bot.storage.training_tables import release_scores
from bot.training.gate.child_process import Progress, ScoringFailed, ask_child
from bot.training.gate.questions import Question
from bot.training.releases import Release

ANSWERING = ("bot", "actions")
Results = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Scored:
    """Results by digest of the question, and what was made of unlabelled texts."""

    results: Results
    parsed: dict[str, dict[str, Any]]


async def score(
    database: Database,
    settings: Settings,
    catalogue: Catalogue,
    release: Release,
    questions: Sequence[Question],
    unlabelled: Sequence[str] = (),
    progress: Progress = lambda done, total, what: None,
) -> Scored:
    """Return how a release does; results kept from an earlier gate are reused.

    Raises:
        ScoringFailed: The process failed or took longer than ten minutes.
    """
    stamp = _stamp(catalogue.digest)
    known = await _known(database, release, stamp)
    missing = [question for question in questions if question.digest not in known]
    parsed: dict[str, dict[str, Any]] = {}
    if missing or unlabelled:
        answer = await ask_child(
            "bot.training.gate.child",
            {
                "release": release.id,
                "archive": str(settings.models_dir / release.archive),
                "sha256": release.sha256,
                "catalogue": str(settings.catalogue_dir),
                "questions": [question.stored() for question in missing],
                "unlabelled": list(unlabelled),
            },
            progress,
        )
        known |= answer["results"]
        parsed = answer["parsed"]
    wanted = {question.digest: known[question.digest] for question in questions}
    async with database.write() as connection:
        await connection.execute(delete(release_scores).where(release_scores.c.release_id == release.id))
        await connection.execute(
            insert(release_scores).values(release_id=release.id, results=wanted, catalogue=stamp)
        )
    return Scored(wanted, parsed)


@lru_cache(maxsize=4)
def _stamp(catalogue: str) -> str:
    """Return the hash of all that answers besides the release: the catalogue and the code."""
    digest = hashlib.sha256(catalogue.encode())
    for folder in ANSWERING:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


async def _known(database: Database, release: Release, stamp: str) -> Results:
    query = select(release_scores.c.results).where(
        release_scores.c.release_id == release.id, release_scores.c.catalogue == stamp
    )
    async with database.read() as connection:
        return dict(await connection.scalar(query) or {})


__all__ = ["Progress", "Results", "Scored", "ScoringFailed", "score"]
