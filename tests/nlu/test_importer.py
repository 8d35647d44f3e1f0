"""Training data: files and catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.importer import CatalogueImporter, distinct
from bot.nlu.labels import is_name, procedure_of

CATALOGUE = """\
field: Hộ tịch
ministry: Bộ Tư pháp
procedures:
- code: "1.000001"
  official_name: Thủ tục đăng ký nuôi rồng
  short_name: Nuôi rồng
  summary: Ghi tên một con rồng vào sổ.
  source: {url: "https://dichvucong.gov.vn/thu-tuc/1", checked_on: 2026-07-17}
  agency: {level: [commune], decides: Ủy ban nhân dân cấp xã}
  aliases: [xin nuôi rồng]
  questions: {fee: [nuôi rồng mất bao nhiêu]}
- code: "1.000002"
  official_name: Thủ tục đăng ký nuôi lân
  short_name: Nuôi lân
  summary: Ghi tên một con lân vào sổ.
  source: {url: "https://dichvucong.gov.vn/thu-tuc/2", checked_on: 2026-07-17}
  agency: {level: [commune], decides: Ủy ban nhân dân cấp xã}
"""
GROUPS = """\
groups:
- {id: thu, question: Rồng hay lân?, codes: ["1.000001", "1.000002"], names: [thú linh],
   examples: {where: [thú linh nộp ở đâu]}}
"""
NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - Xin chào
    - chào\u200b bạn
"""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Message]:
    project = tmp_path_factory.mktemp("project")
    for name, text in {
        "config.yml": "recipe: default.v1\nlanguage: vi\nassistant_id: a\n",
        "domain.yml": 'version: "3.1"\nintents: [greet]\n',
        "data/nlu/greet.yml": NLU,
        "data/catalogue/a.yml": CATALOGUE,
        "data/questions_back.yml": GROUPS,
    }.items():
        path: Path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    importer = CatalogueImporter(
        str(project / "config.yml"), str(project / "domain.yml"), [str(project / "data/nlu")]
    )
    return list(importer.get_nlu_data().training_examples)


def texts(examples: list[Message], intent: str, label: str | None = None) -> set[str]:
    return {e.get("text") for e in examples if e.get("intent") == intent and procedure_of(e) == label}


def test_names_of_a_procedure_ask_for_its_overview(examples: list[Message]) -> None:
    assert texts(examples, "ask_overview", "1.000001") >= {"Nuôi rồng", "đăng ký nuôi rồng", "xin nuôi rồng"}


def test_questions_of_a_procedure_ask_for_their_aspect(examples: list[Message]) -> None:
    assert "nuôi rồng mất bao nhiêu" in texts(examples, "ask_fee", "1.000001")


def test_questions_of_a_shared_name_carry_its_label(examples: list[Message]) -> None:
    assert "thú linh nộp ở đâu" in texts(examples, "ask_where", "ask:thu")


def test_names_are_marked_as_names_and_questions_are_not(examples: list[Message]) -> None:
    marked = {e.get("text") for e in examples if is_name(e)}
    assert ("xin nuôi rồng" in marked, "nuôi rồng mất bao nhiêu" in marked) == (True, False)


def test_written_examples_name_no_procedure(examples: list[Message]) -> None:
    assert "Xin chào" in texts(examples, "greet")


def test_written_examples_are_cleaned(examples: list[Message]) -> None:
    assert "chào bạn" in texts(examples, "greet")


def test_a_text_stands_there_once_for_each_intent() -> None:
    made = [Message(data={"text": text, "intent": "a"}) for text in ("Chào", "chào", "chao")]
    assert [e.get("text") for e in distinct(made)] == ["Chào", "chao"]


def test_a_text_of_two_intents_stays_in_both() -> None:
    made = [Message(data={"text": "ok", "intent": intent}) for intent in ("a", "b")]
    assert [e.get("intent") for e in distinct(made)] == ["a", "b"]
