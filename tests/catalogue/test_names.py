"""Finding procedures by name, recognising cases, and the schema for editors."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from catalogue_support import FILE, spoiled, the_procedure, write

from bot.catalogue.cases import recognise_case
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.index.search import NameIndex, named
from bot.catalogue.model import CatalogueFile, Procedure
from bot.settings import Settings
from bot.vietnamese.folding import strip_marks


@pytest.fixture(scope="module")
def index(catalogue: Catalogue) -> NameIndex:
    return NameIndex(map(named, catalogue))


def test_every_short_name_finds_its_procedure_first(catalogue: Catalogue, index: NameIndex) -> None:
    missed = {p.short_name: hits[0].code for p in catalogue
              if (hits := index.search(p.short_name, 1))[0].code != p.code}  # fmt: skip
    assert missed == {}


def test_a_name_without_marks_finds_the_same(catalogue: Catalogue, index: NameIndex) -> None:
    different = [
        p.short_name
        for p in catalogue
        if index.search(p.short_name) != index.search(strip_marks(p.short_name).lower())
    ]
    assert different == []


def test_a_code_finds_exactly_its_procedure(index: NameIndex) -> None:
    assert [hit.code for hit in index.search(" 1.001193 ")] == ["1.001193"]


def test_nothing_like_any_name_finds_nothing(index: NameIndex) -> None:
    assert index.search("ﬀﬀﬀ ﬁﬁ") == []


def test_no_more_is_found_than_asked_for(index: NameIndex) -> None:
    assert len(index.search("đăng ký", 4)) == 4


def test_the_best_comes_first(index: NameIndex) -> None:
    scores = [hit.score for hit in index.search("làm lại thẻ căn cước bị mất")]
    assert scores == sorted(scores, reverse=True)


CASES = """\
  cases:
  - {id: on_time, name: Đúng hạn, aliases: [mới nở, còn hạn]}
  - {id: late, name: Quá hạn, aliases: [muộn, quá hạn sáu mươi ngày]}
  - {id: lost, name: Trứng, aliases: [mất sổ]}
  channels"""


class TestCases:
    @pytest.fixture
    def procedure(self, tmp_path: Path) -> Procedure:
        return the_procedure(write(tmp_path, spoiled("  channels", CASES)))

    @pytest.mark.parametrize(
        ("text", "case"),
        [
            ("rồng mới nở hôm qua", "on_time"),
            ("đăng ký QUÁ HẠN mất bao nhiêu", "late"),
            ("dang ky qua han mat bao nhieu", "late"),
            ("còn hạn không, hay quá hạn sáu mươi ngày rồi", "late"),
            ("đăng ký rồng", None),
        ],
    )
    def test_the_longest_name_in_the_message_is_meant(
        self, procedure: Procedure, text: str, case: str | None
    ) -> None:
        found = recognise_case(procedure, text)
        assert (found.id if found else None) == case

    def test_two_names_of_one_length_decide_nothing(self, procedure: Procedure) -> None:
        assert recognise_case(procedure, "mới nở mà mất sổ") is None

    def test_a_name_inside_another_word_is_not_meant(self, procedure: Procedure) -> None:
        assert recognise_case(procedure, "buộc muộnn trứngg") is None


def as_json(value: Any) -> Any:
    return json.loads(
        json.dumps(value, default=lambda found: found.isoformat() if isinstance(found, date) else found)
    )


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return CatalogueFile.model_json_schema()


def test_the_exported_schema_is_a_schema(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


def test_every_curated_file_fits_the_exported_schema(schema: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(schema)
    wrong = [
        f"{path.name}: {error.message[:200]}"
        for path in sorted(Settings().catalogue_dir.glob("*.yml"))
        for error in validator.iter_errors(as_json(yaml.load(path.read_bytes(), yaml.CSafeLoader)))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("old", "new"), [("summary:", "sumary:"), ("amount: 20000", "amount: x"), ("commune", "village")]
)
def test_the_exported_schema_refuses_what_the_loader_refuses(schema: dict[str, Any], old: str, new: str) -> None:
    content = as_json(yaml.safe_load(spoiled(old, new, FILE)))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(content)) != []
