"""Brakes against guessing: a code is locked after wrong proofs, a conversation pauses after misses.

A lock holds for everybody, because anybody may open as many conversations as he likes; who has proven
himself before it keeps his access. Codes that do not exist lock the same way as codes that do.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, distinct, func, null, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware, now
from bot.dossiers.code import DossierCode
from bot.dossiers.reservations import Reservations, Try
from bot.dossiers.settings import DossierSettings
from bot.storage.database import Database
from bot.storage.dossier_tables import dossier_brakes, dossier_lookups

MISSES_WITHIN = timedelta(minutes=10)
DAY = timedelta(hours=24)
NOT_COUNTED = ("locked", "paused")
"""Outcomes of look-ups that asked no system."""


@dataclass(frozen=True, slots=True)
class Brake:
    """Why a look-up is not made now, and for how many minutes."""

    kind: str
    """`locked` or `paused`."""
    minutes: int


class Brakes:
    """Counts misses in the database, for all processes."""

    def __init__(self, database: Database, settings: DossierSettings, key: str) -> None:
        self._database = database
        self._settings = settings
        self._key = key.encode()
        lock = timedelta(minutes=settings.lock_minutes)
        self._reservations = Reservations(database, most=settings.wrong_proofs, lock=lock)

    def code_key(self, code: DossierCode) -> str:
        """Return the keyed hash under which a code is counted; codes could be guessed from a plain one."""
        return hmac.new(self._key, f"dossier:{code}".encode(), hashlib.sha256).hexdigest()[:32]

    async def check(self, conversation_id: str, code: DossierCode) -> Brake | None:
        """Return what stands in the way of a look-up without proof, or None."""
        moment = now()
        async with self._database.read() as connection:
            brake = await self._closed(connection, [f"chat:{conversation_id}"], moment)
            return brake or await self._many_codes(connection, conversation_id, self.code_key(code), moment)

    @staticmethod
    async def _closed(connection: AsyncConnection, subjects: list[str], moment: datetime) -> Brake | None:
        closed = select(dossier_brakes.c.subject, dossier_brakes.c.until).where(
            dossier_brakes.c.subject.in_(subjects), dossier_brakes.c.until > moment
        )
        row = (await connection.execute(closed)).first()
        if row is None:
            return None
        return _brake(row.subject, aware(row.until) - moment)

    async def _many_codes(
        self, connection: AsyncConnection, conversation_id: str, key: str, moment: datetime
    ) -> Brake | None:
        """Stop who walks through the codes one after the other, though each of them exists."""
        others = await connection.scalar(
            select(func.count(distinct(dossier_lookups.c.code_key))).where(
                dossier_lookups.c.conversation_id == conversation_id,
                dossier_lookups.c.at > moment - DAY,
                dossier_lookups.c.code_key != key,
                dossier_lookups.c.outcome.not_in(NOT_COUNTED),
            )
        )
        if (others or 0) < self._settings.codes_per_day:
            return None
        return Brake("paused", _minutes(DAY))

    async def reserve(self, conversation_id: str, code: DossierCode) -> Brake | None:
        """Count a try at proof before it is made, or return what stands in its way.

        Counting only afterwards would let as many guesses through as run side by side.
        """
        closed = await self._reservations.reserve(Try(f"code:{self.code_key(code)}", f"chat:{conversation_id}"))
        return None if closed is None else _brake(closed.subject, closed.until - now())

    async def give_back(self, code: DossierCode) -> None:
        """Take back a try that the system could not judge."""
        async with self._database.write() as connection:
            await connection.execute(
                update(dossier_brakes)
                .where(dossier_brakes.c.subject == f"code:{self.code_key(code)}", dossier_brakes.c.misses > 0)
                .values(misses=dossier_brakes.c.misses - 1)
            )

    async def missed(self, conversation_id: str, code: DossierCode, *, with_proof: bool) -> int | None:
        """Note a wrong proof or a code that does not exist.

        Returns:
            For how many minutes this miss locks the code, or None.
        """
        async with self._database.write() as connection:
            pause = timedelta(minutes=self._settings.pause_minutes)
            chat = f"chat:{conversation_id}"
            if await self._count(connection, chat, MISSES_WITHIN) >= self._settings.misses:
                await self._close(connection, chat, pause)
            if not with_proof:
                return None
            subject = f"code:{self.code_key(code)}"
            tries = await connection.scalar(
                select(dossier_brakes.c.misses).where(dossier_brakes.c.subject == subject)
            )
            if (tries or 0) < self._settings.wrong_proofs:
                return None
            await self._close(connection, subject, timedelta(minutes=self._settings.lock_minutes))
        return self._settings.lock_minutes

    def forgiven(self, conversation_id: str, code: DossierCode) -> tuple[str, ...]:
        """Return the brakes that a right proof lets go of; the audit deletes them with its rows."""
        return f"code:{self.code_key(code)}", f"chat:{conversation_id}"

    async def drop_old(self) -> None:
        """Delete what counts no more."""
        long_ago = now() - DAY
        async with self._database.write() as connection:
            await connection.execute(
                delete(dossier_brakes).where(
                    dossier_brakes.c.since < long_ago,
                    (dossier_brakes.c.until.is_(None)) | (dossier_brakes.c.until < now()),
                )
            )

    async def _count(self, connection: AsyncConnection, subject: str, within: timedelta) -> int:
        """Count one try in a single statement, so that none is lost between processes; return how many."""
        moment = now()
        dialect = postgresql if self._database.is_postgresql else sqlite
        new = dialect.insert(dossier_brakes).values(subject=subject, misses=1, since=moment, until=None)
        brakes = dossier_brakes.c
        is_over = (brakes.since < moment - within) | (brakes.until < moment)
        counted = await connection.scalar(
            new.on_conflict_do_update(
                index_elements=["subject"],
                set_={
                    "misses": case((is_over, 1), else_=brakes.misses + 1),
                    "since": case((is_over, new.excluded.since), else_=brakes.since),
                    "until": case((is_over, null()), else_=brakes.until),
                },
            ).returning(brakes.misses)
        )
        return int(counted or 0)

    @staticmethod
    async def _close(connection: AsyncConnection, subject: str, duration: timedelta) -> None:
        """Close from now on, unless it is closed already."""
        await connection.execute(
            update(dossier_brakes)
            .where(dossier_brakes.c.subject == subject, dossier_brakes.c.until.is_(None))
            .values(until=now() + duration)
        )


def _brake(subject: str, left: timedelta) -> Brake:
    return Brake("locked" if subject.startswith("code:") else "paused", _minutes(left))


def _minutes(left: timedelta) -> int:
    return max(1, -(-int(left.total_seconds()) // 60))
