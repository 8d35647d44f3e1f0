"""The file of departments and hours is followed while serving; a broken one is named by line and field."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from desk_support import at

from bot.handoff.following import OfficesFollower
from bot.handoff.offices import BadOffices, Offices, load_offices

GOOD = """\
hours:
  weekly:
    mon-fri: ["07:30-11:30", "13:30-17:00"]
departments:
- id: mot-cua
  name: Bộ phận Một cửa
  default: true
"""
LUNCH = at("2026-11-25 12:00")


class Edited:
    """A file that somebody edits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._edits = 0

    def write(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")
        # Two edits within the clock's grain must not look alike.
        self._edits += 1
        os.utime(self.path, (self._edits, self._edits))


@pytest.fixture
def file(tmp_path: Path) -> Edited:
    file = Edited(tmp_path / "offices.yml")
    file.write(GOOD)
    return file


@pytest.fixture
def offices(file: Edited) -> Offices:
    return load_offices(file.path)


async def test_an_edit_is_used_by_everybody_who_holds_the_offices(file: Edited, offices: Offices) -> None:
    follower = OfficesFollower(offices, file.path)
    await follower.step()
    assert not offices.hours().is_open(LUNCH)
    file.write(
        GOOD.replace("07:30-11:30", "07:30-12:30") + "- id: tu-phap\n  name: Tư pháp\n  fields: [Hộ tịch]\n"
    )
    await follower.step()
    assert offices.hours().is_open(LUNCH)
    assert offices.department_for("Hộ tịch") == "tu-phap"
    assert list(offices.names) == ["mot-cua", "tu-phap"]
    assert follower.problem is None


async def test_an_edit_made_while_the_service_started_is_not_missed(file: Edited, offices: Offices) -> None:
    file.write(GOOD.replace("07:30-11:30", "07:30-12:30"))
    await OfficesFollower(offices, file.path).step()
    assert offices.hours().is_open(LUNCH)


async def test_a_broken_edit_keeps_the_old_file_and_is_named_until_it_is_mended(
    file: Edited, offices: Offices
) -> None:
    follower = OfficesFollower(offices, file.path)
    await follower.step()
    file.write(GOOD.replace("13:30-17:00", "17:00-13:30"))
    for _ in range(2):
        await follower.step()
        assert follower.problem is not None
        assert follower.problem.startswith("offices.yml:3: hours.weekly.mon-fri: ")
    assert offices.hours().is_open(at("2026-11-25 14:00"))
    file.write(GOOD)
    await follower.step()
    assert follower.problem is None


async def test_a_file_that_is_gone_keeps_the_old_one(file: Edited, offices: Offices) -> None:
    follower = OfficesFollower(offices, file.path)
    await follower.step()
    file.path.unlink()
    await follower.step()
    assert follower.problem == "offices.yml:0: (file): thiếu tệp"
    assert list(offices.names) == ["mot-cua"]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("mon-fri:", "mon-frj:", "3: hours.weekly.mon-frj"),
        ('"07:30-11:30"', '"7h30-11h30"', "không phải khoảng giờ"),
        ("departments:", '  closed: ["2026-13-01"]\ndepartments:', "4: hours.closed[0]: không phải ngày"),
        ("departments:", '  closed: ["2026-12-05..2026-12-01"]\ndepartments:', "ngày cuối đứng trước"),
        ("departments:", '  special: {"mai": ["08:00-09:00"]}\ndepartments:', "4: hours.special.mai"),
        ("departments:", "  confirmed: true\ndepartments:", "1: hours: giờ đã xác nhận"),
        ("  default: true\n", "", "phải có đúng một phòng mặc định"),
        ("  name: Bộ phận Một cửa\n", "", "5: departments[0].name: là trường bắt buộc"),
        ("hours:", "timezone: Asia/Hanoi\nhours:", "1: timezone: không có múi giờ"),
        ("- id: mot-cua", "- id: mot-cua\n  id: khac", "6: id: viết hai lần"),
        ("departments:", "departments: [", "YAML sai cú pháp"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_field(file: Edited, before: str, after: str, problem: str) -> None:
    file.write(GOOD.replace(before, after, 1))
    with pytest.raises(BadOffices) as found:
        load_offices(file.path)
    assert problem in str(found.value.problems[0])
