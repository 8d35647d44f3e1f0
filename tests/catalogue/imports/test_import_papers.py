from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_rows import built, paper

from bot.catalogue.imported import Flag, ImportedPaper, Outcome, Part
from bot.catalogue.imports.form_files import without_file


def names(**values: object) -> list[str]:
    return [item.name for item in built(**values).documents]


def test_quantities_are_read() -> None:
    assert built().documents == (
        ImportedPaper(name="Đơn xin nuôi cá", originals=1),
        ImportedPaper(name="Ảnh bể cá", copies=2),
    )


def test_a_paper_cut_at_its_quantity_is_joined_when_the_raw_text_proves_it() -> None:
    found = built(
        giay_to=[paper("", "01 bản sao"), paper("giấy tiêm phòng của cá", "0 bản chính,1 bản sao")],
        thanh_phan_ho_so="--Tên giấy tờ01 bản sao giấy tiêm phòng của cá0 bản chính,1 bản sao",
    )
    assert [item.name for item in found.documents] == ["01 bản sao giấy tiêm phòng của cá"]
    assert found.documents[0].copies == 1
    assert found.flags[Flag.SPLIT_PAPERS] is Outcome.REPAIRED


def test_a_cut_before_an_original_is_found_by_the_stray_zero() -> None:
    assert names(
        giay_to=[paper("Giấy tiêm phòng (nộp 0", "1 bản chính"), paper("khi cá còn nhỏ)")],
        thanh_phan_ho_so="Giấy tiêm phòng (nộp 01 bản chính khi cá còn nhỏ)1 bản chính",
    ) == ["Giấy tiêm phòng (nộp 01 bản chính khi cá còn nhỏ)"]


@pytest.mark.parametrize(
    "papers",
    [
        [paper("", "01 bản sao"), paper("giấy khác")],
        [paper("Đơn"), paper("", "01 bản sao")],
        [paper("", "01 bản sao", case="Cá nhỏ"), paper("giấy tiêm phòng", case="Cá to")],
    ],
    ids=["not in the raw text", "nothing follows", "another case"],
)
def test_a_cut_paper_without_proof_withholds_the_whole_list(papers: list[dict[str, object]]) -> None:
    found = built(giay_to=papers, thanh_phan_ho_so="01 bản sao giấy tiêm phòng1 bản chính")
    assert found.documents == ()
    assert found.flags[Flag.SPLIT_PAPERS] is Outcome.WITHHELD
    assert Part.DOCUMENTS in found.withheld


def test_notes_are_not_papers() -> None:
    found = built(giay_to=[paper("Đơn"), paper("Lưu ý giữ bể sạch", "0 bản chính", note=True)])
    assert [item.name for item in found.documents] == ["Đơn"]
    assert found.notes == ("Lưu ý giữ bể sạch",)


def test_notes_that_name_a_quantity_may_be_papers_so_the_list_is_withheld() -> None:
    found = built(giay_to=[paper("Đơn"), paper("Hóa đơn mua cá: 01 bản chụp", "0 bản chính", note=True)])
    assert found.documents == ()
    assert found.flags[Flag.NOTES_AMONG_PAPERS] is Outcome.WITHHELD


def test_a_row_without_papers_withholds_them() -> None:
    found = built(giay_to=[])
    assert found.flags[Flag.MISSING_PAPERS] is Outcome.WITHHELD
    assert Part.DOCUMENTS in found.withheld


@pytest.mark.parametrize(
    ("name", "quantity", "shown"),
    [
        ("Đơn theo Mẫu số 181", "1 bản chính", "Đơn"),
        ("Đơn theo Mẫu số 0", "1 bản chính", "Đơn"),
        ("Đơn xin nuôi", "181 bản chính", "Đơn xin nuôi"),
    ],
)
def test_a_quantity_glued_to_the_form_number_is_not_shown(name: str, quantity: str, shown: str) -> None:
    found = built(giay_to=[paper(name, quantity)])
    assert found.documents == (ImportedPaper(name=shown),)
    assert found.flags[Flag.QUANTITY_GLUE] is Outcome.WITHHELD


def test_a_year_at_the_end_of_a_name_is_no_glue() -> None:
    found = built(giay_to=[paper("Giấy theo Luật Cá cảnh năm 2025")])
    assert found.documents[0].originals == 1


@pytest.mark.parametrize(
    ("glued", "name"),
    [
        ("Đơn theo nghị định của Chính phủMẫu số 09.docx", "Đơn theo nghị định của Chính phủ"),
        (
            "Đơn ban hành kèm Nghị định 1/2026/NĐ-CPMẫu số 01.docx",
            "Đơn ban hành kèm Nghị định 1/2026/NĐ-CP",
        ),
        ("Tờ khai do chủ bể ký tên.m01a.pdf", "Tờ khai do chủ bể ký tên."),
        ("Đơn đề nghị;Mẫu số 1.docxMẫu số 2.docx", "Đơn đề nghị;"),
        (
            "Đơn ngày 01 tháng 4 năm 2026 của Sở (bản chính)Mẫu số 03.docx",
            "Đơn ngày 01 tháng 4 năm 2026 của Sở (bản chính)",
        ),
        ("ẢNH BỂ CÁ", "ẢNH BỂ CÁ"),
        ("don.docx", "don"),
    ],
)
def test_file_names_are_taken_off(glued: str, name: str) -> None:
    assert without_file(glued) == name


def test_a_name_torn_by_its_file_name_is_put_together_first() -> None:
    assert names(giay_to=[paper("Đơn theo Mẫu số 0", file="1.CC phụ lục I;Mẫu số 01.docx")]) == [
        "Đơn theo Mẫu số 01.CC phụ lục I"
    ]


@given(st.text(max_size=200))
def test_no_name_is_too_strange(name: str) -> None:
    without_file(f"{name}.docx")
