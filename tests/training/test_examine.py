"""A candidate is examined as it would serve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.settings import PROJECT
from bot.training.gate.examine import examine
from bot.training.gate.questions import Part, Question
from bot.training.releases import Release

CODE = "H49.22-261103-0042"


def about_dossiers() -> list[Question]:
    dossier = {"outcome": "dossier", "procedure": None, "aspect": None}
    return [
        Question("sloppy", Part.GOLDEN, ("h49 22 261103 42 sao rồi", "1234"), (dossier, dossier)),
        Question("live", Part.LIVE, (CODE,), ({"intent": "dossier_status", "procedure": None},)),
    ]


async def test_codes_of_dossiers_are_read_before_the_models_as_in_service(release: Release, archive: Path) -> None:
    questions = about_dossiers()
    request: dict[str, Any] = {
        "catalogue": str(PROJECT / "data" / "catalogue"),
        "release": release.id,
        "archive": str(archive),
        "sha256": release.sha256,
        "questions": [question.stored() for question in questions],
        "unlabelled": [CODE],
    }
    found = await examine(request)
    for question in questions:
        first = found["results"][question.digest][0]
        assert first["right"], first
    assert found["parsed"][CODE]["intent"] == "dossier_status"
