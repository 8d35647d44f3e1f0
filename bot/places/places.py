"""All places, indexed: units by code, former communes with the units they went to, districts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bot.places.model import (
    CentresFile,
    CommuneCentre,
    DistrictEntry,
    Hotline,
    HotlinesFile,
    OrdinaryFile,
    PlaceType,
    Province,
    ProvinceHeader,
    ProvincesFile,
    Unit,
    UnitsFile,
)


@dataclass(frozen=True, slots=True)
class District:
    """A former district with the units of today that lie in it."""

    entry: DistrictEntry
    units: tuple[Unit, ...]
    joined: DistrictEntry | None = None
    """The district it had been merged into before."""

    @property
    def full_name(self) -> str:
        """`thành phố Hạ Long`; people must read that it has ended."""
        return f"{self.entry.type} {self.entry.name}"


@dataclass(frozen=True, slots=True)
class FormerCommune:
    """A commune that ended on 01/07/2025 and the units of today that took it over."""

    type: PlaceType
    name: str
    also: tuple[str, ...]
    district: DistrictEntry
    units: tuple[Unit, ...]

    @property
    def full_name(self) -> str:
        """`phường Hồng Hải`."""
        return f"{self.type} {self.name}"

    @property
    def is_divided(self) -> bool:
        """Whether its land went to several units."""
        return len(self.units) > 1


@dataclass(frozen=True)
class Places:
    """What `data/places/` says, read once."""

    units_file: UnitsFile
    centres_file: CentresFile
    hotlines_file: HotlinesFile
    provinces_file: ProvincesFile
    ordinary: OrdinaryFile

    @property
    def header(self) -> ProvinceHeader:
        """Quảng Ninh itself."""
        return self.units_file.province

    @property
    def units(self) -> tuple[Unit, ...]:
        """Today's units."""
        return self.units_file.units

    @property
    def provinces(self) -> tuple[Province, ...]:
        """The other provinces."""
        return self.provinces_file.provinces

    @property
    def hotlines(self) -> tuple[Hotline, ...]:
        """The numbers that may be shown."""
        return tuple(line for line in self.hotlines_file.hotlines if line.confirmed)

    def find_unit(self, code: str | None) -> Unit | None:
        """Return the unit with this code, or None."""
        return self._by_code.get(code or "")

    def centre_of(self, unit: Unit) -> CommuneCentre:
        """Return the service centre of a unit."""
        return self._centres[unit.code]

    @cached_property
    def former_communes(self) -> tuple[FormerCommune, ...]:
        """All communes that ended, each once."""
        districts = {entry.id: entry for entry in self.units_file.former_districts}
        found: dict[tuple[PlaceType, str, str], list[Unit]] = {}
        also: dict[tuple[PlaceType, str, str], tuple[str, ...]] = {}
        for unit in self.units:
            for part in unit.former:
                key = (part.type, part.name, part.of)
                found.setdefault(key, []).append(unit)
                also[key] = also.get(key, ()) + part.also
        return tuple(
            FormerCommune(kind, name, also[kind, name, of], districts[of], tuple(units))
            for (kind, name, of), units in found.items()
        )

    @cached_property
    def districts(self) -> tuple[District, ...]:
        """The former districts; the unit of the same name stands first in each."""
        return tuple(self._district(entry) for entry in self.units_file.former_districts)

    def _district(self, entry: DistrictEntry) -> District:
        inside: Iterable[Unit] = (
            unit
            for unit in self.units
            if unit.code in entry.units or any(part.of == entry.id for part in unit.former)
        )
        units = tuple(sorted(inside, key=lambda unit: _closeness(unit.name, entry.name)))
        joined = next((one for one in self.units_file.former_districts if one.id == entry.joined), None)
        return District(entry, units, joined)

    @cached_property
    def _by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.units}

    @cached_property
    def _centres(self) -> dict[str, CommuneCentre]:
        return {centre.unit: centre for centre in self.centres_file.communes}


def _closeness(name: str, district: str) -> tuple[int, str]:
    """Order units: of the same name, then “Móng Cái 1”, “Móng Cái 2” …, then the rest as they stand."""
    if name == district:
        return (0, "")
    return (1, name) if name.startswith(district) else (2, "")
