"""The officers who may talk with citizens: listed, looked up, on duty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import now
from bot.handoff.model import Officer, Refused, Why, officer_of
from bot.handoff.offices import Offices
from bot.storage.database import Database
from bot.storage.handoff_tables import officers
from bot.storage.staff_tables import staff

USUAL_ROLE = "Cán bộ tiếp nhận"
SHIFT = timedelta(hours=8)
"""How long duty lasts when it begins outside office hours."""


class Officers:
    """Reads and changes the list of officers."""

    def __init__(self, database: Database, offices: Offices, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._offices = offices
        self._clock = clock

    async def add(self, name: str, display_role: str = USUAL_ROLE, **columns: Any) -> Officer:
        """List an officer.

        Args:
            name: For colleagues.
            display_role: What citizens see.
            columns: `staff_id`, `telegram_user`, `zalo_admin`, `departments`, `units`, `is_supervisor`.

        Raises:
            IntegrityError: That account is listed already.
        """
        values = {"departments": [], "units": []} | columns
        for name_of_list in ("departments", "units"):
            values[name_of_list] = list(values[name_of_list])
        values["is_supervisor"] = int(values.get("is_supervisor", 0))
        statement = insert(officers).values(
            name=name, display_role=display_role, created_at=self._clock(), **values
        )
        async with self._database.write() as connection:
            return officer_of((await connection.execute(statement.returning(officers))).one())

    async def change(self, officer_id: int, **columns: Any) -> None:
        """Change columns of an officer; `disabled_at` takes them off the list."""
        for name_of_list in {"departments", "units"} & columns.keys():
            columns[name_of_list] = list(columns[name_of_list])
        async with self._database.write() as connection:
            await connection.execute(update(officers).where(officers.c.id == officer_id).values(**columns))

    async def all(self) -> Sequence[Officer]:
        """Return all officers by name, disabled ones too."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(officers).order_by(officers.c.name, officers.c.id))
            return [officer_of(row) for row in rows]

    async def of_staff(self, staff_id: int) -> Officer | None:
        """Return the officer behind an account of the console."""
        return await self._one(officers.c.staff_id == staff_id)

    async def of_telegram(self, user_id: int) -> Officer | None:
        """Return the officer behind a Telegram account."""
        return await self._one(officers.c.telegram_user == user_id)

    async def of_zalo(self, admin_id: str) -> Officer | None:
        """Return the officer behind an administrator of the Official Account."""
        return await self._one(officers.c.zalo_admin == admin_id)

    async def of_id(self, officer_id: int) -> Officer | None:
        """Return an officer who is still listed."""
        return await self._one(officers.c.id == officer_id)

    async def ensure_staff(self, staff_id: int) -> Officer:
        """Return the officer behind an account of the console, listed at its first use.

        Raises:
            Refused: There is no such account.
        """
        if found := await self.of_staff(staff_id):
            return found
        async with self._database.read() as connection:
            name = await connection.scalar(
                select(staff.c.name).where(staff.c.id == staff_id, staff.c.disabled_at.is_(None))
            )
        if name is None:
            raise Refused(Why.NOT_LISTED, "Tài khoản này không còn dùng được.")
        return await self.add(str(name), staff_id=staff_id)

    async def set_duty(self, officer: Officer, *, on: bool) -> datetime | None:
        """Begin duty until the office closes for the day, or end it; return until when."""
        moment = self._clock()
        department = officer.departments[0] if officer.departments else None
        unit = officer.units[0] if officer.units else None
        ends_at = self._offices.hours(department, unit).day_ends_at(moment) or moment + SHIFT
        until = ends_at if on else None
        await self.change(officer.id, duty_until=until)
        return until

    async def _one(self, condition: Any) -> Officer | None:
        has_left = exists().where(staff.c.id == officers.c.staff_id, staff.c.disabled_at.is_not(None))
        statement = select(officers).where(condition, officers.c.disabled_at.is_(None), ~has_left)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else officer_of(row)


async def read_officer(connection: AsyncConnection, officer_id: int | None) -> Officer | None:
    """Return an officer, listed or not, or None."""
    if officer_id is None:
        return None
    row = (await connection.execute(select(officers).where(officers.c.id == officer_id))).one_or_none()
    return None if row is None else officer_of(row)


async def on_duty(connection: AsyncConnection, department: str, unit: str | None, moment: datetime) -> int:
    """Return how many officers on duty are responsible for a department and a commune."""
    rows = await connection.execute(
        select(officers).where(officers.c.disabled_at.is_(None), officers.c.duty_until > moment)
    )
    return sum(officer_of(row).is_responsible(department, unit) for row in rows)
