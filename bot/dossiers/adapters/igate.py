"""VNPT iGate v2: a client-credentials token, and a search by code."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bot.clock import now
from bot.dossiers.adapters.http import Answer, SystemClient
from bot.dossiers.adapters.reading import amounts, nested, read_day, read_record, read_records, read_text
from bot.dossiers.adapters.statuses import of_name
from bot.dossiers.code import DossierCode
from bot.dossiers.dossier import Dossier
from bot.dossiers.errors import Denied, Malformed, NotFound, WrongProof
from bot.dossiers.proof import Proof
from bot.dossiers.settings import IgateSettings
from bot.dossiers.status import Status

_RENEW_BEFORE_SECONDS = 30.0
_OK = frozenset({200})
_OK_OR_EXPIRED = frozenset({200, 401})


class IgateSystem:
    """Looks up by a bearer token, renewed before it ends and once when it is refused."""

    def __init__(self, settings: IgateSettings) -> None:
        self._settings = settings
        self._client = SystemClient(str(settings.url), at_once=settings.at_once, ca_file=settings.ca_file)
        self._token: str | None = None
        self._ends = 0.0
        self._renewal = asyncio.Lock()

    async def lookup(self, code: DossierCode, proof: Proof | None = None) -> Dossier:
        """See `DossierSystem.lookup`."""
        token = await self._token_after(None)
        answer = await self._ask(token, code)
        if answer.status == 401:
            answer = await self._ask(await self._token_after(token), code)
            if answer.status == 401:
                raise Denied("token")
        records = read_records(read_record(answer.body).get("content"))
        if not records:
            raise NotFound
        exact = [item for item in records if str(item.get("code") or "").strip().upper() == str(code)]
        if len(exact) != 1:
            raise Malformed("another code")
        return self._dossier(code, exact[0], proof)

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()

    async def _ask(self, token: str, code: DossierCode) -> Answer:
        query = {"page": "0", "size": "10", "spec": "slice", "code": str(code)}
        headers = {"Authorization": f"Bearer {token}"}
        return await self._client.get("/pa/dossier-search/dvc", query, headers, allowed=_OK_OR_EXPIRED)

    async def _token_after(self, refused: str | None) -> str:
        """Return a token that is not about to end, other than the refused one."""
        async with self._renewal:
            if self._token is None or self._token == refused or time.monotonic() >= self._ends:
                self._token = None
                self._token = await self._new_token()
            return self._token

    async def _new_token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret.get_secret_value(),
        }
        answer = await self._client.post_form(str(self._settings.token_url), form, allowed=_OK)
        body = read_record(answer.body)
        token, seconds = body.get("access_token"), body.get("expires_in")
        if not isinstance(token, str) or not token:
            raise Denied("token")
        lifetime = float(seconds) if isinstance(seconds, (int, float)) else 2 * _RENEW_BEFORE_SECONDS
        self._ends = time.monotonic() + max(lifetime - _RENEW_BEFORE_SECONDS, lifetime / 2)
        return token

    def _dossier(self, code: DossierCode, record: dict[str, Any], proof: Proof | None) -> Dossier:
        person = nested(record, "applicant", "data")
        numbers = person if isinstance(person, dict) else {}
        if proof and not proof.fits([numbers.get("phoneNumber"), numbers.get("identityNumber")]):
            raise WrongProof
        name = nested(record, "dossierStatus", "name") or nested(record, "dossierTaskStatus", "name")
        status = of_name(name, self._settings.name, self._settings.statuses)
        agency = read_text(nested(record, "agency", "name"))
        titles = read_records(nested(record, "procedure", "translate"))
        fees = read_records(record.get("dossierFee"))
        return Dossier(
            code=code,
            status=status,
            as_of=now(),
            proven=proof is not None,
            procedure=next((title for item in titles if (title := read_text(item.get("name")))), None),
            agency=agency,
            received_on=read_day(record.get("acceptedDate")),
            due_on=read_day(record.get("appointmentDate")) or read_day(record.get("dueDate")),
            done_on=read_day(record.get("completedDate")),
            to_pay=(sum(amounts(fees, "amount")) or None) if status is Status.PAYMENT else None,
            collect_at=agency if status is Status.READY else None,
        )
