"""The catalogue being served: replaced whole, and only by a faultless one."""

from __future__ import annotations

from pathlib import Path

import pytest
from catalogue_support import CODE, FILE, SECOND, spoiled, write

from bot.catalogue.live import LiveCatalogue, project_catalogue
from bot.catalogue.problems import CatalogueError


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return write(tmp_path)


def summary(live: LiveCatalogue) -> str:
    procedure = live.current.find(CODE)
    assert procedure
    return procedure.summary


def test_a_changed_file_is_not_served_before_a_reload(directory: Path) -> None:
    live = LiveCatalogue(directory)
    before = live.current
    (directory / "a.yml").write_text(spoiled("con rồng", "con rồng đỏ"), encoding="utf-8")
    assert live.current is before


def test_a_reload_serves_the_changed_files(directory: Path) -> None:
    live = LiveCatalogue(directory)
    assert summary(live) == "Ghi tên một con rồng vào sổ."
    (directory / "a.yml").write_text(spoiled("con rồng", "con rồng đỏ"), encoding="utf-8")
    live.reload()
    assert summary(live) == "Ghi tên một con rồng đỏ vào sổ."


@pytest.mark.parametrize("broken", ["field: [", FILE.replace("amount: 20000", "amount: x"), ""])
def test_a_broken_file_leaves_the_old_catalogue_in_service(directory: Path, broken: str) -> None:
    live = LiveCatalogue(directory)
    before = live.current
    (directory / "a.yml").write_text(broken, encoding="utf-8")
    with pytest.raises(CatalogueError):
        live.reload()
    assert live.current is before


def test_one_broken_file_of_two_keeps_both_old(directory: Path) -> None:
    live = LiveCatalogue(directory)
    before = live.current
    (directory / "b.yml").write_text(SECOND, encoding="utf-8")
    (directory / "a.yml").write_text("field: [", encoding="utf-8")
    with pytest.raises(CatalogueError):
        live.reload()
    assert live.current is before


def test_who_holds_the_old_catalogue_keeps_it_whole(directory: Path) -> None:
    live = LiveCatalogue(directory)
    held = live.current
    (directory / "a.yml").write_text(SECOND, encoding="utf-8")
    live.reload()
    assert [procedure.code for procedure in held] == [CODE]
    assert [procedure.code for procedure in live.current] == ["1.000002"]


def test_a_broken_catalogue_at_the_start_is_said(tmp_path: Path) -> None:
    live = LiveCatalogue(write(tmp_path, "field: ["))
    with pytest.raises(CatalogueError):
        _ = live.current


def test_the_process_has_one_catalogue() -> None:
    assert project_catalogue() is project_catalogue()


class TestFollowingTheFiles:
    def test_unchanged_files_are_not_loaded_again(self, directory: Path) -> None:
        live = LiveCatalogue(directory)
        before = live.current
        assert (live.reload_if_changed(), live.current is before) == (False, True)

    def test_an_edited_file_is_served(self, directory: Path) -> None:
        live = LiveCatalogue(directory)
        _ = live.current
        (directory / "a.yml").write_text(spoiled("con rồng", "con rồng đỏ"), encoding="utf-8")
        assert (live.reload_if_changed(), summary(live)) == (True, "Ghi tên một con rồng đỏ vào sổ.")

    def test_a_new_file_is_served(self, directory: Path) -> None:
        live = LiveCatalogue(directory)
        _ = live.current
        (directory / "b.yml").write_text(SECOND, encoding="utf-8")
        assert (live.reload_if_changed(), len(live.current)) == (True, 2)

    def test_a_broken_file_is_said_once_and_the_old_catalogue_stays(self, directory: Path) -> None:
        live = LiveCatalogue(directory)
        before = live.current
        (directory / "a.yml").write_text("field: [", encoding="utf-8")
        with pytest.raises(CatalogueError):
            live.reload_if_changed()
        assert (live.reload_if_changed(), live.current is before) == (False, True)

    def test_a_repaired_file_is_served_again(self, directory: Path) -> None:
        live = LiveCatalogue(directory)
        _ = live.current
        (directory / "a.yml").write_text("field: [", encoding="utf-8")
        with pytest.raises(CatalogueError):
            live.reload_if_changed()
        (directory / "a.yml").write_text(spoiled("con rồng", "con rồng đỏ"), encoding="utf-8")
        assert live.reload_if_changed()
