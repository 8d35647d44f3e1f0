"""Ready answers: the project's file, what it refuses, and facts that are not confirmed."""

from __future__ import annotations

from datetime import date

import pytest

from bot.catalogue.answers.compose import compose
from bot.catalogue.live import project_catalogue
from bot.catalogue.model import Aspect
from bot.handoff.canned import BadCanned, CannedTexts, from_catalogue, load_canned, project_canned

TODAY = date(2026, 11, 25)


def test_the_projects_texts_are_short_and_ask_for_no_papers() -> None:
    texts = project_canned().of_department("mot-cua")
    assert len(texts) >= 5
    assert all(len(text.text) <= 300 for text in texts)


def test_texts_may_belong_to_departments() -> None:
    texts = CannedTexts(
        {
            "texts": [
                {"id": "a", "title": "A", "text": "x", "departments": ["tu-phap"]},
                {"id": "b", "title": "B", "text": "y"},
            ]
        }
    )
    assert [text.id for text in texts.of_department("tu-phap")] == ["a", "b"]
    assert [text.id for text in texts.of_department("cong-an")] == ["b"]


@pytest.mark.parametrize(
    "content",
    ["texts: [{id: phi, title: A, text: x}]", "texts: [{id: A b, title: A, text: x}]", "texts: {", "{}"],
)
def test_a_file_that_cannot_be_used_says_so(tmp_path, content: str) -> None:
    path = tmp_path / "canned.yml"
    path.write_text(content, "utf-8")
    with pytest.raises(BadCanned, match=r"canned\.yml"):
        load_canned(path)


def test_answers_are_the_catalogues_and_only_what_is_confirmed() -> None:
    catalogue = project_catalogue().current
    offered = {one.id: one.text for one in from_catalogue(catalogue, "1.001193", TODAY)}
    procedure = catalogue.find("1.001193")
    assert procedure
    assert offered["phi"] == compose(procedure, Aspect.FEE, TODAY).text
    assert from_catalogue(catalogue, None, TODAY) == ()
    assert from_catalogue(catalogue, "9.999999", TODAY) == ()
    for one in catalogue:
        for ready in from_catalogue(catalogue, one.code, TODAY):
            assert not ready.text.splitlines()[1].startswith("Chưa có thông tin"), (one.code, ready.id)
