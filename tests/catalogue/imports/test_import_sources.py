from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from import_rows import TODAY, raw_row, write_lines

from bot.catalogue.facts import Channel, Unit
from bot.catalogue.imports.build import build
from bot.catalogue.imports.official_titles import read_titles
from bot.catalogue.imports.portal import read_portal
from bot.catalogue.imports.raw import RowRefused, read_row
from bot.catalogue.imports.source import ImportFileError, Source

DETAIL: dict[str, Any] = {
    "MATTHC": "1.900007.000.00.00.H49",
    "TENTTHC": "Cấp giấy thả cá",
    "TRANGTHAI": "1",
    "LINHVUCTHUCHIEN": [{"TENLINHVUC": "Cá cảnh"}],
    "DOITUONGTHUCHIEN": [{"MADOITUONG": "1", "TENDOITUONG": "Công dân Việt Nam"}],
    "COQUANTHUCHIEN": [{"MADONVI": "H49", "TENDONVI": "Sở Cá cảnh"}],
    "TRINHTUTHUCHIEN": [
        {"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "Bước 1: Nộp."}, {"TENTRINHTU": "Bước 2: Nhận."}]}
    ],
    "CACHTHUCTHUCHIEN": [
        {
            "KENH": kind,
            "THOIGIAN": [
                {
                    "THOIGIANGIAIQUYET": 7,
                    "DONVITINH": "Ngày làm việc",
                    "MOTA": "",
                    "PHILEPHI": [{"SOTIEN": 20000.0, "DONVI": "VNĐ", "MOTA": "20.000 đồng/giấy"}],
                }
            ],
        }
        for kind in (1, "2")
    ],
    "THANHPHANHOSO": [
        {"TRUONGHOP": "", "GIAYTO": [{"TENGIAYTO": "Đơn", "SOBANCHINH": "1", "SOBANSAO": 2}]}
    ],
    "KETQUATHUCHIEN": [{"MAKETQUA": "KQ.G99.000003", "TENKETQUA": "Giấy thả cá"}],
    "CANCUPHAPLY": [{"SOVANBAN": "02/2026/TT-CC", "TENVANBAN": "Thông tư về thả cá"}],
}  # fmt: skip


def test_the_portal_form_is_read() -> None:
    found = build(read_portal(DETAIL), TODAY)
    assert (found.code, found.short_name, found.field) == ("1.900007", "Cấp giấy thả cá", "Cá cảnh")
    assert found.time
    assert (found.time.amount, found.time.unit) == (7, Unit.WORKING_DAY)
    assert found.fee
    assert found.fee.amount == 20_000
    assert found.channels == (Channel.DIRECT, Channel.ONLINE)
    assert found.steps == ("Bước 1: Nộp.", "Bước 2: Nhận.")
    assert (found.documents[0].originals, found.documents[0].copies) == (1, 2)
    assert found.results[0].code == "KQ.G99.000003"
    assert found.legal == ("02/2026/TT-CC",)
    assert found.agency == "Sở Cá cảnh"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"TRANGTHAI": 0}, "TRANGTHAI"),
        ({"MATTHC": ""}, "ma_thu_tuc"),
        ({"TENTTHC": None}, "ten_thu_tuc"),
        ({"CACHTHUCTHUCHIEN": "x"}, "CACHTHUCTHUCHIEN"),
        ({"CACHTHUCTHUCHIEN": [{"KENH": 9}]}, "KENH"),
        ({"TENTTHC": {"a": 1}}, "TENTTHC"),
    ],
)
def test_broken_portal_objects_are_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowRefused, match=reason):
        read_portal(DETAIL | change)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "đối tượng"),
        ({}, "ma_thu_tuc: thiếu"),
        (raw_row("1.90001"), "ma_thu_tuc"),
        (raw_row(ten_thu_tuc="   "), "ten_thu_tuc"),
        (raw_row(ten_thu_tuc=5), "ten_thu_tuc: phải là chữ"),
        (raw_row(giay_to="x"), "giay_to: phải là danh sách"),
        (raw_row(giay_to=[{"la_ghi_chu": "có"}]), "giay_to.0.la_ghi_chu"),
        (raw_row(cach_thuc=[None]), "cach_thuc.0"),
        (raw_row(detail_url="https://example.com/x"), "gov.vn"),
        (raw_row(detail_url="javascript:alert(1)"), "detail_url"),
        (raw_row(trinh_tu_thuc_hien="x" * 300_000), "quá dài"),
    ],
)
def test_wrong_types_are_named(row: Any, reason: str) -> None:
    with pytest.raises(RowRefused, match=reason):
        read_row(row)


def test_an_impossible_day_of_collection_is_refused() -> None:
    with pytest.raises(RowRefused, match="ngay_thu_thap"):
        build(read_row(raw_row(ngay_thu_thap="2026-13-40")), TODAY)


def test_members_of_a_json_list_have_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps([{"a": 1}, {"b": 2}], indent=1))
    assert [(item.line, item.content) for item in Source(file)] == [(2, {"a": 1}), (5, {"b": 2})]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('{"MATTHC": 1}', 1),
        ('{"error_code": "0", "result": [{"MATTHC": 1}, {"MATTHC": 2}]}', 2),
        ("[]", 0),
        ("", 0),
        ("[1, 2", 3),
        ('[{"a": 1} {"b": 2}]', 2),
        ("[[[[", 1),
        ("[" * 100_000, 1),
    ],
)
def test_documents_whole_or_broken(tmp_path: Path, text: str, items: int) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    assert len(list(Source(file))) == items


@pytest.mark.parametrize("name", ["a.csv", "a.gz", "a"])
def test_other_forms_are_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{}")
    with pytest.raises(ImportFileError, match="jsonl"):
        Source(tmp_path / name)


def test_a_cut_archive_is_an_error_of_the_file(tmp_path: Path) -> None:
    whole = gzip.compress(b"\n".join(json.dumps(raw_row()).encode() for _ in range(500)))
    file = tmp_path / "a.jsonl.gz"
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportFileError, match="cắt"):
        list(Source(file))


def test_an_unpacked_file_may_have_the_name_of_a_packed_one(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "a.jsonl", [raw_row()])
    assert len(list(Source(file.rename(tmp_path / "a.jsonl.gz")))) == 1


def test_official_titles_from_csv(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'code,official_name,note\n1.900001,Thủ tục nuôi cá.,\n1.900002,Tên ngắn,"tên rút gọn, chờ đối chiếu"\n'
    )
    assert read_titles(tmp_path) == {"1.900001": "Thủ tục nuôi cá"}
