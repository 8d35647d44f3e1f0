"""The audit trail, to read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import needs
from bot.console.audit import ACTION_WORDS, read_trail
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import console_of
from bot.console.pages.common import PAGE, Number, Pages
from bot.console.sections import Area, Section

router = APIRouter(tags=["audit"])
AREA = Area(router, Section("/console/audit", "Nhật ký", Permission.READ_AUDIT, 90))
Asked = Annotated[str, Query(max_length=80)]


@router.get("/audit")
async def show(
    request: Request,
    page: Number = 1,
    action: Asked = "",
    who: Asked = "",
    session: Session = needs(Permission.READ_AUDIT),
) -> Response:
    """Show who changed what, newest first."""
    console = console_of(request)
    wanted = action if action in ACTION_WORDS else ""
    entries, count = await read_trail(
        console.database, action=wanted, who=who, limit=PAGE, offset=(page - 1) * PAGE
    )
    return console.page(
        request, session, "audit.html", entries=entries, pages=Pages(page, count), action=wanted, who=who
    )
