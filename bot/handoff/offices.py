"""Departments, what they answer for, and their hours: read from `data/desk/offices.yml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.catalogue.problems import CatalogueError
from bot.catalogue.yaml_files import read_yaml
from bot.handoff.hours import Hours, Times
from bot.settings import PROJECT

FILE = Path("data") / "desk" / "offices.yml"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ANNOUNCED_BY = (12, 1)
"""Month and day on which the swapped days of the next year should be known."""
_INTERVAL = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


class BadOffices(CatalogueError):
    """The file cannot be used; `problems` says where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _checked(read: Callable[[Any], object]) -> AfterValidator:
    """Refuse, at its line, what cannot be read."""

    def check(value: Any) -> Any:
        read(value)
        return value

    return AfterValidator(check)


_Weekdays = Annotated[str, _checked(lambda names: _weekdays(names))]
_Day = Annotated[str, _checked(lambda text: _day(text))]
_Days = Annotated[str, _checked(lambda text: _days(text))]
_Intervals = Annotated[list[str], _checked(lambda texts: _times(texts))]


class HoursData(_Part):
    """Hours as they stand in the file."""

    weekly: dict[_Weekdays, _Intervals] = {}
    closed: tuple[_Days, ...] = ()
    extra_open: dict[_Day, _Intervals] = {}
    special: dict[_Day, _Intervals] = {}
    confirmed: bool = False
    confirmed_on: date | None = None
    source: str | None = None

    @model_validator(mode="after")
    def _is_proven(self) -> HoursData:
        if self.confirmed and not (self.confirmed_on and self.source):
            raise ValueError("giờ đã xác nhận thì phải có confirmed_on và source")
        return self

    def hours(self, zone: ZoneInfo) -> Hours:
        """Return what the desk computes with."""
        weekly: dict[int, Times] = {}
        for names, intervals in self.weekly.items():
            for day in _weekdays(names):
                weekly[day] = _times(intervals)
        return Hours(
            weekly,
            frozenset(day for text in self.closed for day in _days(text)),
            {_day(day): _times(intervals) for day, intervals in self.extra_open.items()},
            {_day(day): _times(intervals) for day, intervals in self.special.items()},
            zone,
        )


class DepartmentData(_Part):
    """A department as it stands in the file."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,46}$")
    name: str
    default: bool = False
    fields: tuple[str, ...] = ()
    hours: HoursData | None = None


class UnitData(_Part):
    """What differs at one commune."""

    hours: HoursData


class OfficesData(_Part):
    """The file."""

    timezone: str = "Asia/Ho_Chi_Minh"
    hours: HoursData
    announced_years: tuple[int, ...] = ()
    departments: tuple[DepartmentData, ...]
    units: dict[str, UnitData] = {}

    @field_validator("timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"không có múi giờ {value}") from None
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> OfficesData:
        ids = [one.id for one in self.departments]
        fields = [name for one in self.departments for name in one.fields]
        if len(set(ids)) < len(ids) or len(set(fields)) < len(fields):
            raise ValueError("mã phòng (id) và lĩnh vực (fields) không được trùng nhau")
        if sum(one.default for one in self.departments) != 1:
            raise ValueError("phải có đúng một phòng mặc định (default: true)")
        return self


@dataclass(frozen=True, slots=True)
class _Book:
    """What the file says."""

    names: Mapping[str, str]
    default: str
    announced_years: frozenset[int]
    is_confirmed: bool
    fields: Mapping[str, str]
    usual: Hours
    of_department: Mapping[str, Hours]
    of_unit: Mapping[str, Hours]


class Offices:
    """Answers who is responsible and when they are there."""

    def __init__(self, data: OfficesData) -> None:
        """Take the checked file."""
        zone = ZoneInfo(data.timezone)
        self._book = _Book(
            names={one.id: one.name for one in data.departments},
            default=next(one.id for one in data.departments if one.default),
            announced_years=frozenset(data.announced_years),
            is_confirmed=data.hours.confirmed,
            fields={name: one.id for one in data.departments for name in one.fields},
            usual=data.hours.hours(zone),
            of_department={one.id: one.hours.hours(zone) for one in data.departments if one.hours},
            of_unit={code: one.hours.hours(zone) for code, one in data.units.items()},
        )

    def become(self, newer: Offices) -> None:
        """Say from now on what a newer file says: all parts of the desk hold this one object."""
        self._book = newer._book

    @property
    def names(self) -> Mapping[str, str]:
        """Department id → name, in the order of the file."""
        return self._book.names

    @property
    def fields(self) -> Mapping[str, str]:
        """Field of work → id of the department that answers for it."""
        return self._book.fields

    @property
    def default(self) -> str:
        """The department for everything that no other answers for."""
        return self._book.default

    @property
    def is_confirmed(self) -> bool:
        """Whether the province has confirmed the ordinary hours."""
        return self._book.is_confirmed

    def department_for(self, field: str | None) -> str:
        """Return the department that answers for a field of work, or the default one."""
        return self._book.fields.get(field or "", self._book.default)

    def name(self, department: str) -> str:
        """Return the name of a department; one that left the file keeps its id."""
        return self.names.get(department, department)

    def hours(self, department: str | None = None, unit: str | None = None) -> Hours:
        """Return the hours: of the commune, else of the department, else the usual ones."""
        book = self._book
        if unit in book.of_unit:
            return book.of_unit[str(unit)]
        return book.of_department.get(department or book.default, book.usual)

    def missing_year(self, today: date) -> int | None:
        """Return the year whose swapped days should have been compared by now, or None."""
        due = today.year + 1 if (today.month, today.day) >= ANNOUNCED_BY else today.year
        return due if due not in self._book.announced_years else None


def load_offices(path: Path) -> Offices:
    """Return the offices of a file.

    Raises:
        BadOffices: It cannot be read or says something impossible.
    """
    return Offices(read_yaml(path, OfficesData, BadOffices))


@lru_cache(maxsize=1)
def project_offices() -> Offices:
    """Return the offices of this project, one for the process."""
    return load_offices(PROJECT / FILE)


def offices_of(content: Mapping[str, Any]) -> Offices:
    """Return offices from what would stand in the file."""
    return Offices(OfficesData.model_validate(content))


def _weekdays(names: str) -> range:
    first, _, last = names.partition("-")
    if first not in DAYS or (last and last not in DAYS):
        raise ValueError(f"không phải thứ trong tuần: {names}; viết mon-fri, sat…")
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"không phải ngày dạng YYYY-MM-DD: {text}") from None


def _days(text: str) -> list[date]:
    first, _, last = text.partition("..")
    begin, end = _day(first), _day(last or first)
    if end < begin:
        raise ValueError(f"ngày cuối đứng trước ngày đầu: {text}")
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _times(texts: list[str]) -> Times:
    found: list[tuple[time, time]] = []
    for text in texts:
        match = _INTERVAL.fullmatch(text)
        if match is None:
            raise ValueError(f"không phải khoảng giờ dạng 07:30-11:30: {text}")
        begin, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
        if begin >= end or (found and begin < found[-1][1]):
            raise ValueError(f"các khoảng giờ phải theo thứ tự, trong một ngày: {texts}")
        found.append((begin, end))
    return tuple(found)
