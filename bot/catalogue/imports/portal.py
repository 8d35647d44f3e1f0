"""The portal's JSON detail form, turned into a row of the national export.

Field names as in the sharing service of the national portal (guide v1.4, service `LayThuTuc`): times are
lists inside a channel, fees are lists inside a time. Any field may be missing, numbers come as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.catalogue.imports.raw import RawProcedure, RowRefused, read_row

CHANNELS = {"1": "Trực tiếp", "2": "Trực tuyến", "3": "Dịch vụ bưu chính"}
_UNIT_SUFFIX = re.compile(r"\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}$")
PUBLIC = "1"


def is_portal_form(content: Any) -> bool:
    """Say whether a parsed JSON object has the keys of the detail form."""
    return isinstance(content, dict) and ("MATTHC" in content or "MaTTHC" in content)


def unwrapped(content: Any) -> list[Any]:
    """Return the objects of a list, or of an answer of the service (`{"result": […]}`)."""
    if isinstance(content, dict) and isinstance(content.get("result"), list):
        return list(content["result"])
    return content if isinstance(content, list) else [content]


def read_portal(content: dict[str, Any]) -> RawProcedure:
    """Return the row of one object in the detail form.

    Raises:
        RowRefused: Code or name are missing, or the procedure is not public.
    """
    code = _UNIT_SUFFIX.sub("", _text(content, "MATTHC") or _text(content, "MaTTHC"))
    if (state := _text(content, "TRANGTHAI")) and state != PUBLIC:
        raise RowRefused(f"TRANGTHAI: thủ tục không ở trạng thái công khai ({state[:20]})")
    return read_row(
        {
            "ma_thu_tuc": code,
            "ten_thu_tuc": _text(content, "TENTTHC"),
            "detail_url": _text(content, "URL") or "https://dichvucong.gov.vn",
            "so_quyet_dinh": _text(content, "SOQUYETDINH") or _text(content, "IDQUYETDINHCONGBO"),
            "cap_thuc_hien": _names(content, "CAPTHUCHIEN", "TENCAPTHUCHIEN", "CAPTHUCHIEN"),
            "linh_vuc": _names(content, "LINHVUCTHUCHIEN", "TENLINHVUC"),
            "doi_tuong_thuc_hien": _names(content, "DOITUONGTHUCHIEN", "TENDOITUONG"),
            "co_quan_co_tham_quyen": _names(content, "COQUANCOTHAMQUYEN", "TENDONVI"),
            "co_quan_thuc_hien": _names(content, "COQUANTHUCHIEN", "TENDONVI"),
            "trinh_tu_thuc_hien": "\n".join(_steps(content)),
            "ket_qua_xu_ly": "".join(_results(content)),
            "cach_thuc": list(_ways(content)),
            "giay_to": list(_papers(content)),
            "can_cu_so_hieu": [_text(law, "SOVANBAN") for law in _items(content, "CANCUPHAPLY")],
        }
    )


def _text(content: dict[str, Any], key: str) -> str:
    value = content.get(key)
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str | int | float):
        return str(value).strip()
    raise RowRefused(f"{key}: phải là chữ hoặc số")


def _items(content: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = content.get(key)
    if value in (None, ""):
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise RowRefused(f"{key}: phải là danh sách các đối tượng")
    return value


def _names(content: dict[str, Any], key: str, *fields: str) -> str:
    names = (next(filter(None, (_text(item, field) for field in fields)), "") for item in _items(content, key))
    return ", ".join(filter(None, names))


def _steps(content: dict[str, Any]) -> Iterator[str]:
    for case in _items(content, "TRINHTUTHUCHIEN"):
        yield _text(case, "TRUONGHOP")
        for step in _items(case, "TRINHTU"):
            yield _text(step, "TENTRINHTU")


def _results(content: dict[str, Any]) -> Iterator[str]:
    for result in _items(content, "KETQUATHUCHIEN"):
        code = _text(result, "MAKETQUA")
        yield _text(result, "TENKETQUA") + (f"Mã: {code}" if code else "\n")


def _ways(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for channel in _items(content, "CACHTHUCTHUCHIEN"):
        kind = _text(channel, "KENH")
        if kind not in CHANNELS:
            raise RowRefused(f"CACHTHUCTHUCHIEN.KENH: không rõ kênh {kind[:20]!r}")
        for time in _items(channel, "THOIGIAN") or [{}]:
            shown = f"{_text(time, 'THOIGIANGIAIQUYET')} {_text(time, 'DONVITINH')}".strip()
            for fee in _items(time, "PHILEPHI") or [{}]:
                amount = _text(fee, "SOTIEN")
                yield {
                    "hinh_thuc": CHANNELS[kind],
                    "thoi_han_hien_thi": shown,
                    "phi_hien_thi": f"{amount} {_text(fee, 'DONVI') or 'VNĐ'}" if amount else "",
                    "ghi_chu_phi": _text(fee, "MOTA"),
                    "mo_ta": _text(time, "MOTA"),
                }


def _papers(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for case in _items(content, "THANHPHANHOSO"):
        for paper in _items(case, "GIAYTO"):
            originals, copies = _text(paper, "SOBANCHINH") or "0", _text(paper, "SOBANSAO") or "0"
            yield {
                "truong_hop": _text(case, "TRUONGHOP"),
                "ten": _text(paper, "TENGIAYTO"),
                "so_luong": f"{originals} bản chính" + (f",{copies} bản sao" if copies != "0" else ""),
                "la_ghi_chu": originals == copies == "0",
            }
