"""What citizens ask and the catalogue does not have: for content editors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import func, select, update
from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import needs
from bot.console.audit import note
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import console_of, go
from bot.console.pages.common import PAGE, Number, Pages
from bot.console.problems import NotFound
from bot.console.sections import Area, Section
from bot.storage.training_tables import content_requests

router = APIRouter(tags=["content"])
AREA = Area(router, Section("/console/content", "Thiếu nội dung", Permission.CONTENT, 20))


@router.get("/content")
async def show(request: Request, page: Number = 1, session: Session = needs(Permission.CONTENT)) -> Response:
    """Show what was asked for, the most wanted first."""
    console = console_of(request)
    is_open = content_requests.c.state == "open"
    async with console.database.read() as connection:
        count = await connection.scalar(select(func.count()).select_from(content_requests).where(is_open))
        rows = await connection.execute(
            select(content_requests)
            .where(is_open)
            .order_by(content_requests.c.asked.desc(), content_requests.c.id)
            .limit(PAGE)
            .offset((page - 1) * PAGE)
        )
        wanted = rows.all()
    return console.page(request, session, "content.html", wanted=wanted, pages=Pages(page, int(count or 0)))


@router.post("/content/{request_id}/done")
async def done(
    request: Request,
    request_id: Annotated[int, Path(ge=0, le=2**62)],
    session: Session = needs(Permission.CONTENT),
) -> Response:
    """Mark a request as done."""
    console = console_of(request)
    async with console.database.write() as connection:
        text = await connection.scalar(
            update(content_requests)
            .where(content_requests.c.id == request_id, content_requests.c.state == "open")
            .values(state="done")
            .returning(content_requests.c.text)
        )
        if text is None:
            raise NotFound
        await note(connection, session.member.actor, "content_done", str(text))
    return go(request, "/content", "Đã xong một yêu cầu.")
