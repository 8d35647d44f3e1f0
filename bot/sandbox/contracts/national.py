"""The national portal's share service, as far as a look-up needs it."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import Contract, Fault, Faults
from bot.sandbox.store import Present, Store

USERNAME = PASSWORD = "sandbox"  # noqa: S105  the sandbox is open to everybody


class National:
    """Answers log-ins and `TraCuuHoSo`."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self._sessions: set[str] = set()
        self._answers = 0

    def routes(self) -> list[Route]:
        """Return the routes of this contract."""
        return [
            Route("/national/mapi/login", self.login, methods=["POST"]),
            Route("/national/mapi/g", self.share, methods=["POST"]),
        ]

    async def login(self, request: Request) -> Response:
        """Open a session."""
        if faulty := await self._faults.strike(Contract.NATIONAL):
            return faulty
        body = await request.json()
        if (body.get("username"), body.get("password")) != (
            USERNAME,
            PASSWORD,
        ) or "dstcode" not in request.headers:
            return JSONResponse({"error_code": 401, "message": "sai tài khoản"})
        session = secrets.token_hex(8)
        self._sessions.add(session)
        return JSONResponse({"error_code": 0, "session": session})

    async def share(self, request: Request) -> Response:
        """Answer one service call."""
        if faulty := await self._faults.strike(Contract.NATIONAL):
            return faulty
        body = await request.json()
        fault = self._faults.current(Contract.NATIONAL)
        if fault is Fault.EXPIRED:
            self._sessions.clear()
            self._faults.set(Contract.NATIONAL, Fault.NONE)
        if body.get("session") not in self._sessions:
            return JSONResponse({"error_code": "12", "message": "phiên hết hạn"})
        if body.get("service") != "TraCuuHoSo":
            return JSONResponse({"error_code": "3", "message": "không có dịch vụ"})
        found = self._store.find(str(body.get("mahoso")))
        self._answers += 1
        # The real one answers now with a number, now with a string.
        code: str | int = "0" if self._answers % 2 else 0
        result = [_content(found)] if found else []
        if fault is Fault.OTHER_CODE and result:
            result[0]["MaHoSo"] = "H49.99-200101-0001"
        return JSONResponse({"error_code": code, "result": result})


def _content(dossier: Present) -> dict[str, Any]:
    record, form = dossier.record, "%Y%m%d%H%M%S"
    done = f"{dossier.done:{form}}" if dossier.done else ""
    supplements = []
    if dossier.status == 5:
        supplements = [
            {
                "NoiDungBoSung": record.note,
                "NguoiYeuCauBoSung": record.officer,
                "NgayBoSung": f"{dossier.since:{form}}",
                "NgayHenTraMoi": f"{record.due:{form}}",
                "TrangThaiBoSung": "1",
            }
        ]
    return {
        "MaHoSo": record.code,
        "MaTTHC": f"{record.procedure_code}.000.00.00.H49",
        "TenTTHC": record.procedure,
        "TrangThaiHoSo": str(dossier.status),
        "NgayTiepNhan": f"{record.received:{form}}" if dossier.status != 1 else "",
        "NgayHenTra": f"{record.due:{form}}",
        "NgayTra": done if dossier.status == 10 else "",
        "NgayKetThucXuLy": done,
        "DonViXuLy": record.agency,
        "HinhThuc": "1",
        "LoaiDoiTuong": "1",
        "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": str(record.fee), "HinhThucThu": "1"}],
        "DanhSachHoSoBoSung": supplements,
        "ChuHoSo": record.name,
        "MaDoiTuong": record.identity,
        "Email": record.email,
        "SoDienThoai": record.phone,
        "TrichYeuHoSo": f"Hồ sơ của {record.name}",
        "ThongTinKhac": record.address,
        "TaiLieuNop": [{"TenTepDinhKem": f"{record.name}.pdf", "DuongDanTaiTepTin": f"/tep/{record.identity}"}],
        "DanhSachGiayToKetQua": [],
    }
