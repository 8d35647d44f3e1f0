"""VNPT iGate v2, as far as a look-up needs it."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import Contract, Fault, Faults
from bot.sandbox.store import Present, Store

CLIENT = SECRET = "sandbox"  # noqa: S105  the sandbox is open to everybody
LIFETIME_SECONDS = 300
TOKEN_PATH = "/sso/auth/realms/digo/protocol/openid-connect/token"  # noqa: S105
_NAMES = (
    "Mới đăng ký", "Đã tiếp nhận", "Không tiếp nhận hồ sơ", "Đang xử lý", "Yêu cầu bổ sung hồ sơ",
    "Chờ thanh toán nghĩa vụ tài chính", "Công dân rút hồ sơ", "Dừng xử lý", "Đã có kết quả, chờ trả kết quả",
    "Đã trả kết quả",
)  # fmt: skip


class Igate:
    """Answers for tokens and searches by code."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self._tokens: set[str] = set()

    def routes(self) -> list[Route]:
        """Return the routes of this contract."""
        return [
            Route(TOKEN_PATH, self.token, methods=["POST"]),
            Route("/igate/pa/dossier-search/dvc", self.search, methods=["GET"]),
        ]

    async def token(self, request: Request) -> Response:
        """Issue a token."""
        if faulty := await self._faults.strike(Contract.IGATE):
            return faulty
        body = (await request.body()).decode()
        if f"client_id={CLIENT}" not in body or f"client_secret={SECRET}" not in body:
            return JSONResponse({"error": "unauthorized_client"}, 401)
        token = secrets.token_hex(8)
        self._tokens.add(token)
        return JSONResponse({"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"})

    async def search(self, request: Request) -> Response:
        """Return the dossiers with a code."""
        if faulty := await self._faults.strike(Contract.IGATE):
            return faulty
        fault = self._faults.current(Contract.IGATE)
        if fault is Fault.EXPIRED:
            self._tokens.clear()
            self._faults.set(Contract.IGATE, Fault.NONE)
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return JSONResponse({"error": "invalid_token"}, 401)
        found = self._store.find(request.query_params.get("code", ""))
        content = [_content(found)] if found else []
        if fault is Fault.OTHER_CODE and content:
            content[0]["code"] = "H49.99-200101-0001"
        return JSONResponse({"content": content})


def _content(dossier: Present) -> dict[str, Any]:
    record = dossier.record
    return {
        "id": f"demo-{record.code}",
        "code": record.code,
        "procedure": {"code": record.procedure_code, "translate": [{"name": record.procedure}]},
        "dossierStatus": {"id": dossier.status + 100, "name": _NAMES[dossier.status - 1]},
        "agency": {"code": record.unit, "name": record.agency},
        "appliedDate": record.received.isoformat(timespec="seconds"),
        "acceptedDate": record.received.isoformat(timespec="seconds") if dossier.status != 1 else None,
        # Releases differ: one writes ISO, another dd/mm/yyyy.
        "appointmentDate": f"{record.due:%d/%m/%Y %H:%M:%S}",
        "completedDate": dossier.done.isoformat(timespec="seconds") if dossier.done else None,
        "applyMethod": {"id": 1, "name": "Trực tuyến"},
        "dossierFee": [{"name": "Lệ phí", "amount": record.fee}] if dossier.status == 6 else [],
        "applicant": {
            "data": {
                "fullname": record.name,
                "ownerFullname": record.name,
                "identityNumber": record.identity,
                "phoneNumber": record.phone,
                "email": record.email,
                "address": record.address,
            }
        },
        "task": [{"assignee": {"fullname": record.officer}, "note": record.note}],
        "currentTask": [{"assignee": {"fullname": record.officer}}],
    }
