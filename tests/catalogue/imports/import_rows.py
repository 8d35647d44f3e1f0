"""Small made-up rows in the form of the national export; every text is our own."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

from bot.catalogue.imported import ImportedProcedure
from bot.catalogue.imports.build import build
from bot.catalogue.imports.raw import read_row

TODAY = date(2026, 11, 24)
COLLECTED = date(2026, 7, 17)
URL = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/mau-1"
CHANNELS = ("Trực tiếp", "Trực tuyến", "Dịch vụ bưu chính")


def way(
    channel: str = "Trực tiếp",
    time: str = "5 Ngày làm việc",
    fee: str = "",
    note: str = "",
    more: str = "",
) -> dict[str, str]:
    return {
        "hinh_thuc": channel,
        "thoi_han_hien_thi": time,
        "phi_hien_thi": fee,
        "ghi_chu_phi": note,
        "mo_ta": more,
    }


def ways(**values: str) -> list[dict[str, str]]:
    """The same time and fee for all three channels."""
    return [way(channel, **values) for channel in CHANNELS]


def paper(
    name: str, quantity: str = "1 bản chính", *, case: str = "", note: bool = False, file: str = ""
) -> dict[str, Any]:
    row: dict[str, Any] = {"truong_hop": case, "ten": name, "so_luong": quantity, "la_ghi_chu": note}
    return row | ({"mau_don": file} if file else {})


def raw_row(code: str = "1.900001", **values: Any) -> dict[str, Any]:
    return {
        "ma_thu_tuc": code,
        "detail_url": URL,
        "ten_thu_tuc": "Thủ tục cấp giấy nuôi cá cảnh",
        "so_quyet_dinh": "12/QĐ-BTP",
        "cap_thuc_hien": "Cấp tỉnh, Cấp xã",
        "linh_vuc": "Cá cảnh",
        "doi_tuong_thuc_hien": "Công dân Việt Nam, Tổ chức (không bao gồm doanh nghiệp, HTX)",
        "co_quan_co_tham_quyen": "",
        "co_quan_thuc_hien": "Sở Cá cảnh",
        "trinh_tu_thuc_hien": "- Bước 1: Người nuôi gửi hồ sơ.\n- Bước 2: Sở Cá cảnh xem và trả giấy.",
        "thanh_phan_ho_so": "--",
        "ket_qua_xu_ly": "Giấy nuôi cáMã: KQ.G99.000001Thông báo từ chốiMã: KQ.G99.000002",
        "cach_thuc": ways(),
        "giay_to": [paper("Đơn xin nuôi cá"), paper("Ảnh bể cá", "0 bản chính,2 bản sao")],
        "can_cu_so_hieu": ["01/2026/TT-CC"],
        "canh_bao": [],
    } | values


def built(titles: dict[str, str] | None = None, /, **values: Any) -> ImportedProcedure:
    return build(read_row(raw_row(**values)), TODAY, COLLECTED, titles)


def write_lines(path: Path, rows: list[Any]) -> Path:
    """Write rows as JSON lines; a bytes row is written as it is."""
    lines = [row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows]
    content = b"\n".join(lines) + b"\n"
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path
