"""The files of `data/places/` as they are written."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from bot.catalogue.facts import Fact, LegalNumber, Line

UnitCode = Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
"""GSO code of a commune, text because of the leading zero."""
ProvinceCode = Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
DistrictId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]


class PlaceType(StrEnum):
    """Kinds of administrative units, as people write them before the name."""

    WARD = "phường"
    COMMUNE = "xã"
    TOWNSHIP = "thị trấn"
    SPECIAL_ZONE = "đặc khu"
    DISTRICT = "huyện"
    TOWN = "thị xã"
    CITY = "thành phố"
    URBAN_DISTRICT = "quận"
    PROVINCE = "tỉnh"


DISTRICT_LEVEL = frozenset({PlaceType.DISTRICT, PlaceType.TOWN, PlaceType.CITY, PlaceType.URBAN_DISTRICT})
PROVINCE_LEVEL = frozenset({PlaceType.PROVINCE, PlaceType.CITY})


class FormerPart(Fact):
    """A commune as it was before 01/07/2025, seen from a unit that took it or a part of it."""

    type: PlaceType
    name: Line
    of: DistrictId
    """Its last district."""
    divided: bool = False
    also: tuple[Line, ...] = ()


class Unit(Fact):
    """One of the 54 communes of today."""

    code: UnitCode
    type: PlaceType
    name: Line
    also: tuple[Line, ...] = ()
    former: tuple[FormerPart, ...] = Field(min_length=1)

    @property
    def full_name(self) -> str:
        """`phường Hạ Long`; small first letter."""
        return f"{self.type} {self.name}"


class DistrictEntry(Fact):
    """A unit of the level that ended on 01/07/2025."""

    id: DistrictId
    type: PlaceType
    name: Line
    ended_on: date
    also: tuple[Line, ...] = ()
    joined: DistrictId | None = None
    """The district it was merged into, for one that ended before the level did."""
    units: tuple[UnitCode, ...] = ()
    """Today's units in it, where the former communes do not tell."""


class KindUntil(Fact):
    """The earlier kind of the province and the last day on which it held."""

    kind: PlaceType
    last_day: date


class ProvinceHeader(Fact):
    """Quảng Ninh itself."""

    code: ProvinceCode
    agency_code: Line
    name: Line
    kind: PlaceType
    kind_until: KindUntil
    status: Line
    legal: LegalNumber


class UnitsSource(Fact):
    """Where the units come from."""

    legal: LegalNumber
    note: Line
    names: Line
    checked_on: date


class UnitsFile(Fact):
    """`units.yml`."""

    province: ProvinceHeader
    source: UnitsSource
    former_districts: tuple[DistrictEntry, ...]
    units: tuple[Unit, ...] = Field(min_length=1)


class Province(Fact):
    """A province or city other than Quảng Ninh."""

    code: ProvinceCode
    kind: PlaceType
    name: Line
    also: tuple[Line, ...] = ()
    former: tuple[Line, ...] = ()

    @property
    def full_name(self) -> str:
        """`thành phố Hải Phòng`."""
        return f"{self.kind} {self.name}"


class ProvincesFile(Fact):
    """`provinces.yml`."""

    checked_on: date
    provinces: tuple[Province, ...] = Field(min_length=1)


class OrdinaryFile(Fact):
    """`ordinary.yml`: which names need a cue."""

    ordinary: tuple[Line, ...] = ()
    clear_without_marks: tuple[Line, ...] = ()


class Confirmable(Fact):
    """Something shown only after the province has confirmed it, with a day and a source."""

    confirmed: bool
    confirmed_on: date | None = None
    source: Line | None = None

    @model_validator(mode="after")
    def _confirmation_is_backed(self) -> Self:
        if self.confirmed and (self.confirmed_on is None or self.source is None):
            raise ValueError("confirmed needs confirmed_on and source")
        return self


class Contact(Confirmable):
    """How to reach a centre."""

    address: Line | None = None
    hours: Line | None = None
    phone: Line | None = None


class ProvinceCentre(Contact):
    """The centre of the whole province."""

    name: Line


class CommuneCentre(Contact):
    """The centre of one commune; its name follows from the unit."""

    unit: UnitCode


class CentresFile(Fact):
    """`centres.yml`."""

    legal: LegalNumber
    checked_on: date
    province: ProvinceCentre
    communes: tuple[CommuneCentre, ...]


class Hotline(Confirmable):
    """A telephone number."""

    id: DistrictId
    name: Line
    number: Annotated[str, StringConstraints(pattern=r"^\d{3,12}$")]
    emergency: bool = False
    note: Line | None = None


class HotlinesFile(Fact):
    """`hotlines.yml`."""

    checked_on: date
    hotlines: tuple[Hotline, ...]
