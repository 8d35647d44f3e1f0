from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_rows import built, way, ways

from bot.catalogue.imported import Flag, Outcome, Part
from bot.catalogue.imports.money import last_day, money_in, segments


def test_one_amount_with_an_agreeing_note_is_kept() -> None:
    fee = built(cach_thuc=ways(fee="150,000 VNĐ", note="150.000 đồng/lần")).fee
    assert fee is not None
    assert (fee.amount, fee.note) == (150_000, "150.000 đồng/lần")


def test_thousands_are_repaired_when_the_note_proves_them() -> None:
    found = built(cach_thuc=ways(fee="135 VNĐ", note="Lệ phí cấp giấy: 135.000 đồng/lần."))
    assert found.fee is not None
    assert found.fee.amount == 135_000
    assert found.flags[Flag.FEE_IN_THOUSANDS] is Outcome.REPAIRED


@pytest.mark.parametrize("note", ["", "4.000 đồng/giấy", "40.000 đồng hoặc 60.000 đồng", "25.000.000 đ"])
def test_thousands_without_proof_are_withheld(note: str) -> None:
    found = built(cach_thuc=ways(fee="40 VNĐ", note=note))
    assert found.fee is None
    assert found.flags[Flag.FEE_IN_THOUSANDS] is Outcome.WITHHELD


@pytest.mark.parametrize(
    "note",
    ["Lệ phí: 135.000 đồng/lần", "Mức thu do Hội đồng nhân dân quy định", "theo Thông tư 1/2026/TT-CC"],
)
def test_free_beside_a_note_that_names_a_fee_is_false(note: str) -> None:
    found = built(cach_thuc=ways(fee="Miễn phí", note=note))
    assert found.fee is None
    assert Flag.FALSE_FREE in found.flags


@pytest.mark.parametrize("note", ["", "Không", "Chưa quy định."])
def test_a_zero_alone_is_never_shown_as_free(note: str) -> None:
    found = built(cach_thuc=ways(fee="Miễn phí", note=note))
    assert found.fee is None
    assert found.flags[Flag.FREE_UNPROVEN] is Outcome.WITHHELD


def test_free_is_believed_when_the_note_says_so() -> None:
    fee = built(cach_thuc=ways(fee="Miễn phí", note="Không thu lệ phí.")).fee
    assert fee is not None
    assert fee.amount == 0


def test_an_expired_discount_is_dropped_and_the_amount_stays() -> None:
    note = "60.000 đồng/giấy. - Từ ngày 01/01/2024 đến hết ngày 31/12/2025 mức thu là 30.000 đồng."
    found = built(cach_thuc=ways(fee="60,000 VNĐ", note=note))
    assert found.fee is not None
    assert (found.fee.amount, found.fee.note) == (60_000, "60.000 đồng/giấy")
    assert found.flags[Flag.EXPIRED_NOTE] is Outcome.REPAIRED


def test_an_amount_that_is_itself_the_expired_discount_is_withheld() -> None:
    found = built(cach_thuc=ways(fee="30,000 VNĐ", note="30.000đ/giấy (áp dụng đến hết ngày 31/12/2025)."))
    assert found.fee is None
    assert found.flags[Flag.EXPIRED_NOTE] is Outcome.WITHHELD


def test_an_amount_keeps_the_last_day_of_its_note() -> None:
    fee = built(cach_thuc=ways(fee="30,000 VNĐ", note="30.000đ/giấy (áp dụng đến hết ngày 31/12/2026).")).fee
    assert fee is not None
    assert fee.valid_to == date(2026, 12, 31)


@pytest.mark.parametrize(
    "note",
    [
        "Áp dụng 25.000 đồng từ ngày 01/7/2025 đến hết ngày 31/12/2026",
        "bằng 50% mức thu",
        "do HĐND tỉnh quyết định",
        "80.000 đồng " + "cho một loại cá rất dài " * 20,
    ],
    ids=["discount under way", "percentage", "council", "too long to show"],
)
def test_a_note_that_leaves_the_amount_open_withholds_it(note: str) -> None:
    found = built(cach_thuc=ways(fee="50,000 VNĐ", note=note))
    assert found.fee is None
    assert Part.FEE in found.withheld


def test_different_amounts_are_cases_and_withheld() -> None:
    found = built(cach_thuc=[way("Trực tiếp", fee="100,000 VNĐ"), way("Trực tuyến", fee="50,000 VNĐ")])
    assert found.fee is None
    assert Flag.FEE_BY_CASE in found.flags


def test_no_fee_at_all_is_no_trap() -> None:
    found = built(cach_thuc=ways(fee="Không có thông tin"))
    assert found.fee is None
    assert Part.FEE not in found.withheld


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("135.000 đồng/lần", {135_000}),
        ("Phí: 400000 Đồng", {400_000}),
        ("02 triệu đồng, 1,5 triệu", {2_000_000, 1_500_000}),
        ("Thông tư số 64/2025/TT-BTC ngày 30/6/2025", set()),
        ("Thông tư 281/2016/TT-BTC ngày 14.11.2016", set()),
    ],
)
def test_amounts_in_text_are_not_confused_with_law_numbers(text: str, amounts: set[int]) -> None:
    assert money_in(text) == amounts


def test_days_in_words_count_too() -> None:
    assert last_day("đến hết ngày 30 tháng 6 năm 2026") == date(2026, 6, 30)
    assert last_day("đến ngày 31/02/2026") is None


@given(st.text(max_size=300))
def test_any_note_can_be_read(note: str) -> None:
    for part in segments(note):
        money_in(part.text)
