"""The imported procedures as the service uses them: found by name, read by code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from import_rows import COLLECTED, TODAY, raw_row, write_lines

from bot.catalogue.imported_library import ImportedLibrary
from bot.catalogue.imports.run import Importer
from bot.catalogue.live import LiveCatalogue, project_catalogue
from bot.storage.database import Database
from bot.vietnamese.folding import strip_marks

FISH, BIRD, OTHER_FISH = "2.900001", "2.900002", "2.900003"
BIRTH = "1.001193"
ROWS = [
    raw_row(FISH, ten_thu_tuc="Thủ tục cấp giấy nuôi cá cảnh", cap_thuc_hien="Cấp tỉnh"),
    raw_row(BIRD, ten_thu_tuc="Cấp giấy nuôi chim bồ câu"),
    raw_row(OTHER_FISH, ten_thu_tuc="Thủ tục cấp giấy nuôi cá cảnh", cap_thuc_hien="Cấp xã"),
    raw_row(BIRTH, ten_thu_tuc="Đăng ký khai sinh"),
]


async def load(database: Database, folder: Path, rows: list[dict[str, Any]]) -> None:
    path = write_lines(folder / "rows.jsonl", rows)
    await Importer(database, today=TODAY, collected_on=COLLECTED).run(path)


@pytest.fixture
async def library(database: Database, tmp_path: Path) -> ImportedLibrary:
    await load(database, tmp_path, ROWS)
    library = ImportedLibrary(database, project_catalogue())
    await library.refresh()
    return library


def found(library: ImportedLibrary, text: str) -> list[str]:
    return [match.code for match in library.search(text)]


async def test_nothing_is_found_without_an_import(database: Database) -> None:
    library = ImportedLibrary(database, project_catalogue())
    await library.refresh()
    assert (library.imported, library.search("nuôi cá cảnh")) == (0, [])


@pytest.mark.parametrize("change", [str, strip_marks])
async def test_imported_names_are_found_in_any_spelling(library: ImportedLibrary, change: Any) -> None:
    assert found(library, change("nuôi chim bồ câu"))[0] == BIRD


async def test_curated_names_are_found_beside_them(library: ImportedLibrary) -> None:
    assert found(library, "đăng ký khai sinh")[0] == BIRTH


async def test_an_imported_procedure_is_read_by_its_code(library: ImportedLibrary) -> None:
    procedure = await library.find(BIRD)
    assert procedure
    assert (procedure.official_name, procedure.collected_on) == ("Cấp giấy nuôi chim bồ câu", COLLECTED)


async def test_a_curated_code_is_never_read_from_the_import(library: ImportedLibrary) -> None:
    assert (await library.find(BIRTH), library.imported) == (None, 3)


async def test_an_unknown_code_is_not_found(library: ImportedLibrary) -> None:
    assert (await library.find("9.999999"), await library.find(None)) == (None, None)


async def test_names_of_several_levels_are_told_apart(library: ImportedLibrary) -> None:
    assert [library.shares_name(code) for code in (FISH, OTHER_FISH, BIRD)] == [True, True, False]


async def test_the_index_is_built_again_only_after_a_change(
    database: Database, library: ImportedLibrary, tmp_path: Path
) -> None:
    assert await library.refresh() is False
    await load(database, tmp_path, [raw_row("2.900009", ten_thu_tuc="Cấp giấy nuôi rùa cạn")])
    assert found(library, "nuôi rùa cạn")[:1] != ["2.900009"]
    assert await library.refresh() is True
    assert found(library, "nuôi rùa cạn")[0] == "2.900009"


async def test_a_changed_title_is_found_by_its_new_words(
    database: Database, library: ImportedLibrary, tmp_path: Path
) -> None:
    await load(database, tmp_path, [raw_row(BIRD, ten_thu_tuc="Cấp giấy nuôi vẹt đuôi dài")])
    await library.refresh()
    assert found(library, "vẹt đuôi dài")[0] == BIRD


async def test_a_title_of_another_province_finds_nothing(database: Database, tmp_path: Path) -> None:
    row = raw_row("1.002544", ten_thu_tuc="Cấp giấy nuôi hươu sao", so_quyet_dinh="226/QĐ-UBND")
    await load(database, tmp_path, [row, *ROWS])
    library = ImportedLibrary(database, project_catalogue())
    await library.refresh()
    assert "1.002544" not in found(library, "nuôi hươu sao")


async def test_an_edited_curated_file_reaches_the_index(database: Database, tmp_path: Path) -> None:
    from catalogue_support import spoiled, write

    await load(database, tmp_path, ROWS)
    live = LiveCatalogue(write(tmp_path))
    library = ImportedLibrary(database, live)
    await library.refresh()
    write(tmp_path, spoiled("- xin nuôi rồng", "- xin nuôi kỳ lân"))
    live.reload()
    assert await library.refresh() is True
    assert found(library, "nuôi kỳ lân")[0] == "1.000001"
