"""The grammar of codes, and finding codes in what people type."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dossiers.code import DossierCode, Owner, make_code, parse_code
from bot.dossiers.finding import Problem, find_codes
from bot.dossiers.provinces import province_of
from bot.privacy.masking import mask
from bot.settings import PROJECT

TODAY = date(2026, 11, 24)
CASES = int(os.environ.get("MOTCUA_TEST_CODE_CASES", "500"))
"""Of each property; seven properties make 3,500 cases."""
DIGIT_NAMES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def codes_in(text: str) -> list[str]:
    return [str(code) for code in find_codes(text, TODAY).codes]


def problems_in(text: str) -> list[Problem]:
    return [item.problem for item in find_codes(text, TODAY).found if item.problem]


@st.composite
def codes(draw: st.DrawFn, root: str | None = None) -> DossierCode:
    root = root or draw(st.sampled_from(["H49", "H49", "H01", "H63", "G22"]))
    parts = draw(st.lists(st.from_regex(r"[0-9]{2}", fullmatch=True), max_size=3))
    day = draw(st.dates(date(2018, 1, 1), TODAY))
    number = draw(st.from_regex(r"[0-9]{4}", fullmatch=True))
    return make_code(".".join([root, *parts]), f"{day:%y%m%d}", number, TODAY)


class TestSamples:
    @pytest.mark.parametrize(
        ("text", "code", "owner"),
        [
            ("H49.22-261105-0123", "H49.22-261105-0123", Owner.OWN),
            ("H49.22.05-261019-0042", "H49.22.05-261019-0042", Owner.OWN),
            ("H49-261120-1234", "H49-261120-1234", Owner.OWN),
            ("000.00.05.H49-250312-0007", "000.00.05.H49-250312-0007", Owner.OWN),
            ("hồ sơ h49.22-261105-0123. cho hỏi", "H49.22-261105-0123", Owner.OWN),
            ("H49.22 – 261105 – 0123", "H49.22-261105-0123", Owner.OWN),
            ("H49 . 22 - 261105-0123", "H49.22-261105-0123", Owner.OWN),
            ("H38.07-260830-0660", "H38.07-260830-0660", Owner.OTHER_PROVINCE),
            ("G22.99.08-261102-000318", "G22.99.08-261102-000318", Owner.MINISTRY),
            ("G15.99-260914-1500271", "G15.99-260914-1500271", Owner.MINISTRY),
            ("h49 22 261103 42", "H49.22-261103-0042", Owner.OWN),
            ("cho em hỏi hs h49222611030042 xong chưa", "H49.22-261103-0042", Owner.OWN),
            ("h49 222611030042 ạ", "H49.22-261103-0042", Owner.OWN),
            ("mã hồ sơh49.22-261105-0123nhé cảm ơn", "H49.22-261105-0123", Owner.OWN),
            ("H49.22-26-11-05-0123", "H49.22-261105-0123", Owner.OWN),
            ("Ｈ49.22－261105－0123".replace("Ｈ", "H"), "H49.22-261105-0123", Owner.OWN),
            ("H49.22\u200b-261105-0123", "H49.22-261105-0123", Owner.OWN),
        ],
    )
    def test_a_code_is_found(self, text: str, code: str, owner: Owner) -> None:
        found = find_codes(text, TODAY).codes
        assert [(str(item), item.owner) for item in found] == [(code, owner)]

    @pytest.mark.parametrize(
        "text",
        [
            "hát bốn chín chấm hai hai gạch hai sáu một một không ba gạch không không bốn hai",
            "hát bốn chín hai mươi hai hai sáu mười một không ba không không bốn hai",
            "mã là h bốn chín hai hai hai sáu một một không ba không không bốn hai nhé",
        ],
    )
    def test_spoken_digits_are_read(self, text: str) -> None:
        assert codes_in(text) == ["H49.22-261103-0042"]

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("H49.22-261332-0123", Problem.BAD_DATE),
            ("H49.22-270101-0001", Problem.BAD_DATE),
            ("H49.22-171105-0123", Problem.BAD_DATE),
            ("H49.22-261105-01234567", Problem.INCOMPLETE),
            ("H49.22-261105-0123-9", Problem.INCOMPLETE),
            ("H49.22-261105-0123A", Problem.INCOMPLETE),
            ("49.22-261105-0123", Problem.INCOMPLETE),
            ("H49.22-261105", Problem.INCOMPLETE),
            ("261105-0123 xong chưa", Problem.INCOMPLETE),
            ("H49.22-2611O5-O123", Problem.UNCLEAR),
            ("00321/2026/00417", Problem.SOCIAL_INSURANCE),
        ],
    )
    def test_what_is_no_code_is_named(self, text: str, problem: Problem) -> None:
        assert codes_in(text) == []
        assert problems_in(text) == [problem]

    @pytest.mark.parametrize(
        "text",
        [
            "022123456789", "0912345678", "AH49.22-261105-0123", "làm lúc 8h30 261103 42", "1.001193",
            "đến trước 8h49 ngày 261103", "bố tôi bảy mươi ba tuổi, hai ba bốn năm ngày nữa",
            "nghị định 61/2018/NĐ-CP",
            "biển số 14A-123.45", "mẫu CT01", "",
        ],
    )  # fmt: skip
    def test_other_numbers_are_no_codes(self, text: str) -> None:
        assert find_codes(text, TODAY).found == ()

    def test_the_letter_o_is_asked_about_and_never_taken_silently(self) -> None:
        found = find_codes("H49.22-2611O5-O123", TODAY).found[0]
        assert (found.code, str(found.suggestion)) == (None, "H49.22-261105-0123")

    def test_several_codes_keep_their_order_and_repeat_once(self) -> None:
        text = "h49.22-261105-0124, H49.31-261101-0007 và h49.22-261105-0124"
        assert codes_in(text) == ["H49.22-261105-0124", "H49.31-261101-0007"]

    def test_a_number_behind_the_code_is_left_over(self) -> None:
        assert find_codes("h49.22-261105-0123 4321", TODAY).rest.strip() == "4321"

    def test_the_old_unit_code_is_read_from_the_bottom_up(self) -> None:
        assert parse_code("000.00.05.H49-250312-0007", TODAY).path == ("H49", "05")
        assert parse_code("000.01.05.H49-250312-0007", TODAY).path == ("H49", "05", "01")

    def test_provinces_are_named_as_they_are_called_now(self) -> None:
        assert province_of("H38") == "Lào Cai"
        assert province_of("H02") == "Bắc Giang (nay thuộc Bắc Ninh)"
        assert province_of("H64") is None
        assert province_of("G22") is None


class TestProperties:
    @settings(max_examples=CASES, deadline=None)
    @given(codes())
    def test_the_canonical_form_is_read_back(self, code: DossierCode) -> None:
        assert parse_code(str(code), TODAY) == code
        assert codes_in(str(code)) == [str(code)]

    @settings(max_examples=CASES, deadline=None)
    @given(
        codes(root="H49"),
        st.sampled_from([".", " ", " . ", ". "]),
        st.sampled_from(["-", "–", "—", " - ", " ", " – "]),
        st.booleans(),
        st.sampled_from(["{}", "hồ sơ {} đến đâu rồi", "cho hỏi {}, xong chưa ạ", "({})", "mã: {}."]),
    )
    def test_sloppy_forms_mean_the_same_code(
        self, code: DossierCode, dot: str, dash: str, is_lower: bool, sentence: str
    ) -> None:
        written = dash.join([code.unit.replace(".", dot), code.day, code.number])
        text = sentence.format(written.lower() if is_lower else written)
        assert codes_in(text) == [str(code)]

    @settings(max_examples=CASES, deadline=None)
    @given(codes(root="H49"))
    def test_dictated_digits_mean_the_same_code(self, code: DossierCode) -> None:
        names = {str(index): name for index, name in enumerate(DIGIT_NAMES)} | {".": "chấm", "-": "gạch"}
        said = "hát " + " ".join(names[character] for character in str(code)[1:])
        assert codes_in(f"mã hồ sơ là {said}") == [str(code)]

    @settings(max_examples=CASES, deadline=None)
    @given(codes(root="H49"), st.integers(1, 400 * 365))
    def test_a_day_outside_the_calendar_of_codes_is_refused(self, code: DossierCode, days: int) -> None:
        later = TODAY + timedelta(days=days % 26_000 + 1)
        if later.year < 2100:
            assert codes_in(f"{code.unit}-{later:%y%m%d}-{code.number}") == []

    @settings(max_examples=CASES, deadline=None)
    @given(st.text(max_size=80))
    def test_any_text_is_survived_and_found_codes_are_valid(self, text: str) -> None:
        for item in find_codes(text, TODAY).codes:
            assert parse_code(str(item), TODAY) == item

    @settings(max_examples=CASES, deadline=None)
    @given(
        st.from_regex(r"0[35789][0-9]{8}|0[0-9]{11}", fullmatch=True),
        st.sampled_from(["{}", "sđt {}", "cccd {} ạ"]),
    )
    def test_personal_numbers_are_never_codes(self, number: str, sentence: str) -> None:
        assert codes_in(sentence.format(number)) == []

    @settings(max_examples=CASES, deadline=None)
    @given(codes())
    def test_the_masked_form_hides_the_running_number_and_survives_masking(self, code: DossierCode) -> None:
        assert re.fullmatch(r".+-[0-9]{6}-\*{4,7}", code.masked)
        assert code.number not in code.masked.rsplit("-", 1)[1]
        assert mask(str(code)) == str(code)


def test_roots_of_provinces_are_those_found_in_their_own_papers_and_merged_as_the_places_say() -> None:
    found = {"H26": "Hà Nội", "H29": "Thành phố Hồ Chí Minh", "H38": "Lào Cai", "H49": "Quảng Ninh"}
    assert {root: province_of(root) for root in found} == found
    assert province_of("H30") == "Hậu Giang (nay thuộc Cần Thơ)"
    told = {(province_of(f"H{number:02}") or "").partition(" (nay thuộc ")[::2] for number in range(1, 64)}
    merged = {(before, now.removesuffix(")")) for before, now in told if now}
    places = yaml.safe_load((PROJECT / "data" / "places" / "provinces.yml").read_text(encoding="utf-8"))[
        "provinces"
    ]
    now_of = {former: one["name"] for one in places for former in one.get("former", ())}
    spelled = {"Hồ Chí Minh": "Thành phố Hồ Chí Minh", "Khánh Hoà": "Khánh Hòa"}
    assert merged == {(before, spelled.get(now, now)) for before, now in now_of.items() if before in dict(merged)}
    assert len(merged) == 29
