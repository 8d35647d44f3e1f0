"""Accounts of staff: made, invited, signed in with a password, locked, disabled."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware, now
from bot.console.audit import COMMAND_LINE, Actor, note
from bot.console.auth.roles import Role
from bot.storage.database import Database
from bot.storage.staff_tables import staff, staff_invitations, staff_sessions

SHORTEST_PASSWORD = 10
FREE_FAILURES = 5
"""Wrong passwords in a row before the account is locked."""
LOCKED_FOR = timedelta(minutes=15)
INVITED_FOR = timedelta(hours=24)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")
# argon2id with the parameters that RFC 9106 names for little memory.
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


class AccountError(ValueError):
    """Something about an account that staff can correct; the message is for them."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff."""

    id: int
    username: str
    name: str
    role: Role
    has_password: bool
    oidc_subject: str | None
    locked_until: datetime | None
    disabled_at: datetime | None
    last_seen_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Who this is in the audit trail."""
        return Actor(self.id, f"{self.name} ({self.username})")


def secret_hash(secret: str) -> str:
    """Return what is stored of a random secret: whoever reads the database cannot use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_password(password: str, username: str = "") -> str:
    """Return an acceptable password.

    Raises:
        AccountError: It is too short, too long or the user name.
    """
    if not SHORTEST_PASSWORD <= len(password) <= 256:
        raise AccountError(f"Mật khẩu phải có ít nhất {SHORTEST_PASSWORD} ký tự.")
    if len(set(password)) < 4 or (username and username in password.lower()):
        raise AccountError("Mật khẩu quá dễ đoán. Hãy chọn mật khẩu khác.")
    return password


class Accounts:
    """Reads and changes the accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Member]:
        """Return all members of staff by name."""
        async with self._database.read() as connection:
            return [member_of(row) for row in await connection.execute(select(staff).order_by(staff.c.username))]

    async def find(self, username: str) -> Member | None:
        """Return the member with a user name."""
        async with self._database.read() as connection:
            row = (await connection.execute(select(staff).where(staff.c.username == username.lower()))).first()
        return member_of(row) if row else None

    async def has_admin(self) -> bool:
        """Say whether somebody can administer."""
        query = select(func.count()).where(
            staff.c.role == Role.ADMIN.value,
            staff.c.disabled_at.is_(None),
            or_(staff.c.password_hash.is_not(None), staff.c.oidc_subject.is_not(None)),
        )
        async with self._database.read() as connection:
            return bool(await connection.scalar(query))

    async def add(self, username: str, name: str, role: Role, actor: Actor) -> tuple[Member, str]:
        """Add a member; return it and the secret of the link with which the password is set.

        Raises:
            AccountError: The user name is not allowed or taken.
        """
        username, name = username.strip().lower(), " ".join(name.split())
        if not _USERNAME.fullmatch(username):
            raise AccountError("Tên đăng nhập chỉ gồm chữ thường không dấu, số, dấu chấm, gạch.")
        if not 1 <= len(name) <= 100:
            raise AccountError("Hãy nhập họ tên, không quá 100 ký tự.")
        if await self.find(username):
            raise AccountError("Tên đăng nhập này đã có.")
        async with self._database.write() as connection:
            row = (
                await connection.execute(
                    insert(staff)
                    .values(username=username, name=name, role=role.value, created_at=now())
                    .returning(staff)
                )
            ).one()
            secret = await _invite(connection, row.id)
            await note(connection, actor, "staff_add", username, after={"name": name, "role": role.value})
        return member_of(row), secret

    async def invite_first_admin(self) -> str:
        """Return the secret of a new one-time link for the first administrator; older links die."""
        async with self._database.write() as connection:
            await connection.execute(delete(staff_invitations).where(staff_invitations.c.staff_id.is_(None)))
            return await _invite(connection, None)

    async def reset(self, username: str, actor: Actor) -> str:
        """Return the secret of a link that sets a new password; sessions end at once.

        Raises:
            AccountError: There is no such member.
        """
        async with self._database.write() as connection:
            member = await _get(connection, username)
            await connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == member.id))
            await connection.execute(
                update(staff)
                .where(staff.c.id == member.id)
                .values(password_hash=None, failures=0, locked_until=None)
            )
            secret = await _invite(connection, member.id)
            await note(connection, actor, "staff_reset", username)
        return secret

    async def set_role(self, username: str, role: Role, actor: Actor) -> None:
        """Change a member's role; open sessions have the new one at their next request.

        Raises:
            AccountError: There is no such member, or it is the last administrator.
        """
        async with self._database.write() as connection:
            member = await _get(connection, username)
            if member.role is Role.ADMIN and role is not Role.ADMIN:
                await _keep_an_admin(connection, member.id)
            await connection.execute(update(staff).where(staff.c.id == member.id).values(role=role.value))
            await note(
                connection,
                actor,
                "staff_role",
                username,
                before={"role": member.role.value},
                after={"role": role.value},
            )

    async def disable(self, username: str, actor: Actor, *, disabled: bool = True) -> None:
        """Disable a member, which ends its sessions, or let it in again.

        Raises:
            AccountError: There is no such member, or it is the last administrator.
        """
        async with self._database.write() as connection:
            member = await _get(connection, username)
            if disabled and member.role is Role.ADMIN:
                await _keep_an_admin(connection, member.id)
            await connection.execute(
                update(staff)
                .where(staff.c.id == member.id)
                .values(disabled_at=now() if disabled else None, failures=0, locked_until=None)
            )
            if disabled:
                await connection.execute(delete(staff_sessions).where(staff_sessions.c.staff_id == member.id))
            await note(connection, actor, "staff_disable" if disabled else "staff_enable", username)

    async def invited(self, secret: str) -> tuple[bool, Member | None]:
        """Say whether a link is good, and for whom; None is the first administrator to be."""
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(staff_invitations).where(
                        staff_invitations.c.token_hash == secret_hash(secret),
                        staff_invitations.c.expires_at > now(),
                    )
                )
            ).first()
            if row is None:
                return False, None
            member = (await connection.execute(select(staff).where(staff.c.id == row.staff_id))).first()
        return True, member_of(member) if member else None

    async def accept(self, secret: str, password: str, username: str = "", name: str = "") -> Member:
        """Use a link up: set the password, for the first administrator with a user name and a name.

        Raises:
            AccountError: The link is used up or too old, or the password or the name will not do.
        """
        good, member = await self.invited(secret)
        if not good:
            raise AccountError("Liên kết không còn dùng được. Hãy xin liên kết mới.")
        hashed = await asyncio.to_thread(
            _hasher.hash, check_password(password, member.username if member else username.strip().lower())
        )
        if member is None:
            if await self.has_admin():
                raise AccountError("Đã có người quản trị. Hãy nhờ họ thêm tài khoản.")
            member, _ = await self.add(username, name, Role.ADMIN, COMMAND_LINE)
        async with self._database.write() as connection:
            used = await connection.execute(
                delete(staff_invitations).where(staff_invitations.c.token_hash == secret_hash(secret))
            )
            if used.rowcount != 1:
                raise AccountError("Liên kết không còn dùng được. Hãy xin liên kết mới.")
            await connection.execute(delete(staff_invitations).where(staff_invitations.c.staff_id == member.id))
            await connection.execute(
                update(staff)
                .where(staff.c.id == member.id)
                .values(password_hash=hashed, failures=0, locked_until=None)
            )
            await note(connection, member.actor, "password", member.username)
        return member

    async def sign_in(self, username: str, password: str) -> Member:
        """Return the member whom a password proves.

        A wrong name takes as long as a wrong password and reads the same.

        Raises:
            AccountError: Not these, or locked for a while, or disabled.
        """
        wrong = AccountError("Tên đăng nhập hoặc mật khẩu chưa đúng.")
        async with self._database.read() as connection:
            row = (
                await connection.execute(select(staff).where(staff.c.username == username.strip().lower()))
            ).first()
        hashed = row.password_hash if row is not None and row.password_hash else _NOBODY
        matches = await asyncio.to_thread(_matches, hashed, password)
        if row is None or row.password_hash is None:
            raise wrong
        if row.locked_until and aware(row.locked_until) > now():
            raise AccountError("Tài khoản đang tạm khoá vì nhập sai nhiều lần. Hãy thử lại sau 15 phút.")
        member = member_of(row)
        async with self._database.write() as connection:
            if not matches:
                await _count_failure(connection, member)
            else:
                await connection.execute(
                    update(staff)
                    .where(staff.c.id == row.id)
                    .values(failures=0, locked_until=None, last_seen_at=now())
                )
                await note(
                    connection,
                    member.actor,
                    "sign_in" if not row.disabled_at else "sign_in_failed",
                    member.username,
                )
        if not matches or row.disabled_at:
            raise wrong
        return member


def member_of(row: Row[Any]) -> Member:
    """Return the member of a row."""
    return Member(
        row.id,
        row.username,
        row.name,
        Role(row.role),
        row.password_hash is not None,
        row.oidc_subject,
        aware(row.locked_until) if row.locked_until else None,
        aware(row.disabled_at) if row.disabled_at else None,
        aware(row.last_seen_at) if row.last_seen_at else None,
    )


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[:256])
    except (VerificationError, InvalidHashError):
        return False


async def _count_failure(connection: AsyncConnection, member: Member) -> None:
    failures = await connection.scalar(
        update(staff)
        .where(staff.c.id == member.id)
        .values(failures=staff.c.failures + 1)
        .returning(staff.c.failures)
    )
    await note(connection, member.actor, "sign_in_failed", member.username)
    if int(failures or 0) >= FREE_FAILURES:
        await connection.execute(
            update(staff).where(staff.c.id == member.id).values(failures=0, locked_until=now() + LOCKED_FOR)
        )
        await note(connection, member.actor, "locked", member.username)


async def _invite(connection: AsyncConnection, staff_id: int | None) -> str:
    secret = secrets.token_urlsafe(24)
    await connection.execute(delete(staff_invitations).where(staff_invitations.c.expires_at <= now()))
    await connection.execute(
        insert(staff_invitations).values(
            token_hash=secret_hash(secret), staff_id=staff_id, expires_at=now() + INVITED_FOR
        )
    )
    return secret


async def _get(connection: AsyncConnection, username: str) -> Member:
    row = (await connection.execute(select(staff).where(staff.c.username == username.lower()))).first()
    if row is None:
        raise AccountError("Không có tài khoản này.")
    return member_of(row)


async def _keep_an_admin(connection: AsyncConnection, member_id: int) -> None:
    others = await connection.scalar(
        select(func.count()).where(
            staff.c.role == Role.ADMIN.value, staff.c.disabled_at.is_(None), staff.c.id != member_id
        )
    )
    if not others:
        raise AccountError("Phải còn ít nhất một người quản trị.")
