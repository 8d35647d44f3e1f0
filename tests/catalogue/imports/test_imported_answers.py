from __future__ import annotations

from datetime import date

import pytest
from import_rows import TODAY, URL, built, paper, ways

from bot.catalogue.imported import ImportedProcedure
from bot.catalogue.imported_answers import FEE_WITHHELD, FEE_ZERO, TIME_WITHHELD, compose_imported
from bot.catalogue.model import Aspect


def say(procedure: ImportedProcedure, aspect: Aspect, on: date = TODAY) -> str:
    return compose_imported(procedure, aspect, on).text


@pytest.mark.parametrize("aspect", list(Aspect))
def test_every_answer_names_the_portal_the_day_and_the_page(aspect: Aspect) -> None:
    answer = compose_imported(built(), aspect, TODAY)
    assert answer.text.startswith("Cấp giấy nuôi cá cảnh")
    assert answer.text.endswith(f"Theo Cổng Dịch vụ công quốc gia, cập nhật ngày 17/07/2026\n{URL}")
    assert answer.sources == (URL,)


def test_without_a_day_of_collection_the_answer_says_so() -> None:
    found = built().model_copy(update={"collected_on": None, "imported_on": date(2026, 11, 24)})
    assert "nhập ngày 24/11/2026, nguồn không ghi ngày lấy" in say(found, Aspect.WHERE)


def test_the_clean_facts_are_told() -> None:
    found = built(cach_thuc=ways(time="5 Ngày làm việc", fee="20,000 VNĐ", note="/giấy"))
    assert "20.000 đ" in say(found, Aspect.FEE)
    assert "5 ngày làm việc theo trang nguồn" in say(found, Aspect.DURATION)
    assert "• Ảnh bể cá: 2 bản sao." in say(found, Aspect.DOCUMENTS)
    assert "Sở Cá cảnh" in say(found, Aspect.WHERE)
    assert "Bước 2" in say(found, Aspect.HOW)
    assert "01/2026/TT-CC" in say(found, Aspect.LEGAL_BASIS)
    assert "Giấy nuôi cá" in say(found, Aspect.RESULT)
    assert "Công dân Việt Nam" in say(found, Aspect.CONDITIONS)


def test_withheld_figures_are_answered_honestly() -> None:
    found = built(cach_thuc=ways(time="3", fee="40 VNĐ"))
    assert FEE_WITHHELD in say(found, Aspect.FEE)
    assert TIME_WITHHELD in say(found, Aspect.DURATION)
    assert "40" not in say(found, Aspect.FEE).replace(URL, "")


def test_a_zero_is_never_told_as_free() -> None:
    assert FEE_ZERO in say(built(cach_thuc=ways(fee="Miễn phí")), Aspect.FEE)


def test_an_amount_is_not_told_after_its_last_day() -> None:
    found = built(cach_thuc=ways(fee="30,000 VNĐ", note="30.000đ/giấy (áp dụng đến hết ngày 31/12/2026)"))
    assert "đến hết 31/12/2026" in say(found, Aspect.FEE)
    assert FEE_WITHHELD in say(found, Aspect.FEE, date(2027, 1, 1))


@pytest.mark.parametrize("aspect", [Aspect.FORM, Aspect.DEADLINE, Aspect.AUTHORIZATION])
def test_what_the_portal_does_not_say_is_not_confirmed(aspect: Aspect) -> None:
    assert "chưa được xác nhận" in say(built(), aspect)


@pytest.mark.parametrize("aspect", list(Aspect))
def test_another_provinces_text_never_shows(aspect: Aspect) -> None:
    found = built(so_quyet_dinh="9/QĐ-UBND", ten_thu_tuc="Chia cá", trinh_tu_thuc_hien="Bước 1: Chia.")
    assert "hia" not in say(found, aspect)
    assert "1.900001" in say(found, aspect)


@pytest.mark.parametrize("aspect", list(Aspect))
def test_an_old_listing_shows_no_details(aspect: Aspect) -> None:
    text = say(built(so_quyet_dinh="QĐ/0001-BTP"), aspect)
    assert "đã cũ" in text
    assert "Sở Cá cảnh" not in text


def test_an_old_law_is_told() -> None:
    found = built(can_cu_so_hieu=["58/2014/QH13"])
    assert "luật cũ 58/2014/QH13 (nay là 41/2024/QH15)" in say(found, Aspect.DOCUMENTS)
    assert "đã được thay bằng 41/2024/QH15" in say(found, Aspect.LEGAL_BASIS)


@pytest.mark.parametrize("aspect", list(Aspect))
def test_long_lists_are_cut_and_counted(aspect: Aspect) -> None:
    long = "giấy chứng nhận nguồn gốc của từng con cá trong bể và của người đã bán " * 4
    found = built(
        giay_to=[paper(f"{number} {long}") for number in range(30)],
        trinh_tu_thuc_hien="\n".join(f"Bước {number}: {long}" for number in range(30)),
        can_cu_so_hieu=[f"{number}/2026/TT-CC" for number in range(40)],
    )
    answer = compose_imported(found, aspect, TODAY)
    assert len(answer.text) <= 950
    if aspect in (Aspect.DOCUMENTS, Aspect.HOW, Aspect.LEGAL_BASIS):
        assert answer.has_more
        assert "khác, xem trang nguồn)" in answer.text


def test_papers_of_several_cases_keep_their_case() -> None:
    found = built(giay_to=[paper("Đơn A", case="Cá nhỏ"), paper("Đơn B", case="Cá to")])
    text = say(found, Aspect.DOCUMENTS)
    assert "• Cá nhỏ: đơn A." in text
    assert "• Cá to: đơn B." in text


class TestLongLists:
    """A short answer begins a list, the full one goes as far as a message does."""

    FOUND = built(giay_to=[paper(f"Giấy số {number}") for number in range(1, 21)])

    def test_a_short_answer_leaves_papers_out(self) -> None:
        answer = compose_imported(self.FOUND, Aspect.DOCUMENTS, TODAY)
        assert (answer.has_more, "Giấy số 20" in answer.text) == (True, False)

    def test_the_full_one_lists_all(self) -> None:
        answer = compose_imported(self.FOUND, Aspect.DOCUMENTS, TODAY, everything=True)
        assert (answer.has_more, "Giấy số 20" in answer.text) == (False, True)

    def test_no_answer_is_longer_than_a_message_of_the_strictest_channel(self) -> None:
        found = built(giay_to=[paper(f"Giấy {number} " + "rất dài " * 60) for number in range(60)])
        for aspect in Aspect:
            assert len(compose_imported(found, aspect, TODAY, everything=True).text) <= 4096


def test_a_bare_heading_is_no_step() -> None:
    steps = "Trình tự thực hiện:\n- Bước 1: Gửi hồ sơ.\n- Bước 2: Nhận giấy."
    said = say(built(trinh_tu_thuc_hien=steps), Aspect.HOW)
    assert ("Trình tự thực hiện" in said, "Bước 1" in said) == (False, True)
