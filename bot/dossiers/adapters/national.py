"""The national portal's share service (VPCP guide v1.4 of 20/04/2020), service `TraCuuHoSo`."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.clock import now
from bot.dossiers.adapters.http import SystemClient
from bot.dossiers.adapters.papers import named_papers
from bot.dossiers.adapters.reading import amounts, read_day, read_record, read_records, read_text
from bot.dossiers.adapters.statuses import official
from bot.dossiers.code import DossierCode
from bot.dossiers.dossier import Dossier
from bot.dossiers.errors import Denied, Malformed, NotFound, Unavailable, WrongProof
from bot.dossiers.proof import Proof
from bot.dossiers.settings import NationalSettings
from bot.dossiers.status import Status

_OK = frozenset({200})


class NationalSystem:
    """Looks up by session; a session that the service no longer takes is renewed once."""

    def __init__(self, settings: NationalSettings) -> None:
        self._settings = settings
        self._client = SystemClient(str(settings.url), at_once=settings.at_once, ca_file=settings.ca_file)
        self._session: str | None = None
        self._login = asyncio.Lock()

    async def lookup(self, code: DossierCode, proof: Proof | None = None) -> Dossier:
        """See `DossierSystem.lookup`."""
        session = await self._session_after(None)
        body = await self._ask(session, code)
        if _error(body) != "0":
            body = await self._ask(await self._session_after(session), code)
        if (error := _error(body)) != "0":
            raise Denied(error) if error in self._settings.denied_codes else Unavailable(error)
        records = read_records(body.get("result"))
        if not records:
            raise NotFound
        for record in records:
            if str(record.get("MaHoSo") or "").strip().upper() == str(code):
                return self._dossier(code, record, proof)
        raise Malformed("another code")

    async def close(self) -> None:
        """Close connections."""
        await self._client.close()

    async def _ask(self, session: str, code: DossierCode) -> dict[str, Any]:
        request = {
            "session": session,
            "madonvi": self._settings.unit,
            "service": "TraCuuHoSo",
            "mahoso": str(code),
        }
        headers = {"dstcode": self._settings.dstcode, "Charset": "utf-8"}
        answer = await self._client.post_json(self._settings.share_path, request, headers, allowed=_OK)
        return read_record(answer.body)

    async def _session_after(self, refused: str | None) -> str:
        """Return a session other than the refused one; many look-ups share one log-in."""
        async with self._login:
            if self._session is None or self._session == refused:
                self._session = None
                self._session = await self._new_session()
            return self._session

    async def _new_session(self) -> str:
        account = {
            "username": self._settings.username,
            "password": self._settings.password.get_secret_value(),
        }
        headers = {"dstcode": self._settings.dstcode, "Charset": "utf-8"}
        answer = await self._client.post_json(self._settings.login_path, account, headers, allowed=_OK)
        body = read_record(answer.body)
        session = body.get("session")
        if _error(body) != "0" or not isinstance(session, str) or not session:
            raise Denied("log-in")
        return session

    def _dossier(self, code: DossierCode, record: dict[str, Any], proof: Proof | None) -> Dossier:
        if proof and not proof.fits([record.get("SoDienThoai"), record.get("MaDoiTuong")]):
            raise WrongProof
        status = official(record.get("TrangThaiHoSo"), self._settings.name)
        open_supplements = [
            item
            for item in read_records(record.get("DanhSachHoSoBoSung"))
            if str(item.get("TrangThaiBoSung", "")) in {"0", "1", ""}
        ]
        until = [day for item in open_supplements if (day := read_day(item.get("NgayHenTraMoi")))]
        fees = read_records(record.get("DanhSachLePhi"))
        return Dossier(
            code=code,
            status=status,
            as_of=now(),
            proven=proof is not None,
            procedure=read_text(record.get("TenTTHC")),
            agency=read_text(record.get("DonViXuLy")),
            received_on=read_day(record.get("NgayTiepNhan")),
            due_on=read_day(record.get("NgayHenTra")),
            done_on=read_day(record.get("NgayTra")) or read_day(record.get("NgayKetThucXuLy")),
            supplement_until=max(until) if until and status is Status.SUPPLEMENT else None,
            supplement=named_papers(*(item.get("NoiDungBoSung") for item in open_supplements))
            if status is Status.SUPPLEMENT
            else None,
            to_pay=(sum(amounts(fees, "Gia")) or None) if status is Status.PAYMENT else None,
            collect_at=read_text(record.get("DonViXuLy")) if status is Status.READY else None,
        )


def _error(body: dict[str, Any]) -> str:
    """Return `error_code`, which comes as a number and as a string."""
    return str(body.get("error_code", "")).strip()
