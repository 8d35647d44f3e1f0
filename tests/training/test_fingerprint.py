"""When a new training is needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.catalogue.catalogue import Catalogue, Entry
from bot.settings import PROJECT
from bot.training import fingerprint as fingerprint_module
from bot.training.fingerprint import CODE, DATA, FILES, fingerprint

CODE_OF_A_PROCEDURE = "1.001193"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of everything a training reads."""
    for name in FILES:
        shutil.copy(PROJECT / name, tmp_path / name)
    for folder in (*DATA, *CODE):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def with_changes(catalogue: Catalogue, **changes: object) -> Catalogue:
    def change(entry: Entry) -> Entry:
        if entry.procedure.code != CODE_OF_A_PROCEDURE:
            return entry
        procedure = entry.procedure.model_copy(update=changes)
        return Entry(procedure, entry.field, entry.ministry, entry.file, entry.index)

    return Catalogue(map(change, catalogue.entries()), catalogue.digest, catalogue.groups)


def test_a_copy_of_the_project_needs_no_training(project: Path, catalogue: Catalogue) -> None:
    assert fingerprint(project, catalogue) == fingerprint(PROJECT, catalogue)


@pytest.mark.parametrize("fact", ["fees", "times", "documents", "steps", "summary", "source", "agency", "todo"])
def test_a_changed_fact_needs_no_training(catalogue: Catalogue, fact: str) -> None:
    other = catalogue.find("1.014064")
    assert other
    changed = with_changes(catalogue, **{fact: getattr(other, fact)})
    assert fingerprint(PROJECT, changed) == fingerprint(PROJECT, catalogue)


@pytest.mark.parametrize("name", ["short_name", "official_name", "aliases", "questions"])
def test_a_changed_name_or_question_needs_a_training(catalogue: Catalogue, name: str) -> None:
    other = catalogue.find("1.014064")
    assert other
    changed = with_changes(catalogue, **{name: getattr(other, name)})
    assert fingerprint(PROJECT, changed) != fingerprint(PROJECT, catalogue)


def test_a_changed_shared_name_needs_a_training(catalogue: Catalogue) -> None:
    fewer = Catalogue(catalogue.entries(), catalogue.digest, catalogue.groups[1:])
    assert fingerprint(PROJECT, fewer) != fingerprint(PROJECT, catalogue)


@pytest.mark.parametrize(
    "path",
    [
        "config.yml",
        "domain.yml",
        "data/nlu/greet.yml",
        "data/rules/rules.yml",
        "bot/nlu/linker.py",
        "bot/matching/linear.py",
        "bot/vietnamese/abbreviations.py",
    ],
)
def test_any_file_a_training_reads_needs_a_training(project: Path, catalogue: Catalogue, path: str) -> None:
    before = fingerprint(project, catalogue)
    with (project / path).open("a") as file:
        file.write("\n# one more line\n")
    assert fingerprint(project, catalogue) != before


def test_a_new_file_of_examples_needs_a_training(project: Path, catalogue: Catalogue) -> None:
    before = fingerprint(project, catalogue)
    (project / "data/nlu/new.yml").write_text("version: '3.1'\n")
    assert fingerprint(project, catalogue) != before


def test_another_version_of_a_package_needs_a_training(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(PROJECT, catalogue)
    monkeypatch.setattr(fingerprint_module, "version", lambda name: "99")
    assert fingerprint(PROJECT, catalogue) != before
