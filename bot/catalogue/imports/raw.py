"""One row of the export as it comes: types checked, sizes limited, nothing interpreted yet."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

Text = Annotated[str, StringConstraints(max_length=200_000)]
Short = Annotated[str, StringConstraints(max_length=4_000)]

PLAIN = {
    "missing": "thiếu trường này",
    "string_type": "phải là chữ",
    "string_too_long": "quá dài",
    "string_pattern_mismatch": "không đúng dạng",
    "list_type": "phải là danh sách",
    "bool_type": "phải là true hoặc false",
    "too_long": "quá nhiều mục",
    "model_type": "phải là một đối tượng",
}
"""Wording for operators by pydantic error type."""


class RowRefused(ValueError):
    """The row cannot be imported; the message says why, in words for an operator."""


class _Raw(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class RawWay(_Raw):
    """One line of the table of channels, times and fees."""

    hinh_thuc: Short = ""
    thoi_han_hien_thi: Short = ""
    phi_hien_thi: Short = ""
    ghi_chu_phi: Text = ""
    mo_ta: Text = ""


class RawPaper(_Raw):
    """One line of the table of papers."""

    truong_hop: Text = ""
    ten: Text = ""
    so_luong: Short = ""
    mau_don: Text = ""
    la_ghi_chu: bool = False


class RawProcedure(_Raw):
    """A row in the form of the national export (data/README.md of the reference)."""

    ma_thu_tuc: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\d\.\d{6}$")]
    ten_thu_tuc: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
    detail_url: Annotated[str, StringConstraints(max_length=500, pattern=r"^\s*https?://[^\s<>\"]+\s*$")] = (
        "https://dichvucong.gov.vn"
    )
    so_quyet_dinh: Short = ""
    cap_thuc_hien: Short = ""
    linh_vuc: Short = ""
    doi_tuong_thuc_hien: Short = ""
    co_quan_co_tham_quyen: Text = ""
    co_quan_thuc_hien: Text = ""
    trinh_tu_thuc_hien: Text = ""
    thanh_phan_ho_so: Text = ""
    ket_qua_xu_ly: Text = ""
    ngay_thu_thap: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    cach_thuc: Annotated[list[RawWay], Field(max_length=200)] = []
    giay_to: Annotated[list[RawPaper], Field(max_length=1_000)] = []
    can_cu_so_hieu: Annotated[list[Short], Field(max_length=500)] = []
    canh_bao: Annotated[list[Short], Field(max_length=100)] = []

    @field_validator("detail_url")
    @classmethod
    def _official(cls, url: str) -> str:
        parts = urlsplit(url.strip())
        if parts.scheme != "https" or not (parts.hostname or "").endswith(".gov.vn"):
            raise ValueError("địa chỉ nguồn phải là https trên máy chủ .gov.vn")
        return url.strip()

    def is_marked(self, mark: str) -> bool:
        """Say whether the collector of the export put a mark such as `mien_phi_gia` on the row."""
        return any(text.split(":", 1)[0].strip() == mark for text in self.canh_bao)


def read_row(content: Any) -> RawProcedure:
    """Return the row of one parsed JSON object in the form of the national export.

    Raises:
        RowRefused: A field is missing or has the wrong type; the first one is named.
    """
    if not isinstance(content, dict):
        raise RowRefused("phải là một đối tượng JSON")
    try:
        return RawProcedure.model_validate(content)
    except ValidationError as error:
        raise RowRefused(explain(error)) from error


def explain(error: ValidationError) -> str:
    """Return the first finding as `field: what is wrong`."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    reason = PLAIN.get(first["type"], first["msg"].removeprefix("Value error, "))
    return f"{place}: {reason}"
