"""Which dossiers are watched for whom: kept in the database, ended by consent, time or the dossier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware, now, today_in_vietnam
from bot.dossiers.code import DossierCode, parse_code
from bot.dossiers.dossier import Dossier
from bot.dossiers.sentences import CONSENT_VERSION
from bot.dossiers.status import Status
from bot.dossiers.watching.times import next_check
from bot.storage.database import Database
from bot.storage.dossier_tables import dossier_watches

_watches = dossier_watches.c
_ACTIVE = _watches.state == "active"


@dataclass(frozen=True, slots=True)
class Watch:
    """A dossier watched for a conversation."""

    id: int
    conversation_id: str
    code: DossierCode
    status: Status
    due_on: date | None
    is_overdue_told: bool
    as_of: datetime
    failures: int
    expires_at: datetime


class TooManyWatches(RuntimeError):
    """The conversation watches as many dossiers as it may."""


class Watches:
    """The watches of all conversations."""

    def __init__(self, database: Database, *, most: int, days: int, pace: float = 1.0) -> None:
        """Args: `most` dossiers of one conversation, each for at most `days`; for `pace` see `next_check`."""
        self._database = database
        self._most = most
        self._days = days
        self._pace = pace

    async def start(self, conversation_id: str, dossier: Dossier) -> bool:
        """Watch a dossier, with consent given now; say whether it was not watched before.

        Raises:
            TooManyWatches: The conversation has to stop another one first.
        """
        moment = now()
        values = {
            "conversation_id": conversation_id,
            "code": str(dossier.code),
            "state": "active",
            "consent_text": CONSENT_VERSION,
            "consented_at": moment,
            "status": dossier.status.value,
            "due_on": dossier.due_on,
            "is_overdue_told": int(dossier.overdue_days(today_in_vietnam()) > 0),
            "as_of": dossier.as_of,
            "next_check_at": next_check(dossier, moment, self._pace),
            "failures": 0,
            "expires_at": moment + timedelta(days=self._days),
            "ended_at": None,
        }
        async with self._database.write() as connection:
            active = await self._active(connection, conversation_id)
            if any(watch.code == dossier.code for watch in active):
                return False
            if len(active) >= self._most:
                raise TooManyWatches
            dialect = postgresql if self._database.is_postgresql else sqlite
            started = dialect.insert(dossier_watches).values(values)
            await connection.execute(
                started.on_conflict_do_update(index_elements=["conversation_id", "code"], set_=values)
            )
        return True

    async def stop(self, conversation_id: str, codes: Sequence[str] | None = None) -> list[DossierCode]:
        """End watches of a conversation, all of them without `codes`; return which."""
        ended = (
            update(dossier_watches)
            .where(_watches.conversation_id == conversation_id, _ACTIVE)
            .values(state="ended", ended_at=now())
            .returning(_watches.code)
        )
        if codes is not None:
            ended = ended.where(_watches.code.in_(codes))
        async with self._database.write() as connection:
            found = list(await connection.scalars(ended))
        return [parse_code(code, today_in_vietnam()) for code in found]

    async def of(self, conversation_id: str) -> list[Watch]:
        """Return what a conversation watches, oldest first."""
        async with self._database.read() as connection:
            return await self._active(connection, conversation_id)

    async def claim_due(self, limit: int, lease_seconds: float) -> list[Watch]:
        """Return watches to be checked now; no other process gets them before the lease ends."""
        moment = now()
        due = (
            select(dossier_watches)
            .where(_ACTIVE, _watches.next_check_at <= moment)
            .order_by(_watches.next_check_at)
            .limit(limit)
        )
        if self._database.is_postgresql:
            due = due.with_for_update(skip_locked=True)
        async with self._database.write() as connection:
            rows = (await connection.execute(due)).all()
            if rows:
                await connection.execute(
                    update(dossier_watches)
                    .where(_watches.id.in_([row.id for row in rows]))
                    .values(next_check_at=moment + timedelta(seconds=lease_seconds))
                )
        return [_watch(row) for row in rows]

    async def is_any_due(self) -> bool:
        """Say whether there is something to check; reading costs no lock."""
        async with self._database.read() as connection:
            found = await connection.scalar(
                select(_watches.id).where(_ACTIVE, _watches.next_check_at <= now()).limit(1)
            )
        return found is not None

    async def number(self) -> int:
        """Return how many dossiers are watched."""
        async with self._database.read() as connection:
            return int(await connection.scalar(select(func.count()).where(_ACTIVE)) or 0)

    async def postpone(self, watch: Watch, until: datetime, *, failed: bool = False) -> None:
        """Look at it again later, without having learned anything."""
        async with self._database.write() as connection:
            await connection.execute(
                update(dossier_watches)
                .where(_watches.id == watch.id, _ACTIVE)
                .values(next_check_at=until, failures=_watches.failures + 1 if failed else 0)
            )

    async def end(self, watch: Watch) -> None:
        """End one watch without a word."""
        async with self._database.write() as connection:
            await connection.execute(
                update(dossier_watches)
                .where(_watches.id == watch.id, _ACTIVE)
                .values(state="ended", ended_at=now())
            )

    async def _active(self, connection: AsyncConnection, conversation_id: str) -> list[Watch]:
        rows = await connection.execute(
            select(dossier_watches)
            .where(_watches.conversation_id == conversation_id, _ACTIVE)
            .order_by(_watches.id)
        )
        return [_watch(row) for row in rows]


async def note_change(connection: AsyncConnection, watch: Watch, dossier: Dossier, **columns: object) -> bool:
    """Write what a dossier is now, if nobody did before; say whether it was this call.

    Comparing with what was read makes each change belong to exactly one process.
    """
    changed = await connection.execute(
        update(dossier_watches)
        .where(
            _watches.id == watch.id,
            _ACTIVE,
            _watches.status == watch.status.value,
            _watches.due_on.is_(None) if watch.due_on is None else _watches.due_on == watch.due_on,
            _watches.is_overdue_told == int(watch.is_overdue_told),
        )
        .values(status=dossier.status.value, due_on=dossier.due_on, as_of=dossier.as_of, failures=0, **columns)
    )
    return changed.rowcount == 1


def _watch(row: Row[tuple[object, ...]]) -> Watch:
    return Watch(
        id=row.id,
        conversation_id=row.conversation_id,
        code=parse_code(row.code, today_in_vietnam()),
        status=Status(row.status),
        due_on=row.due_on,
        is_overdue_told=bool(row.is_overdue_told),
        as_of=aware(row.as_of),
        failures=row.failures,
        expires_at=aware(row.expires_at),
    )
