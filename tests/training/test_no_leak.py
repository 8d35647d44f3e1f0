"""No question of the evaluation sets, nor a near copy of it, is trained on."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.nlu.constants import TEXT

from bot.nlu.importer import CatalogueImporter
from bot.nlu.labels import is_name
from bot.settings import PROJECT
from bot.training.golden import read_golden
from bot.training.likeness import LikenessIndex, rows_of
from bot.vietnamese.folding import words

SETS = sorted((PROJECT / "data" / "evaluation").glob("*.jsonl"))
SHORTEST = 5
"""Words of a question that two people hardly write alike; "lệ phí bao nhiêu" anybody may say."""
NEAR_COPY = 0.95


@pytest.fixture(scope="module")
def trained() -> list[str]:
    importer = CatalogueImporter(str(PROJECT / "config.yml"), str(PROJECT / "domain.yml"), [str(PROJECT / "data")])
    examples = importer.get_nlu_data().training_examples
    # A citizen may well type a procedure's own name: names are facts, not questions somebody made up.
    return [str(example.get(TEXT)) for example in examples if example.get(TEXT) and not is_name(example)]


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_no_question_is_in_the_training_data(path: Path, trained: list[str]) -> None:
    known = {words(text) for text in trained}
    asked = [text for case in read_golden(path) for text in case.turns if len(words(text).split()) >= SHORTEST]
    assert [text for text in asked if words(text) in known] == []


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_no_near_copy_is_in_the_training_data(path: Path, trained: list[str]) -> None:
    index = LikenessIndex(trained, trained)
    asked = [case.turns[0] for case in read_golden(path) if len(words(case.turns[0]).split()) > SHORTEST]
    nearest = index.nearest_of_each(rows_of(asked))
    near = [
        (text, found[1]) for text, found in zip(asked, nearest, strict=True) if found and found[0] >= NEAR_COPY
    ]
    assert near == []
