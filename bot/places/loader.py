"""Reads `data/places/` and names file, line and field of everything that is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from bot.catalogue.problems import CatalogueError, LineIndex, Problem, Step, dotted
from bot.catalogue.yaml_files import read_yaml
from bot.places.model import CentresFile, HotlinesFile, OrdinaryFile, ProvincesFile, UnitsFile
from bot.places.places import Places

File = TypeVar("File", bound=BaseModel)
UNITS, CENTRES, HOTLINES, PROVINCES, ORDINARY = (
    f"{name}.yml" for name in ("units", "centres", "hotlines", "provinces", "ordinary")
)


class PlacesError(CatalogueError):
    """The places cannot be used; `problems` says where and why."""


def load_places(directory: Path) -> Places:
    """Return the places of `directory`.

    Raises:
        PlacesError: At least one file is missing or broken.
    """
    problems: list[Problem] = []

    def read(name: str, kind: type[File]) -> File | None:
        try:
            return read_places_file(directory / name, kind)
        except PlacesError as error:
            problems.extend(error.problems)
            return None

    units = read(UNITS, UnitsFile)
    centres = read(CENTRES, CentresFile)
    hotlines = read(HOTLINES, HotlinesFile)
    provinces = read(PROVINCES, ProvincesFile)
    ordinary = read(ORDINARY, OrdinaryFile)
    if units:
        problems.extend(_problems(directory / UNITS, _wrong_units(units)))
    if units and centres:
        problems.extend(_problems(directory / CENTRES, _wrong_centres(units, centres)))
    if problems or not (units and centres and hotlines and provinces and ordinary):
        raise PlacesError(problems)
    return Places(units, centres, hotlines, provinces, ordinary)


def read_places_file(path: Path, kind: type[File]) -> File:
    """Return one parsed file.

    Raises:
        PlacesError: With file, line and field of everything found.
    """
    return read_yaml(path, kind, PlacesError)


_Finding = tuple[tuple[Step, ...], str]


def _problems(path: Path, findings: Iterator[_Finding]) -> Iterator[Problem]:
    found = list(findings)
    if found:
        lines = LineIndex(path.read_text(encoding="utf-8"))
        for place, message in found:
            yield Problem(path, lines.line_of(place), dotted(place), message)


def _wrong_units(file: UnitsFile) -> Iterator[_Finding]:
    codes = Counter(unit.code for unit in file.units)
    districts = {entry.id for entry in file.former_districts}
    shares = Counter((part.type, part.name, part.of) for unit in file.units for part in unit.former)
    for index, entry in enumerate(file.former_districts):
        if entry.joined and entry.joined not in districts:
            yield (
                ("former_districts", index, "joined"),
                f"không có {entry.joined} trong former_districts",
            )
        for place, code in enumerate(entry.units):
            if code not in codes:
                yield ("former_districts", index, "units", place), f"không có mã {code} trong units"
    for index, unit in enumerate(file.units):
        if codes[unit.code] > 1:
            yield ("units", index, "code"), f"mã {unit.code} viết ở nhiều đơn vị"
        for place, part in enumerate(unit.former):
            where = ("units", index, "former", place)
            if part.of not in districts:
                yield (*where, "of"), f"không có {part.of} trong former_districts"
            if part.divided != (shares[part.type, part.name, part.of] > 1):
                yield (*where, "divided"), "divided chỉ và luôn đúng khi tên cũ nằm ở nhiều đơn vị"


def _wrong_centres(units: UnitsFile, centres: CentresFile) -> Iterator[_Finding]:
    known = {unit.code for unit in units.units}
    listed = Counter(centre.unit for centre in centres.communes)
    for index, centre in enumerate(centres.communes):
        if centre.unit not in known:
            yield ("communes", index, "unit"), f"không có mã {centre.unit} trong {UNITS}"
        elif listed[centre.unit] > 1:
            yield ("communes", index, "unit"), f"mã {centre.unit} viết hai lần"
    for code in sorted(known - set(listed)):
        yield ("communes",), f"thiếu trung tâm của đơn vị {code}"
