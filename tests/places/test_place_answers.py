"""What people read about places."""

from __future__ import annotations

import pytest

from bot.places.finding import MOST_CANDIDATES
from bot.places.guide import Guide, answer_place, find_places, place_note


def answer(guide: Guide, text: str) -> str:
    return guide.answer(guide.find(text), text).text


def test_a_former_commune_is_answered_with_the_unit_and_its_centre(guide: Guide) -> None:
    text = answer(guide, "phường Hồng Hải cũ nay thuộc phường nào")
    assert "Phường Hồng Hải (thành phố Hạ Long cũ) nay thuộc phường Hạ Long." in text
    assert "Trung tâm Phục vụ hành chính công phường Hạ Long" in text
    assert "bất kỳ trung tâm nào ở Quảng Ninh" in text
    assert "118/2025/NĐ-CP" in text


def test_nothing_unconfirmed_is_shown(guide: Guide) -> None:
    for unit in guide.places.units:
        text = answer(guide, unit.full_name)
        assert "Địa chỉ, giờ làm việc và điện thoại của trung tâm: đang cập nhật." in text
    numbers = answer(guide, "cho xin số điện thoại đường dây nóng")
    assert "113" in numbers
    for hidden in ("18001096", "19001009", "1900558826"):
        assert hidden not in numbers


def test_a_former_district_is_said_to_have_ended(guide: Guide) -> None:
    text = "huyện Hải Hà giờ chia thành những xã nào"
    found = guide.answer(guide.find(text), text)
    assert "Cấp huyện không còn từ 01/07/2025" in found.text
    assert {unit.name for unit in found.candidates} == {
        "Quảng Hà",
        "Quảng Đức",
        "Đường Hoa",
        "Cái Chiên",
    }


def test_at_most_eight_units_are_named(guide: Guide) -> None:
    for text in ("thành phố Hạ Long", "Hạ Long"):
        found = guide.answer(guide.find(text), text)
        assert len(found.candidates) == MOST_CANDIDATES
    assert "13 đơn vị, trong đó có" in answer(guide, "thành phố Hạ Long")


def test_no_answer_sends_people_to_a_district_office(guide: Guide) -> None:
    for district in guide.places.districts:
        assert "UBND huyện" not in answer(guide, f"tôi ở {district.full_name}")


def test_a_unit_whose_former_namesake_was_divided_is_answered_with_a_warning(guide: Guide) -> None:
    found = guide.answer(guide.find("xã Hải Lạng"), "xã Hải Lạng")
    assert "một phần xã Hải Lạng cũ nay thuộc xã Hải Hoà và xã Ba Chẽ" in found.text
    assert [unit.name for unit in found.candidates] == ["Hải Hoà", "Ba Chẽ"]


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Quảng Ninh có bao nhiêu xã phường", "30 phường, 22 xã và 2 đặc khu"),
        ("danh sách các phường mới", "Xã: Hải Sơn"),
        ("tinh quang ninh gio la thanh pho a", "từ 01/09/2026"),
        ("trung tâm hành chính công tỉnh ở đâu", "Trung tâm Phục vụ hành chính công của Quảng Ninh"),
        ("thứ bảy có làm việc không", "ngày nghỉ"),
        ("chi cục thuế ở đâu", "cơ quan thuế: đang cập nhật"),
        ("công an phường Bãi Cháy ở đâu", "của trung tâm và công an: đang cập nhật"),
        ("dac khu van don gom nhung xa nao cu", "thị trấn Cái Rồng"),
        ("trung tâm hành chính công ở đâu", "Anh/chị cho biết tên xã, phường"),
        ("huyện Hoành Bồ", "đã nhập vào thành phố Hạ Long từ 01/01/2020"),
        ("o Ha Noi thi nop dau", "Tôi chỉ có thông tin nơi nộp ở Quảng Ninh"),
    ],
)
def test_questions_about_places_are_answered(guide: Guide, question: str, part: str) -> None:
    assert part in answer(guide, question)


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("tôi ở phường Hồng Hải cũ thì nộp khai sinh ở đâu", "công phường Hạ Long."),
        ("nhà em ở Bãi Cháy thì nộp ở đâu", "công phường Bãi Cháy."),
        ("xã Vô Ngại cũ thì nộp ở đâu", "xã Bình Liêu hoặc xã Tiên Yên"),
        ("hết huyện Đầm Hà rồi thì nộp ở đâu", "Cấp huyện không còn từ 01/07/2025"),
        ("em ở Hải Phòng thì nộp khai sinh ở đâu", "ở thành phố Hải Phòng có thể khác"),
    ],
)
def test_a_procedure_answer_gets_one_sentence_about_the_place(question: str, part: str) -> None:
    note = place_note(question)
    assert note is not None
    assert part in note
    assert "\n" not in note


@pytest.mark.parametrize("question", ["nộp khai sinh ở đâu", "mua xe ở Hà Nội chạy về Quảng Ninh"])
def test_without_a_place_of_concern_nothing_is_added(question: str) -> None:
    assert place_note(question) is None


def test_the_two_functions_work_on_the_project_files() -> None:
    finding = find_places("phường Hà Tu")
    assert "phường Hà Tu" in answer_place(finding, "phường Hà Tu").text
