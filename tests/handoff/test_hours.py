"""When an office is open: lunch, weekends, Tết, swapped days, exceptions, and time counted in office seconds."""

from __future__ import annotations

from datetime import date

import pytest
from desk_support import WEEK, at

from bot.handoff.hours import Hours
from bot.handoff.offices import BadOffices, load_offices, offices_of, project_offices

DEPARTMENTS = [{"id": "mot-cua", "name": "Bộ phận Một cửa", "default": True}]


def hours(**exceptions: object) -> Hours:
    data = {"hours": {"weekly": WEEK, **exceptions}, "departments": DEPARTMENTS}
    return offices_of(data).hours()


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-25 07:29:59", False),
        ("2026-11-25 07:30", True),
        ("2026-11-25 11:29:59", True),
        ("2026-11-25 11:30", False),
        ("2026-11-25 13:30", True),
        ("2026-11-25 17:00", False),
        ("2026-11-28 09:00", False),
        ("2026-11-29 09:00", False),
    ],
)
def test_intervals_are_half_open_and_leave_lunch_out(moment: str, is_open: bool) -> None:
    assert hours().is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("closed_at", "opens_at"),
    [
        ("2026-11-25 12:00", "2026-11-25 13:30"),
        ("2026-11-27 17:00", "2026-11-30 07:30"),
        # Tết 2027: from Thursday 4 February to Wednesday 10 February.
        ("2027-02-03 18:00", "2027-02-11 07:30"),
        # Giỗ Tổ on 10/3 of the lunar calendar falls on a Sunday, and Monday is given instead.
        ("2026-04-25 09:00", "2026-04-28 07:30"),
        ("2026-04-29 17:00", "2026-05-04 07:30"),
    ],
)
def test_the_next_opening_skips_nights_weekends_and_holidays(closed_at: str, opens_at: str) -> None:
    assert hours().next_open(at(closed_at)) == at(opens_at)


def test_a_swapped_saturday_is_worked_and_its_monday_is_not() -> None:
    assert hours().is_open(at("2026-08-22 09:00"))
    assert not hours().is_open(at("2026-08-15 09:00"))
    assert not hours().is_open(at("2026-08-31 09:00"))


def test_special_goes_before_extra_open_before_closed_before_the_week() -> None:
    changed = hours(
        closed=["2026-11-23..2026-11-26"],
        extra_open={"2026-11-25": ["08:00-09:00"], "2026-11-28": ["08:00-09:00"]},
        special={"2026-11-25": ["10:00-11:00"], "2026-02-17": ["08:00-09:00"]},
    )
    assert not changed.is_open(at("2026-11-23 09:30"))
    assert not changed.is_open(at("2026-11-25 08:30"))
    assert changed.is_open(at("2026-11-25 10:30"))
    assert changed.is_open(at("2026-11-28 08:30"))
    assert changed.is_open(at("2026-02-17 08:30")), "even on the first day of Tết"


def test_office_seconds_count_only_while_it_is_open() -> None:
    assert hours().office_seconds(at("2026-11-25 11:00"), at("2026-11-25 14:00")) == 3600
    assert hours().office_seconds(at("2026-11-27 16:58"), at("2026-11-30 07:31")) == 180
    assert hours().office_seconds(at("2026-11-28 08:00"), at("2026-11-29 08:00")) == 0


def test_what_begins_on_friday_at_16_58_goes_on_on_monday() -> None:
    assert hours().after(at("2026-11-27 16:58"), 30 * 60) == at("2026-11-30 07:58")
    assert hours().is_late(at("2026-11-27 16:58"))
    assert not hours().is_late(at("2026-11-27 16:49"))


def test_an_office_that_never_opens_has_no_next_opening() -> None:
    never = offices_of({"hours": {"weekly": {}}, "departments": DEPARTMENTS}).hours()
    assert never.next_open(at("2026-11-25 09:00")) is None
    assert never.after(at("2026-11-25 09:00"), 60) is None


def test_a_missing_year_is_noticed_from_december_on() -> None:
    offices = offices_of({"hours": {"weekly": WEEK}, "departments": DEPARTMENTS, "announced_years": [2026]})
    assert offices.missing_year(date(2026, 11, 30)) is None
    assert offices.missing_year(date(2026, 12, 1)) == 2027
    assert offices.missing_year(date(2027, 3, 1)) == 2027


def test_communes_and_departments_may_have_hours_of_their_own() -> None:
    saturday = {"weekly": {"sat": ["08:00-11:00"]}}
    offices = offices_of(
        {
            "hours": {"weekly": WEEK},
            "departments": [*DEPARTMENTS, {"id": "tu-phap", "name": "Tư pháp", "hours": saturday}],
            "units": {"06685": {"hours": saturday}},
        }
    )
    moment = at("2026-11-28 09:00")
    assert not offices.hours().is_open(moment)
    assert offices.hours("tu-phap").is_open(moment)
    assert offices.hours("mot-cua", "06685").is_open(moment)


@pytest.mark.parametrize(
    "weekly",
    [{"mon": ["07:30-25:00"]}, {"mon": ["09:00-08:00"]}, {"mon": ["8h-9h"]}, {"thu-two": ["08:00-09:00"]},
     {"mon": ["08:00-11:00", "10:00-12:00"]}],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused(weekly: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError):
        offices_of({"hours": {"weekly": weekly}, "departments": DEPARTMENTS})


def test_the_project_file_is_good_and_its_hours_are_not_confirmed(tmp_path: object) -> None:
    offices = project_offices()
    assert offices.department_for("Hộ tịch") == "tu-phap"
    assert offices.department_for("Điều gì đó khác") == offices.default
    assert not offices.is_confirmed, "confirm with a date and a source, then change this test"


def test_every_field_of_the_project_file_is_one_of_the_catalogue(catalogue: object) -> None:
    known = {entry.field for entry in catalogue.entries()}  # type: ignore[attr-defined]
    assert set(project_offices().fields) <= known


def test_a_broken_file_says_where(tmp_path: object) -> None:
    path = tmp_path / "offices.yml"  # type: ignore[operator]
    path.write_text("departments: [")
    with pytest.raises(BadOffices, match=r"offices\.yml"):
        load_offices(path)
