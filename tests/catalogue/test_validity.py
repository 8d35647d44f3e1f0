"""Facts hold between two days, both included."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from catalogue_support import spoiled, the_procedure, write
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue.answers.compose import compose
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.facts import Period
from bot.catalogue.model import Aspect, Procedure

LAST, NEXT = date(2026, 12, 31), date(2027, 1, 1)
DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1))
REDUCED = """\
  - {name: Lệ phí nuôi rồng, amount: 10000, source: "64/2025/TT-BTC", valid_to: 2026-12-31}
  - {name: Lệ phí nuôi rồng, amount: 20000, source: "85/2019/TT-BTC", valid_from: 2027-01-01}
"""


@pytest.fixture(scope="module")
def lost_card(catalogue: Catalogue) -> Procedure:
    """Getting a lost identity card again: at half price until the end of 2026."""
    found = catalogue.find("1.014064")
    assert found
    return found


@pytest.fixture
def dragon(tmp_path: Path) -> Procedure:
    row = '  - {name: Lệ phí nuôi rồng, amount: 20000, source: "85/2019/TT-BTC"}\n'
    return the_procedure(write(tmp_path, spoiled(row, REDUCED)))


def fee(procedure: Procedure, on: date) -> str:
    return compose(procedure, Aspect.FEE, on).text


class TestAReducedFee:
    def test_is_charged_on_its_last_day(self, lost_card: Procedure) -> None:
        assert "35.000 đ" in fee(lost_card, LAST)

    def test_hides_the_full_fee_while_it_holds(self, lost_card: Procedure) -> None:
        assert "70.000 đ" not in fee(lost_card, LAST)

    def test_says_until_when_it_holds(self, lost_card: Procedure) -> None:
        assert "áp dụng đến hết 31/12/2026" in fee(lost_card, LAST)

    def test_gives_way_to_the_full_fee_on_the_next_day(self, lost_card: Procedure) -> None:
        assert "70.000 đ" in fee(lost_card, NEXT)

    def test_is_gone_on_the_next_day(self, lost_card: Procedure) -> None:
        assert "35.000 đ" not in fee(lost_card, NEXT)


@pytest.mark.parametrize(
    ("on", "charged", "hidden"),
    [(LAST, "10.000 đ", "20.000 đ"), (NEXT, "20.000 đ", "10.000 đ")],
)
def test_exactly_one_of_two_following_fees_is_shown(
    dragon: Procedure, on: date, charged: str, hidden: str
) -> None:
    assert [amount in fee(dragon, on) for amount in (charged, hidden)] == [True, False]


def test_when_all_fees_have_run_out_none_is_shown(tmp_path: Path) -> None:
    text = spoiled('source: "85/2019/TT-BTC"', 'source: "85/2019/TT-BTC", valid_to: 2026-12-31')
    procedure = the_procedure(write(tmp_path, text))
    assert "20.000" not in fee(procedure, NEXT)
    assert "chưa được xác nhận" in fee(procedure, NEXT)


def test_an_expired_time_is_not_shown(tmp_path: Path) -> None:
    text = spoiled("unit: working_day}", "unit: working_day, valid_to: 2026-12-31}")
    procedure = the_procedure(write(tmp_path, text))
    shown = ["5 ngày làm việc" in compose(procedure, Aspect.DURATION, day).text for day in (LAST, NEXT)]
    assert shown == [True, False]


@given(DAYS, DAYS, DAYS)
def test_a_period_holds_on_both_its_days_and_between(a: date, b: date, day: date) -> None:
    first, last = sorted((a, b))
    assert Period(valid_from=first, valid_to=last).holds_on(day) == (first <= day <= last)


@given(DAYS, DAYS)
def test_two_periods_that_follow_each_other_share_no_day_and_leave_none_out(last: date, day: date) -> None:
    before = Period(valid_to=last)
    after = Period(valid_from=last + timedelta(days=1))
    assert before.holds_on(day) != after.holds_on(day)
