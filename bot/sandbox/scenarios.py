"""The dossiers of the sandbox: invented people, plausible courses, all ten statuses at any time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))
DAYS = 30
"""Days back from today on which dossiers were received."""
LIVE_STEP_SECONDS = 180.0

DAY = 86_400.0
Steps = tuple[tuple[float, int], ...]
"""Seconds after the receipt → status from then on."""


@dataclass(frozen=True, slots=True)
class Course:
    """How dossiers of one kind go on."""

    steps: tuple[tuple[float, int], ...]
    """Days after the receipt → status."""
    due_days: int


COURSES = (
    Course(((0, 1), (0.1, 2), (0.3, 4), (2, 9), (4, 10)), 3),
    Course(((0, 2), (1, 4), (12, 9), (15, 10)), 12),
    Course(((0, 1), (1, 3)), 5),
    Course(((0, 2), (1, 4), (3, 5), (12, 4), (16, 9), (20, 10)), 8),
    Course(((0, 2), (1, 4), (4, 6), (11, 4), (14, 9), (18, 10)), 14),
    Course(((0, 2), (2, 7)), 5),
    Course(((0, 2), (2, 4), (6, 8)), 10),
    Course(((0, 2), (1, 4), (30, 9), (32, 10)), 5),
    Course(((0, 1), (6, 2), (8, 4), (10, 9), (12, 10)), 9),
    Course(((0, 2), (1, 4), (3, 9), (40, 10)), 5),
)
LIVE = (1, 2, 4, 5, 4, 6, 4, 9, 10)
"""A dossier that moves every few minutes, to try notices with."""

UNITS = (
    ("H49.22", "Trung tâm Phục vụ hành chính công phường Hồng Gai"),
    ("H49.31", "Trung tâm Phục vụ hành chính công phường Uông Bí"),
    ("H49.05", "Sở Xây dựng"),
    ("H49.12", "Trung tâm Phục vụ hành chính công phường Móng Cái 1"),
)
PROCEDURES = (
    ("1.001193", "Đăng ký khai sinh", 0),
    ("1.000894", "Đăng ký kết hôn", 0),
    ("1.004873", "Cấp Giấy xác nhận tình trạng hôn nhân", 15_000),
    ("1.000656", "Đăng ký khai tử", 0),
    ("1.001612", "Đăng ký thành lập hộ kinh doanh", 100_000),
    ("1.013225", "Cấp giấy phép xây dựng nhà ở riêng lẻ", 75_000),
    ("1.004227", "Đăng ký biến động đất đai", 1_250_000),
)
_PAPERS = ("Đề nghị bổ sung giấy chứng sinh và tờ khai", "Thiếu bản vẽ thiết kế", "Bổ sung giấy ủy quyền, ảnh thẻ")
_FAMILY = ("Nguyễn", "Trần", "Phạm", "Vũ", "Hoàng", "Đặng", "Bùi", "Lương")
_MIDDLE = ("Thị", "Văn", "Minh", "Thu", "Đức", "Ngọc")
_GIVEN = ("Hạnh", "Tùng", "Lan", "Quân", "Mai", "Sơn", "Yến", "Khánh", "Thảo", "Dũng")


@dataclass(frozen=True, slots=True)
class Record:
    """One dossier with all that a real system would hold, people included."""

    code: str
    steps: Steps
    received: datetime
    due: datetime
    procedure_code: str
    procedure: str
    unit: str
    agency: str
    fee: int
    note: str
    name: str
    phone: str
    identity: str
    email: str
    address: str
    officer: str
    pin: str
    is_live: bool = False


def records(today: date, started: datetime) -> Iterator[Record]:
    """Yield the dossiers of a day: the same ones whenever it is asked, but for the moving ones.

    Args:
        today: The day in Việt Nam.
        started: From when on the moving dossiers move.
    """
    for back in range(DAYS):
        day = today - timedelta(days=back)
        if day.weekday() == 6:
            continue
        for place, (unit, agency) in enumerate(UNITS):
            yield _of_day(day, place, unit, agency)
    for number, (unit, agency) in enumerate(UNITS[:3]):
        yield _live(today, started, number, unit, agency)


def _of_day(day: date, place: int, unit: str, agency: str) -> Record:
    chance = random.Random(f"{day}{unit}")  # noqa: S311
    course = COURSES[(day.toordinal() * len(UNITS) + place * 3) % len(COURSES)]
    number = 42 if place == 0 else chance.randint(1, 399)
    received = datetime.combine(day, time(8, 0), VIETNAM) + timedelta(minutes=chance.randint(0, 400))
    steps = tuple((days * DAY, status) for days, status in course.steps)
    due = datetime.combine(day + timedelta(days=course.due_days), time(17, 0), VIETNAM)
    return _record(chance, f"{unit}-{day:%y%m%d}-{number:04}", unit, agency, steps, received, due)


def _live(today: date, started: datetime, number: int, unit: str, agency: str) -> Record:
    chance = random.Random(f"live{today}{unit}")  # noqa: S311
    steps = tuple((index * LIVE_STEP_SECONDS, status) for index, status in enumerate(LIVE))
    due = datetime.combine(today + timedelta(days=3), time(17, 0), VIETNAM)
    code = f"{unit}-{today:%y%m%d}-{9001 + number}"
    return _record(chance, code, unit, agency, steps, started, due, is_live=True)


def _record(
    chance: random.Random,
    code: str,
    unit: str,
    agency: str,
    steps: Steps,
    received: datetime,
    due: datetime,
    *,
    is_live: bool = False,
) -> Record:
    procedure_code, procedure, fee = chance.choice(PROCEDURES)
    if unit == "H49.05":
        procedure_code, procedure, fee = PROCEDURES[5]
    name = f"{chance.choice(_FAMILY)} {chance.choice(_MIDDLE)} {chance.choice(_GIVEN)}"
    officer = f"{chance.choice(_FAMILY)} {chance.choice(_MIDDLE)} {chance.choice(_GIVEN)}"
    return Record(
        code=code,
        steps=steps,
        received=received,
        due=due,
        procedure_code=procedure_code,
        procedure=procedure,
        unit=unit,
        agency=agency,
        fee=fee or 20_000,
        note=f"{chance.choice(_PAPERS)} của {name}",
        name=name,
        phone=f"09{chance.randint(10_000_000, 99_999_999)}",
        identity=f"0222{chance.randint(10_000_000, 99_999_999)}",
        email=f"nguoi.nop.{chance.randint(100_000, 999_999)}@example.vn",
        address=f"Số {chance.randint(10, 999)}/{chance.randint(10, 99)} tổ {chance.randint(1, 90)}, Hạ Long",
        officer=officer,
        pin=f"{chance.randint(0, 999_999):06}",
        is_live=is_live,
    )
