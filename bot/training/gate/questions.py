"""What a candidate is examined on: golden, stripped, live and saved conversations."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.catalogue.catalogue import Catalogue
from bot.storage.database import Database
from bot.storage.training_tables import saved_conversations
from bot.training.examples import EVALUATION, Examples
from bot.training.golden import read_golden
from bot.vietnamese.folding import strip_marks


class Part(StrEnum):
    """A set of questions with tolerances of its own."""

    GOLDEN = "golden"
    STRIPPED = "stripped"
    SCOPE = "scope"
    LIVE = "live"
    SAVED = "saved"


PART_WORDS = {
    Part.GOLDEN: "Bộ câu kiểm tra",
    Part.STRIPPED: "Câu không dấu",
    Part.SCOPE: "Câu ngoài phạm vi",
    Part.LIVE: "Câu thật cán bộ đã duyệt",
    Part.SAVED: "Hội thoại đã lưu",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One conversation with what is expected of each turn."""

    id: str
    part: Part
    turns: tuple[str, ...]
    expect: tuple[dict[str, Any], ...]
    """As in the golden set; for live questions `intent` and `procedure` as a release understands them."""
    field: str = ""
    pinned: bool = False

    @property
    def digest(self) -> str:
        """Key under which a result may be kept: the same question always gives the same one."""
        content = json.dumps([self.part, self.turns, self.expect], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:24]

    def stored(self) -> dict[str, Any]:
        """Return the form handed to the examining process."""
        return asdict(self)


def question_of(stored: dict[str, Any]) -> Question:
    """Return the question that `stored` wrote."""
    return Question(
        stored["id"],
        Part(stored["part"]),
        tuple(stored["turns"]),
        tuple(stored["expect"]),
        stored["field"],
        stored["pinned"],
    )


async def all_questions(database: Database, golden: Path, catalogue: Catalogue) -> list[Question]:
    """Return everything a candidate is examined on."""
    questions = await asyncio.to_thread(golden_questions, golden)
    fields = {entry.procedure.code: entry.field for entry in catalogue.entries()}
    for example in await Examples(database).all(EVALUATION):
        expect = {"intent": example.label.intent, "procedure": example.label.procedure}
        field = fields.get(example.label.procedure or "", "")
        questions.append(
            Question(f"live-{example.id}", Part.LIVE, (example.text,), (expect,), field, example.pinned)
        )
    pinned = [e for e in await Examples(database).all("training") if e.pinned]
    questions += [
        Question(
            f"pin-{e.id}",
            Part.LIVE,
            (e.text,),
            ({"intent": e.label.intent, "procedure": e.label.procedure},),
            fields.get(e.label.procedure or "", ""),
            True,
        )
        for e in pinned
    ]
    async with database.read() as connection:
        for row in await connection.execute(select(saved_conversations).order_by(saved_conversations.c.id)):
            questions.append(
                Question(f"saved-{row.id}", Part.SAVED, tuple(row.turns), tuple(row.expect), pinned=True)
            )
    return questions


def golden_questions(golden: Path) -> list[Question]:
    """Return the golden set, as written and without marks."""
    questions: list[Question] = []
    for case in read_golden(golden) if golden.exists() else ():
        part = Part.SCOPE if case.kind == "scope" else Part.GOLDEN
        questions.append(Question(case.id, part, case.turns, case.expect, case.field))
        stripped = tuple(strip_marks(text) for text in case.turns)
        if stripped != case.turns:
            questions.append(Question(f"{case.id}-s", Part.STRIPPED, stripped, case.expect, case.field))
    return questions
