"""The examination of the data: does what changed since the serving release contradict everything else?

Questions measure answers, and 13,000 examples outvote 200 wrong ones: the answers stay right while the
data rot. So the changed examples are looked at themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from bot.catalogue.catalogue import Catalogue
from bot.settings import Settings
from bot.storage.database import Database
from bot.training.examples import Examples
from bot.training.fingerprint import fingerprint
from bot.training.gate.child_process import ask_child
from bot.training.gate.contradictions import Item
from bot.training.gate.tolerances import ADDED, IN_CATALOGUE, LEAST_CONTRADICTED, RELABELLED, Tolerance
from bot.training.releases import Release, Releases
from bot.training.taught import Changed, Lesson, Taught, catalogue_questions, changes, digest_of, lesson_in

EXAMPLE, CATALOGUE = "example", "catalogue"
KINDS = {"intent": "ý hỏi", "procedure": "thủ tục"}
GROUPS: tuple[tuple[str, str, Tolerance], ...] = (
    ("relabelled", "Câu đổi nghĩa", RELABELLED),
    ("added", "Câu mới thêm", ADDED),
    ("catalogue", "Câu mới trong danh mục thủ tục", IN_CATALOGUE),
)


async def examine_data(
    database: Database, settings: Settings, catalogue: Catalogue, candidate: Release, active: Release | None
) -> dict[str, Any]:
    """Return the data's part of the report: figures of each group, reasons, and the suspicious examples.

    Raises:
        ScoringFailed: The comparing process failed.
    """
    releases = Releases(database)
    before = await _lesson_before(releases, settings, catalogue, active)
    if active is None or before is None:
        return {"compared": False, "groups": [], "reasons": [], "suspicious": []}
    learned = await releases.lesson_of(candidate.id)
    taught = [Taught(e.text, e.label, e) for e in await Examples(database).all("training")]
    taught += catalogue_questions(catalogue)
    if learned is not None:
        # Examples may have changed since the candidate was trained.
        taught = [item for item in taught if item.label in learned.get(digest_of(item.text), ())]
    marks = changes(before, taught)
    answer: dict[str, Any] = {"contradicted": [], "listed": []}
    changed = [place for place, mark in enumerate(marks) if mark]
    if len(changed) > LEAST_CONTRADICTED:
        request = {
            "items": [asdict(_item(item, mark)) for item, mark in zip(taught, marks, strict=True)],
            "changed": changed,
        }
        answer = await ask_child("bot.training.gate.data_child", request)
    present = {digest_of(item.text) for item in taught}
    report = judged(marks, {(place, kind) for place, kind in answer["contradicted"]})
    report["reasons"] += _out_of_reach(before, learned or {}, present)
    return report | {
        "compared": True,
        "removed": sum(digest not in present for digest in before),
        "suspicious": [_listed(each, taught, marks) for each in answer["listed"]],
    }


def _out_of_reach(before: Lesson, learned: Lesson, present: Collection[str]) -> list[str]:
    """Return why a candidate cannot be examined: it learned changes whose texts were deleted or changed since."""
    gone = sum(not labels <= before.get(digest, frozenset()) for digest, labels in learned.items()
               if digest not in present)  # fmt: skip
    if gone <= LEAST_CONTRADICTED:
        return []
    return [f"{gone} câu mới mà bản này đã học nay không còn, nên không xem lại được. Hãy huấn luyện lại"]


def judged(marks: Sequence[Changed | None], contradicted: Collection[tuple[int, str]]) -> dict[str, Any]:
    """Return the figures of each group of changes, and why they are too many.

    Args:
        marks: What changed, by place.
        contradicted: Places whose `intent` or `procedure` the rest of the data contradicts.
    """
    groups: list[dict[str, Any]] = []
    reasons: list[str] = []
    for group, name, tolerance in GROUPS:
        for kind, words in KINDS.items():
            members = [i for i, mark in enumerate(marks) if mark and _is_in(mark, group, kind)]
            against, allowed = sum((i, kind) in contradicted for i in members), tolerance.allowed(len(members))
            if members:
                figures = {"changed": len(members), "contradicted": against, "allowed": allowed}
                groups.append({"kind": group, "name": f"{name}, {words}", **figures})
            if against > allowed:
                reasons.append(
                    f"{name}: {words} của {against} trong {len(members)} câu trái với phần dữ liệu còn lại, "
                    f"cho phép {allowed}"
                )
    return {"groups": groups, "reasons": reasons}


def _is_in(mark: Changed, group: str, kind: str) -> bool:
    """Say whether a change belongs to a group, and is one of the intent or of the procedure."""
    now = getattr(mark.taught.label, kind)
    if mark.was is not None:
        return group == "relabelled" and now is not None and getattr(mark.was, kind) != now
    return now is not None and group == ("added" if mark.taught.example else "catalogue")


def _item(taught: Taught, mark: Changed | None) -> Item:
    was = mark.was if mark else None
    return Item(
        taught.text,
        taught.label.intent,
        taught.label.procedure,
        EXAMPLE if taught.example else CATALOGUE,
        was.intent if was else None,
        was.procedure if was else None,
    )


async def _lesson_before(
    releases: Releases, settings: Settings, catalogue: Catalogue, active: Release | None
) -> Lesson | None:
    """Return what the serving release was taught; None when nobody noted it and the files are others by now."""
    if active is None:
        return None
    if (kept := await releases.lesson_of(active.id)) is not None:
        return kept
    if await asyncio.to_thread(fingerprint, settings.project, catalogue) == active.fingerprint:
        return await asyncio.to_thread(lesson_in, settings.project, catalogue)
    return None


def _listed(each: dict[str, Any], taught: Sequence[Taught], marks: Sequence[Changed | None]) -> dict[str, Any]:
    item, mark = taught[each["place"]], marks[each["place"]]
    intent, procedure = item.label.intent, item.label.procedure
    others = [each["others"], procedure] if each["kind"] == "intent" else [intent, each["others"]]
    return _shown(item) | {
        "was": mark.was.stored() if mark and mark.was else None,
        "others": others,
        "nearest": [_shown(taught[place]) for place in each["nearest"]],
    }


def _shown(item: Taught) -> dict[str, Any]:
    """Return an example for the report; by its id if it has one, so that its text goes when it is deleted."""
    example = {"example": item.example.id, "text": ""} if item.example else {"example": None, "text": item.text}
    return example | {"label": item.label.stored()}
