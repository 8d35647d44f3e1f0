"""What the pages of the desk share: who acts, what is refused, how things are named."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Path

from bot.console import problems
from bot.console.audit import note
from bot.console.auth.sessions import Session
from bot.console.context import Console
from bot.handoff.model import Handoff, Officer, Refused

HandoffId = Annotated[int, Path(ge=0, le=2**62)]
Text = Annotated[str, Form(max_length=4000)]
Origin = Annotated[str, Form(max_length=64, pattern=r"^[0-9a-f]{0,64}$")]


async def officer_here(console: Console, session: Session) -> Officer | None:
    """Return the listed officer behind a session, or None; reading lists nobody."""
    return await console.service.handoffs.officers.of_staff(session.member.id)


async def acting(console: Console, session: Session) -> Officer:
    """Return the officer who acts; an account of the console is listed with its first act.

    Raises:
        problems.Refused: The account is no longer in use.
    """
    try:
        return await console.service.handoffs.officers.ensure_staff(session.member.id)
    except Refused as error:
        raise problems.Refused(error.sentence) from error


async def find(console: Console, handoff_id: int) -> Handoff:
    """Return a handoff.

    Raises:
        problems.NotFound: There is none.
    """
    try:
        return await console.service.handoffs.desk.find(handoff_id)
    except Refused as error:
        raise problems.NotFound(error.sentence) from error


async def find_readable(console: Console, session: Session, handoff_id: int) -> tuple[Handoff, Officer | None]:
    """Return a handoff that this officer may read, and the officer.

    Raises:
        problems.NotFound: There is none.
        problems.Forbidden: It belongs to another department or commune.
    """
    officer = await officer_here(console, session)
    handoff = await find(console, handoff_id)
    is_theirs = (
        officer is None
        or officer.is_supervisor
        or handoff.officer_id == officer.id
        or officer.is_responsible(handoff.department, handoff.unit)
    )
    if not is_theirs:
        raise problems.Forbidden(f"{handoff.number} không thuộc lĩnh vực hoặc địa bàn của anh/chị.")
    return handoff, officer


async def audit(console: Console, session: Session, action: str, subject: str, **values: object) -> None:
    """Write what an officer did; never what was said."""
    async with console.database.write() as connection:
        await note(connection, session.member.actor, action, subject, after=values or None)
