from __future__ import annotations

import pytest
from import_rows import built, way, ways

from bot.catalogue.facts import Unit
from bot.catalogue.imported import Flag, ImportedTime, Outcome, Part

PROOF = "Trong thời hạn 03 ngày làm việc kể từ ngày nhận đủ hồ sơ, Sở Cá cảnh trả giấy."


def test_one_time_with_unit_for_all_channels_is_kept() -> None:
    found = built(cach_thuc=ways(time="15 Ngày"))
    assert found.time == ImportedTime(amount=15, unit=Unit.DAY)
    assert Part.DURATION not in found.withheld


def test_a_missing_unit_is_repaired_when_the_steps_name_this_figure_only() -> None:
    found = built(cach_thuc=ways(time="3"), trinh_tu_thuc_hien=PROOF, canh_bao=["thoi_han_thieu_don_vi"])
    assert found.time == ImportedTime(amount=3, unit=Unit.WORKING_DAY)
    assert found.flags[Flag.TIME_WITHOUT_UNIT] is Outcome.REPAIRED


@pytest.mark.parametrize(
    ("shown", "steps"),
    [
        ("3", "Sở Cá cảnh trả giấy."),
        ("1", PROOF),
        ("3", f"{PROOF} Sau đó gửi giấy trong 5 ngày."),
        ("3", "Người nuôi báo trước 03 ngày khi thay nước."),
        ("3", "Nộp trước ngày 3 tháng 3 hằng năm."),
    ],
    ids=["no figure", "other figure", "a second time", "not counted from receipt", "a date"],
)
def test_a_missing_unit_without_proof_is_withheld(shown: str, steps: str) -> None:
    found = built(cach_thuc=ways(time=shown), trinh_tu_thuc_hien=steps)
    assert found.time is None
    assert found.flags[Flag.TIME_WITHOUT_UNIT] is Outcome.WITHHELD
    assert Part.DURATION in found.withheld


def test_different_times_per_channel_are_merged_cases_and_withheld() -> None:
    found = built(cach_thuc=[way("Trực tiếp", "15 Ngày"), way("Trực tuyến", "20 Ngày")])
    assert found.time is None
    assert found.flags[Flag.TIME_BY_CHANNEL] is Outcome.WITHHELD


def test_several_times_in_one_channel_are_withheld() -> None:
    found = built(cach_thuc=[way(time="5 Ngày"), way(time="9 Ngày")])
    assert found.time is None
    assert Flag.TIME_BY_CASE in found.flags


def test_a_description_that_names_another_time_withholds_the_worst_case() -> None:
    found = built(cach_thuc=ways(time="45 Ngày", more="Bình thường 5 ngày, có xác minh thì 45 ngày."))
    assert found.time is None
    assert Flag.TIME_BY_CASE in found.flags


def test_marks_of_the_collector_are_believed_even_when_our_rules_find_nothing() -> None:
    assert built(canh_bao=["thoi_han_khac_theo_kenh: gộp"]).time is None


@pytest.mark.parametrize("shown", ["0", "1.5 Ngày", "khoảng một tuần", "999 Ngày"])
def test_unreadable_times_are_withheld(shown: str) -> None:
    found = built(cach_thuc=ways(time=shown))
    assert found.time is None
    assert Part.DURATION in found.withheld


def test_no_time_at_all_is_no_trap() -> None:
    found = built(cach_thuc=ways(time="Không có thông tin"))
    assert found.time is None
    assert Part.DURATION not in found.withheld
