"""The questions to begin with: made of the catalogue, and answered as their labels promise."""

from __future__ import annotations

import pytest
from talking import Talk

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.live import project_catalogue
from bot.catalogue.quick_questions import QuickQuestion, questions_about, quick_questions

CATALOGUE = project_catalogue().current
BIRTH = "1.001193"


def test_each_is_about_another_aspect() -> None:
    questions = quick_questions(CATALOGUE)
    assert len({question.aspect for question in questions}) == len(questions) == 4


def test_without_the_usual_procedures_others_stand_in() -> None:
    assert quick_questions(Catalogue([], "empty")) == ()
    entries = [entry for entry in CATALOGUE.entries() if entry.procedure.code == "1.001193"]
    assert [question.text for question in quick_questions(Catalogue(entries, "one"))] == [
        "Đăng ký khai sinh cần giấy tờ gì?"
    ]


@pytest.mark.parametrize("question", quick_questions(CATALOGUE), ids=lambda question: question.aspect.value)
async def test_the_first_questions_get_an_answer_of_their_aspect(question: QuickQuestion, talk: Talk) -> None:
    said = await talk(question.text)
    assert (said.outcome, said.aspect) == ("answer", question.aspect.value)


async def test_the_questions_of_a_procedure_are_answered_about_it(talk: Talk) -> None:
    procedure = CATALOGUE.find(BIRTH)
    assert procedure
    for question in questions_about(procedure, "en"):
        said = await talk(question.text)
        assert (said.procedure, said.aspect) == (BIRTH, question.aspect.value)
