"""Accounts of staff, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import needs
from bot.console.auth.accounts import AccountError
from bot.console.auth.roles import GRANTED, Permission, Role
from bot.console.auth.sessions import Session
from bot.console.context import PATH, console_of, go
from bot.console.pages.common import Word
from bot.console.problems import Refused
from bot.console.sections import Area, Section

router = APIRouter(tags=["staff"])
AREA = Area(router, Section("/console/staff", "Tài khoản", Permission.STAFF, 80))
Username = Annotated[str, Path(max_length=64)]


@router.get("/staff")
async def show(request: Request, session: Session = needs(Permission.STAFF)) -> Response:
    """Show all accounts."""
    return await _page(request, session)


@router.post("/staff")
async def add(
    request: Request,
    username: Word,
    name: Word,
    role: Annotated[Role, Form()],
    session: Session = needs(Permission.STAFF),
) -> Response:
    """Add an account and show its link once."""
    try:
        member, secret = await console_of(request).accounts.add(username, name, role, session.member.actor)
    except AccountError as error:
        raise Refused(str(error)) from error
    return await _page(request, session, member.username, secret)


@router.post("/staff/{username}/role")
async def set_role(
    request: Request, username: Username, role: Annotated[Role, Form()], session: Session = needs(Permission.STAFF)
) -> Response:
    """Change a role."""
    try:
        await console_of(request).accounts.set_role(username, role, session.member.actor)
    except AccountError as error:
        raise Refused(str(error)) from error
    return go(request, "/staff", f"Đã đổi vai trò của {username}.")


@router.post("/staff/{username}/disable")
async def disable(request: Request, username: Username, session: Session = needs(Permission.STAFF)) -> Response:
    """Disable an account; its sessions end."""
    return await _switch(request, username, session, disabled=True)


@router.post("/staff/{username}/enable")
async def enable(request: Request, username: Username, session: Session = needs(Permission.STAFF)) -> Response:
    """Let an account in again."""
    return await _switch(request, username, session, disabled=False)


@router.post("/staff/{username}/reset")
async def reset(request: Request, username: Username, session: Session = needs(Permission.STAFF)) -> Response:
    """Give out a link that sets a new password."""
    try:
        secret = await console_of(request).accounts.reset(username, session.member.actor)
    except AccountError as error:
        raise Refused(str(error)) from error
    return await _page(request, session, username, secret)


async def _switch(request: Request, username: str, session: Session, *, disabled: bool) -> Response:
    try:
        await console_of(request).accounts.disable(username, session.member.actor, disabled=disabled)
    except AccountError as error:
        raise Refused(str(error)) from error
    return go(request, "/staff", f"Đã {'khoá' if disabled else 'mở'} tài khoản {username}.")


async def _page(request: Request, session: Session, invited: str = "", secret: str = "") -> Response:
    console = console_of(request)
    base = console.service.settings.console_address or f"{request.url.scheme}://{request.url.netloc}"
    return console.page(
        request,
        session,
        "staff.html",
        members=await console.accounts.all(),
        invited=invited,
        link=f"{base.rstrip('/')}{PATH}/welcome/{secret}" if secret else "",
        granted=GRANTED,
    )
