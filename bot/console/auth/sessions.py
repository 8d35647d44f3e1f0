"""Sessions of staff: an opaque cookie, its hash in the database, two time limits."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from bot.clock import aware, now
from bot.console.auth.accounts import Member, member_of, secret_hash
from bot.storage.database import Database
from bot.storage.staff_tables import staff, staff_sessions

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)
COOKIE = "motcua_staff"


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in member."""

    member: Member
    csrf: str
    """Must come back with every request that changes something."""
    token_hash: str


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, member: Member) -> str:
        """Return the cookie's value of a new session; sessions past their time are swept away."""
        token = secrets.token_urlsafe(32)
        async with self._database.write() as connection:
            await connection.execute(delete(staff_sessions).where(staff_sessions.c.created_at < now() - LONGEST))
            await connection.execute(
                insert(staff_sessions).values(
                    token_hash=secret_hash(token),
                    staff_id=member.id,
                    csrf=secrets.token_urlsafe(24),
                    created_at=now(),
                    seen_at=now(),
                )
            )
        return token

    async def find(self, token: str | None) -> Session | None:
        """Return the session of a cookie, or None when it is over, unknown, or its member disabled."""
        if not token:
            return None
        query = (
            select(staff, staff_sessions.c.csrf, staff_sessions.c.token_hash, staff_sessions.c.seen_at)
            .join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
            .where(
                staff_sessions.c.token_hash == secret_hash(token),
                staff_sessions.c.created_at > now() - LONGEST,
                staff_sessions.c.seen_at > now() - IDLE,
                staff.c.disabled_at.is_(None),
            )
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        if aware(row.seen_at) < now() - NOTED_EVERY:
            async with self._database.write() as connection:
                await connection.execute(
                    update(staff_sessions)
                    .where(staff_sessions.c.token_hash == row.token_hash)
                    .values(seen_at=now())
                )
        return Session(member_of(row), row.csrf, row.token_hash)

    async def end(self, session: Session) -> None:
        """End one session."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(staff_sessions).where(staff_sessions.c.token_hash == session.token_hash)
            )
