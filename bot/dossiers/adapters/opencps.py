"""OpenCPS v2 REST: dossiers by number; a PIN is checked by the server, which answers 203 to a wrong one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bot.clock import now
from bot.dossiers.adapters.http import SystemClient
from bot.dossiers.adapters.papers import named_papers
from bot.dossiers.adapters.reading import amounts, read_day, read_record, read_records, read_text
from bot.dossiers.adapters.statuses import of_opencps
from bot.dossiers.code import DossierCode
from bot.dossiers.dossier import Dossier
from bot.dossiers.errors import Malformed, NotFound, WrongProof
from bot.dossiers.proof import Proof
from bot.dossiers.settings import OpenCpsSettings
from bot.dossiers.status import Status

_LIST = frozenset({200})
_DETAIL = frozenset({200, 203, 404})
_SERVER_REFUSES = {203, 404}


class OpenCpsSystem:
    """Looks up by a token that the site issued once; never searches by person."""

    def __init__(self, settings: OpenCpsSettings) -> None:
        self._settings = settings
        self._client = SystemClient(str(settings.url), at_once=settings.at_once, ca_file=settings.ca_file)

    async def lookup(self, code: DossierCode, proof: Proof | None = None) -> Dossier:
        """See `DossierSystem.lookup`."""
        query = {"start": "0", "end": "1", "dossierNo": str(code)}
        answer = await self._client.get("/dossiers", query, self._headers(), allowed=_LIST)
        records = read_records(read_record(answer.body).get("data"))
        if not records:
            raise NotFound
        exact = [item for item in records if str(item.get("dossierNo") or "").strip().upper() == str(code)]
        if len(exact) != 1:
            raise Malformed("another code")
        if proof and not await self._fits(exact[0], proof):
            raise WrongProof
        return self._dossier(code, exact[0], proof)

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()

    async def _fits(self, record: dict[str, Any], proof: Proof) -> bool:
        """Say whether the proof is the end of a number on file, or else the PIN."""
        reference = str(record.get("referenceUid") or record.get("dossierId") or "")
        fits = proof.fits([record.get("contactTelNo"), record.get("applicantIdNo")])
        # Asked in any case, so that both proofs take the same time.
        answer = await self._client.get(
            f"/dossiers/{quote(reference, safe='')}",
            {self._settings.pin_parameter: proof.secret},
            self._headers(),
            allowed=_DETAIL,
        )
        if answer.status in _SERVER_REFUSES:
            return fits
        detail = read_record(answer.body)
        return fits or str(detail.get("dossierNo") or "").strip() == str(record.get("dossierNo") or "").strip()

    def _headers(self) -> dict[str, str]:
        return {"groupId": self._settings.group_id, "Token": self._settings.token.get_secret_value()}

    def _dossier(self, code: DossierCode, record: dict[str, Any], proof: Proof | None) -> Dossier:
        received = record.get("receiveDate")
        status = of_opencps(record.get("dossierStatus"), received, self._settings.name)
        agency = read_text(record.get("govAgencyName"))
        extended = read_day(record.get("extendDate"))
        return Dossier(
            code=code,
            status=status,
            as_of=now(),
            proven=proof is not None,
            procedure=read_text(record.get("serviceName")),
            agency=agency,
            received_on=read_day(received),
            due_on=extended or read_day(record.get("dueDate")),
            done_on=read_day(record.get("finishDate")) or read_day(record.get("releaseDate")),
            supplement=named_papers(record.get("dossierNote")) if status is Status.SUPPLEMENT else None,
            to_pay=(sum(amounts([record], "paymentAmount")) or None) if status is Status.PAYMENT else None,
            collect_at=agency if status is Status.READY else None,
        )
