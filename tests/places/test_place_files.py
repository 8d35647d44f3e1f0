"""The files themselves, and how their errors are named."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from bot.places.loader import PlacesError, load_places
from bot.places.model import PlaceType
from bot.places.places import Places
from bot.places.syllables import forms_of
from bot.settings import PROJECT

FILES = PROJECT / "data" / "places"
SHARED = PROJECT.parent / "shared" / "data" / "units"


def same(name: str) -> tuple[str, ...]:
    """Return a key that is equal for Hoà and Hòa."""
    return tuple(form.marks for form in forms_of(name))


def test_thirty_wards_twenty_two_communes_two_zones(places: Places) -> None:
    assert Counter(unit.type for unit in places.units) == {
        PlaceType.WARD: 30,
        PlaceType.COMMUNE: 22,
        PlaceType.SPECIAL_ZONE: 2,
    }


def test_every_unit_has_an_unconfirmed_centre_and_emergency_numbers_alone_are_on(places: Places) -> None:
    assert not any(places.centre_of(unit).confirmed for unit in places.units)
    assert [line.number for line in places.hotlines] == ["113", "114", "115"]


@pytest.mark.skipif(not SHARED.exists(), reason="the reference files are not here")
def test_units_agree_with_the_reference_files(places: Places) -> None:
    listed = json.loads((SHARED / "quang_ninh_54_units.json").read_text())["units"]
    assert {unit.code for unit in places.units} == {row["code"] for row in listed}
    for row in listed:
        unit = places.find_unit(row["code"])
        assert unit is not None
        assert (unit.type, unit.name) == (row["type"], row["name"])
        before = {same(name) for name in row["before_2025"] if name not in {"-", "Không sáp nhập"}}
        if before:
            assert {same(f"{part.type} {part.name}") for part in unit.former} == before


@pytest.mark.skipif(not SHARED.exists(), reason="the reference files are not here")
def test_former_communes_agree_with_the_table_of_the_press(places: Places) -> None:
    with (SHARED / "old_to_new_wards_2025_vnexpress.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row[0] == "Quảng Ninh"]
    table = {same(new): {same(name) for name in old.split(", ")} for _, new, old in rows}
    assert len(table) == 54
    for commune in places.former_communes:
        if commune.name == "Cái Chiên":
            continue
        homes = {new for new, old in table.items() if same(commune.full_name) in old}
        assert homes == {same(unit.name) for unit in commune.units}, commune.full_name


@pytest.mark.parametrize(
    ("name", "before", "after", "field"),
    [
        ("units.yml", 'code: "06652"', 'code: "6652"', "units[0].code"),
        (
            "units.yml",
            "name: Hà Phong, of: ha_long",
            "name: Hà Phong, of: hlong",
            "units[0].former[0].of",
        ),
        ("units.yml", "of: ha_long, divided: true", "of: ha_long", "units[2].former[2].divided"),
        ("units.yml", "  type: phường\n  name: Hà Tu", "  kind: phường\n  name: Hà Tu", "units[0].type"),
        (
            "centres.yml",
            'unit: "06652", confirmed: false',
            'unit: "06652", confirmed: true',
            "communes[0]",
        ),
        ("centres.yml", 'unit: "06652"', 'unit: "99999"', "communes[0].unit"),
        ("hotlines.yml", 'number: "113"', 'number: "một"', "hotlines[0].number"),
        ("provinces.yml", 'code: "01", kind', "code: 1, kind", "provinces[0].code"),
    ],
)
def test_an_error_names_file_line_and_field(
    tmp_path: Path, name: str, before: str, after: str, field: str
) -> None:
    folder = shutil.copytree(FILES, tmp_path / "places")
    text = (folder / name).read_text(encoding="utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(PlacesError) as raised:
        load_places(folder)
    found = {problem.field: problem for problem in raised.value.problems}
    assert field in found, raised.value
    assert found[field].file.name == name
    assert found[field].line > 1


def test_broken_and_missing_files_are_named(tmp_path: Path) -> None:
    folder = shutil.copytree(FILES, tmp_path / "places")
    (folder / "units.yml").unlink()
    (folder / "centres.yml").write_text("a: [", encoding="utf-8")
    (folder / "hotlines.yml").write_bytes(b"\xff\xfe")
    (folder / "ordinary.yml").write_text("ordinary: []\nordinary: []\n", encoding="utf-8")
    with pytest.raises(PlacesError) as raised:
        load_places(folder)
    assert {problem.file.name for problem in raised.value.problems} == {
        "units.yml",
        "centres.yml",
        "hotlines.yml",
        "ordinary.yml",
    }


def test_what_is_confirmed_is_shown(tmp_path: Path) -> None:
    from bot.places.guide import Guide

    folder = shutil.copytree(FILES, tmp_path / "places")
    path = folder / "centres.yml"
    confirmed = (
        '{unit: "06652", confirmed: true, confirmed_on: 2026-11-24, source: Công văn 1, '
        'hours: "7:30 đến 16:30, thứ Hai đến thứ Sáu"}'
    )
    text = path.read_text(encoding="utf-8").replace('{unit: "06652", confirmed: false}', confirmed)
    path.write_text(text, encoding="utf-8")
    guide = Guide(load_places(folder))
    shown = guide.answer(guide.find("phường Hà Tu"), "phường Hà Tu").text
    assert "Giờ làm việc: 7:30 đến 16:30, thứ Hai đến thứ Sáu." in shown
    assert "Điện thoại: đang cập nhật." in shown
