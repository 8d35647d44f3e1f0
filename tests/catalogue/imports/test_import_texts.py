from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_rows import built, paper

from bot.catalogue.imported import Flag, Outcome, Part
from bot.catalogue.imports.build import KNOWN_OLD
from bot.catalogue.imports.wording import cut, tidy
from bot.catalogue.model import Level, Status


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Thủ tục cấp giấy nuôi cá (thực hiện tại cấp Trung ương)", "Cấp giấy nuôi cá"),
        ("Cấp giấy nuôi cá thực hiện tại cấp tỉnh, cấp xã.", "Cấp giấy nuôi cá"),
        ("Trình báo mất cá (thực hiện tại cấp huyện)", "Trình báo mất cá"),
        ("THỦ TỤC: cấp giấy", "Cấp giấy"),
        ("Thủ tục hải quan đối với cá", "Thủ tục hải quan đối với cá"),
        ("Trả giấy nuôi cá , giấy bể .", "Trả giấy nuôi cá, giấy bể"),
        (unicodedata.normalize("NFD", "Thủ tục thả cá"), "Thả cá"),
        ("Thủ tục", "Thủ tục"),
    ],
)
def test_short_names_lose_level_prefix_and_stray_signs(title: str, short: str) -> None:
    assert built(ten_thu_tuc=title).short_name == short


def test_a_long_name_is_cut_between_words_without_a_dangling_preposition() -> None:
    title = "Cấp giấy nuôi cá cảnh nước ngọt, nước lợ và nước mặn tại nhà riêng, cơ sở dạy học của tổ chức"
    short = built(ten_thu_tuc=title).short_name
    assert len(short) <= 80
    assert short.endswith("cơ sở dạy…")


def test_the_official_name_stays_whole() -> None:
    title = "Thủ tục cấp giấy nuôi cá (thực hiện tại cấp tỉnh)"
    found = built(ten_thu_tuc=title)
    assert found.official_name == title
    assert found.flags[Flag.OLD_TITLE] is Outcome.REPAIRED


def test_another_provinces_text_is_refused_and_its_title_with_it() -> None:
    found = built(so_quyet_dinh="99/QĐ-UBND", ten_thu_tuc="Chia cá của tỉnh khác")
    assert found.status is Status.NAME_ONLY
    assert "Chia cá" not in found.model_dump_json()
    assert found.withheld == set(Part)
    assert not found.steps
    assert not found.documents
    assert found.agency is None


def test_another_provinces_text_takes_its_title_from_the_official_list() -> None:
    found = built({"1.900001": "Khóa bể cá"}, so_quyet_dinh="99/QĐ-UBND", ten_thu_tuc="Chia cá")
    assert (found.official_name, found.status) == ("Khóa bể cá", Status.NAME_ONLY)
    assert Part.TITLE not in found.withheld


def test_a_title_that_is_not_the_listed_one_leaves_only_the_name() -> None:
    found = built({"1.900001": "Khóa bể cá"})
    assert (found.official_name, found.status) == ("Khóa bể cá", Status.NAME_ONLY)
    assert found.flags[Flag.TITLE_DIFFERS] is Outcome.WITHHELD


def test_a_listed_title_may_differ_in_signs_only() -> None:
    found = built({"1.900001": "Thủ tục cấp giấy nuôi cá cảnh."})
    assert found.status is Status.ACTIVE


@pytest.mark.parametrize("decision", ["QĐ/0001-BTP", "QĐ0001-BTP"])
def test_the_placeholder_decision_means_an_old_listing(decision: str) -> None:
    found = built(so_quyet_dinh=decision)
    assert found.status is Status.OBSOLETE_LISTING
    assert found.flags[Flag.OLD_LISTING] is Outcome.WITHHELD
    assert (found.time, found.steps, found.documents) == (None, (), ())


def test_texts_known_to_be_old_are_an_old_listing() -> None:
    assert all(built(code=code).status is Status.OBSOLETE_LISTING for code in KNOWN_OLD)


@pytest.mark.parametrize(
    ("body", "flag"),
    [
        ("Công an huyện", Flag.OLD_DISTRICT),
        ("Bảo hiểm xã hội tỉnh, Bảo hiểm xã hội cấp huyện", Flag.OLD_DISTRICT),
        ("Phòng Tư pháp", Flag.OLD_DISTRICT),
        ("Sở Tư pháp Thành phố Hà Nội", Flag.OTHER_PROVINCE_BODY),
        ("Tên thủ tụcCấp giấy", Flag.AGENCY_GARBLED),
    ],
)
def test_bodies_that_are_gone_or_elsewhere_are_not_shown(body: str, flag: Flag) -> None:
    found = built(co_quan_thuc_hien=body)
    assert found.agency is None
    assert found.flags[flag] is Outcome.WITHHELD
    assert Part.AGENCY in found.withheld


def test_the_authority_stands_in_for_an_unfit_body() -> None:
    found = built(co_quan_thuc_hien="Công an huyện", co_quan_co_tham_quyen="Công an tỉnh")
    assert found.agency == "Công an tỉnh"
    assert Part.AGENCY not in found.withheld


def test_townships_are_left_out_of_a_body() -> None:
    found = built(co_quan_thuc_hien="Ủy ban Nhân dân\xa0xã,\xa0phường,\xa0thị trấn.")
    assert found.agency == "Ủy ban Nhân dân xã, phường"


def test_steps_that_give_work_to_a_district_are_withheld() -> None:
    found = built(trinh_tu_thuc_hien="Bước 1: Nộp hồ sơ tại Công an cấp huyện.")
    assert found.steps == ()
    assert Part.STEPS in found.withheld


def test_steps_cut_where_the_papers_begin_are_withheld() -> None:
    found = built(
        giay_to=[],
        trinh_tu_thuc_hien="Bước 1. Lập hồ sơ theo quy định tại mục",
        thanh_phan_ho_so="và nộp cho cơ quan.",
    )
    assert found.steps == ()
    assert found.flags[Flag.STEPS_CUT] is Outcome.WITHHELD


def test_steps_become_lines_without_bullets_and_broken_lines_are_joined() -> None:
    text = "+ Bước 1: Chủ bể nộp\nhồ sơ. Bước 2: Sở xem.\n- a\n\n* Trả giấy;"
    assert built(trinh_tu_thuc_hien=text).steps == (
        "Bước 1: Chủ bể nộp hồ sơ.",
        "Bước 2: Sở xem.",
        "a",
        "Trả giấy;",
    )


def test_results_are_separated_at_their_codes() -> None:
    assert [(r.name, r.code) for r in built().results] == [
        ("Giấy nuôi cá", "KQ.G99.000001"),
        ("Thông báo từ chối", "KQ.G99.000002"),
    ]


def test_an_old_law_is_a_caution_and_withholds_the_figures() -> None:
    found = built(can_cu_so_hieu=["58/2014/QH13"])
    assert found.old_laws == (("58/2014/QH13", "41/2024/QH15"),)
    assert found.flags[Flag.OLD_LAW] is Outcome.CAUTION
    assert {Part.DURATION, Part.FEE} <= found.withheld


def test_a_law_cited_beside_its_successor_is_in_transition() -> None:
    assert built(can_cu_so_hieu=["58/2014/QH13", "41/2024/QH15"]).old_laws == ()


def test_levels_and_audience_are_read_with_the_commas_inside_names() -> None:
    found = built()
    assert found.levels == (Level.PROVINCE, Level.COMMUNE)
    assert found.audience == ("Công dân Việt Nam", "Tổ chức (không bao gồm doanh nghiệp, HTX)")


def test_markup_and_control_characters_do_not_survive() -> None:
    found = built(giay_to=[paper("<b>Đơn</b>\x00 xin&nbsp;nuôi\u200b cá<script>x</script>")])
    assert found.documents[0].name == "Đơn xin nuôi cáx"


@given(st.text(max_size=400), st.integers(min_value=2, max_value=120))
def test_a_cut_is_never_too_long(text: str, length: int) -> None:
    assert len(cut(text, length)) <= length


@given(st.text(max_size=400))
def test_tidy_text_is_tidy(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text) or "&" in text or "<" in text
