"""OpenCPS v2 REST, as far as a look-up needs it; a wrong PIN is answered with 203."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import Contract, Fault, Faults
from bot.sandbox.store import NAMES, Present, Store

TOKEN = "sandbox"  # noqa: S105  the sandbox is open to everybody
_WORDS = (
    "new", "receiving", "denied", "processing", "waiting", "paying", "cancelled", "unresolved", "releasing",
    "done",
)  # fmt: skip
BASE = "/opencps/o/rest/v2"


class OpenCps:
    """Answers searches by number, and details by PIN."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults

    def routes(self) -> list[Route]:
        """Return the routes of this contract."""
        return [
            Route(f"{BASE}/dossiers", self.search, methods=["GET"]),
            Route(f"{BASE}/dossiers/{{reference}}", self.detail, methods=["GET"]),
        ]

    async def search(self, request: Request) -> Response:
        """Return the dossiers with a number."""
        if faulty := await self._refuse(request):
            return faulty
        found = self._store.find(request.query_params.get("dossierNo", ""))
        data = [_content(found)] if found else []
        if self._faults.current(Contract.OPENCPS) is Fault.OTHER_CODE and data:
            data[0]["dossierNo"] = "H49.99-200101-0001"
        return JSONResponse({"total": len(data), "data": data})

    async def detail(self, request: Request) -> Response:
        """Return one dossier for its PIN."""
        if faulty := await self._refuse(request):
            return faulty
        found = self._store.find(request.path_params["reference"].removeprefix("ref-"))
        if found is None:
            return JSONResponse({"description": "not found"}, 404)
        if request.query_params.get("secretKey") != found.record.pin:
            return JSONResponse({"description": "secret key"}, 203)
        return JSONResponse(_content(found))

    async def _refuse(self, request: Request) -> Response | None:
        if faulty := await self._faults.strike(Contract.OPENCPS):
            return faulty
        is_expired = self._faults.current(Contract.OPENCPS) is Fault.EXPIRED
        if is_expired or request.headers.get("Token") != TOKEN or "groupId" not in request.headers:
            return JSONResponse({"description": "token"}, 401)
        return None


def _content(dossier: Present) -> dict[str, Any]:
    record, form = dossier.record, "%d/%m/%Y %H:%M:%S"
    done = f"{dossier.done:{form}}" if dossier.done else ""
    return {
        "dossierId": 900_000 + sum(map(ord, record.code)),
        "referenceUid": f"ref-{record.code}",
        "dossierNo": record.code,
        "serviceCode": record.procedure_code,
        "serviceName": record.procedure,
        "govAgencyCode": record.unit,
        "govAgencyName": record.agency,
        "submitDate": f"{record.received:{form}}",
        "receiveDate": f"{record.received:{form}}" if dossier.status != 1 else "",
        "dueDate": f"{record.due:{form}}",
        "releaseDate": done,
        "finishDate": done if dossier.status == 10 else "",
        "dossierStatus": _WORDS[dossier.status - 1],
        "dossierStatusText": NAMES[dossier.status - 1],
        "dossierSubStatus": "",
        "dossierOverdue": "",
        "dossierNote": record.note if dossier.status == 5 else "",
        "paymentAmount": record.fee if dossier.status == 6 else 0,
        "online": True,
        "applicantName": record.name,
        "applicantIdNo": record.identity,
        "contactTelNo": record.phone,
        "contactEmail": record.email,
        "address": record.address,
        "currentActionUser": record.officer,
        "lastActionName": f"{record.officer} chuyển bước",
    }
