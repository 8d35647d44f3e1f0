from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.settings import PROJECT
from bot.storage.database import Database
from bot.training.example_files import BadFile, FileExample, read_folder, read_yaml, written
from bot.training.examples import Examples, Label, NewExample, add_example, change_example
from bot.training.snapshot import SyncConflicts, snapshot
from bot.training.sync import Side, sync_from_files, sync_to_files

FILES = PROJECT / "data" / "nlu"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project that can be edited."""
    folder = tmp_path / "project"
    (folder / "data" / "nlu").mkdir(parents=True)
    for name in ("ask_fee.yml", "greet.yml"):
        shutil.copy(FILES / name, folder / "data" / "nlu")
    return folder


def edit(project: Path, name: str, before: str, after: str) -> None:
    path = project / "data" / "nlu" / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_the_files_of_the_project_are_written_again_byte_for_byte() -> None:
    files = written(read_folder(FILES))
    assert files == {path.name: path.read_text(encoding="utf-8") for path in sorted(FILES.glob("*.yml"))}


def test_a_question_with_its_procedure_survives_and_is_read_by_rasa(tmp_path: Path) -> None:
    from bot.nlu.importer import CatalogueImporter
    from bot.nlu.labels import is_name, procedure_of

    example = FileExample('khai sinh: "muộn" - hết # bao nhiêu', Label("ask_fee", "1.001193"))
    content = written([example])["reviewed.yml"]
    assert read_yaml(content.encode(), "reviewed.yml") == [example]
    (tmp_path / "nlu.yml").write_text(content, encoding="utf-8")
    importer = CatalogueImporter(str(PROJECT / "config.yml"), training_data_paths=[str(tmp_path)])
    found = [e for e in importer.get_nlu_data().training_examples if "muộn" in (e.get("text") or "")]
    assert [(procedure_of(e), is_name(e), e.get("intent")) for e in found if procedure_of(e) == "1.001193"]


async def test_edits_of_either_side_reach_the_other(database: Database, project: Path) -> None:
    folder = project / "data" / "nlu"
    first = await sync_from_files(database, folder)
    assert first.added > 100
    edit(project, "ask_fee.yml", "    - hết bao nhiêu\n", "    - hết bao nhiêu\n    - câu mới trong tệp\n")
    async with database.write() as connection:
        await add_example(connection, NewExample("câu mới trong bảng", Label("greet")), "ha")
    report = await sync_to_files(database, folder)
    assert (report.added, report.conflicts, report.written) == (1, [], ["greet.yml"]) or report.added == 1
    keys = {e.text for e in read_folder(folder)}
    assert {"câu mới trong tệp", "câu mới trong bảng"} <= keys
    assert (await sync_to_files(database, folder)).written == []


async def test_a_text_changed_differently_on_both_sides_is_reported_and_waits(
    database: Database, project: Path
) -> None:
    folder = project / "data" / "nlu"
    await sync_from_files(database, folder)
    example = next(e for e in await Examples(database).all() if e.text == "hết bao nhiêu")
    async with database.write() as connection:
        await change_example(connection, example.id, intent="ask_form")
    edit(project, "ask_fee.yml", "    - hết bao nhiêu\n", "")
    report = await sync_to_files(database, folder)
    assert [(c.text, c.in_files, c.in_database) for c in report.conflicts] == [
        ("hết bao nhiêu", None, Label("ask_form"))
    ]
    assert report.written == []
    with pytest.raises(SyncConflicts, match="hết bao nhiêu"):
        async with snapshot(database, project):
            pass
    await sync_to_files(database, folder, Side.FILES)
    assert await Examples(database).get(example.id) is None
    assert not (await sync_to_files(database, folder)).conflicts


async def test_the_database_wins_when_asked_to(database: Database, project: Path) -> None:
    folder = project / "data" / "nlu"
    await sync_from_files(database, folder)
    example = next(e for e in await Examples(database).all() if e.text == "hết bao nhiêu")
    async with database.write() as connection:
        await change_example(connection, example.id, intent="ask_form")
    edit(project, "ask_fee.yml", "    - hết bao nhiêu\n", "")
    await sync_to_files(database, folder, Side.DATABASE)
    assert "hết bao nhiêu" in (folder / "ask_form.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "content", [b"- ][", b"x: 1", b"nlu:\n- intent: A B\n  examples: |\n    - x\n", b"\xff\xfe"]
)
async def test_a_broken_file_changes_nothing(database: Database, project: Path, content: bytes) -> None:
    await sync_from_files(database, project / "data" / "nlu")
    before = await Examples(database).all()
    (project / "data" / "nlu" / "broken.yml").write_bytes(content)
    with pytest.raises(BadFile, match=r"broken\.yml"):
        await sync_to_files(database, project / "data" / "nlu")
    assert await Examples(database).all() == before


async def test_the_project_itself_is_trained_until_the_database_teaches_more(database: Database) -> None:
    async with snapshot(database, PROJECT) as first:
        assert first.is_project
    async with database.write() as connection:
        await add_example(connection, NewExample("câu chỉ có trong bảng", Label("greet", None)), "ha")
    async with snapshot(database, PROJECT) as second:
        assert not second.is_project
        assert "câu chỉ có trong bảng" in (second.folder / "data/nlu/greet.yml").read_text(encoding="utf-8")
        assert (second.folder / "data/catalogue").is_dir()
    assert not second.folder.exists()
