"""The queue: who waits, who talks with whom, duty; and the quiet question whether anything changed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clock import VIETNAM, now
from bot.console.access import needs
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import Console, console_of, go
from bot.console.pages.desk.common import acting, audit, officer_here
from bot.console.sections import Area, Section
from bot.handoff.model import Officer
from bot.handoff.watching import DeskWatch, View

router = APIRouter(tags=["desk"])
AREA = Area(router, Section("/console/desk", "Bàn cán bộ", Permission.DESK, 5))
LONGEST_WAIT = 20
POLLS_AT_ONCE = 6
"""Open questions of one session; further ones are answered at once."""
Sign = Annotated[str, Query(max_length=40)]


@router.get("/desk")
async def show(request: Request, session: Session = needs(Permission.DESK)) -> Response:
    """Show the desk."""
    return await _page(request, session, "desk.html")


@router.get("/desk/queue")
async def show_queue(request: Request, session: Session = needs(Permission.DESK)) -> Response:
    """Return the piece of the page that changes."""
    return await _page(request, session, "desk_queue.html")


@router.get("/desk/changes")
async def changes(
    request: Request,
    queue: Sign = "",
    talk: Sign = "",
    handoff: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT)] = 0,
    session: Session = needs(Permission.DESK),
) -> Response:
    """Say how the desk looks, as soon as it differs from what the page shows; after `wait` seconds anyway."""
    console = console_of(request)
    officer = await officer_here(console, session)
    watch = _watch(console)
    polls = console.polls
    if polls[session.token_hash] >= POLLS_AT_ONCE:
        wait = 0
    polls[session.token_hash] += 1
    try:
        view = await watch.wait(officer, handoff, (queue, talk), wait, lambda: console.is_stopping)
    finally:
        polls[session.token_hash] -= 1
        if not polls[session.token_hash]:
            del polls[session.token_hash]
    return JSONResponse(_shown(view))


@router.post("/desk/duty")
async def set_duty(
    request: Request, on: Annotated[bool, Form()] = False, session: Session = needs(Permission.DESK)
) -> Response:
    """Begin or end duty."""
    console = console_of(request)
    officer = await acting(console, session)
    until = await console.service.handoffs.officers.set_duty(officer, on=on)
    await audit(console, session, "desk_duty", officer.name, on=on)
    said = f"Anh/chị trực đến {until.astimezone(VIETNAM):%H:%M}." if until else "Anh/chị đã nghỉ trực."
    return go(request, "/desk", said)


async def _page(request: Request, session: Session, template: str) -> Response:
    console = console_of(request)
    desk, moment = console.service.handoffs, now()
    officer = await officer_here(console, session)
    held = await desk.desk.held()
    due = [one.due_at for one in await desk.contacts.open(officer) if one.due_at is not None]
    tonight = moment.astimezone(VIETNAM).replace(hour=23, minute=59, second=59)
    return console.page(
        request,
        session,
        template,
        queue=await desk.desk.queue(officer),
        mine=[one for one in held if officer and one.handoff.officer_id == officer.id],
        others=[
            one
            for one in held
            if not (officer and one.handoff.officer_id == officer.id)
            and (officer is None or officer.is_responsible(one.handoff.department, one.handoff.unit))
        ],
        officer=officer,
        overdue=sum(one < moment for one in due),
        due_today=sum(moment <= one <= tonight for one in due),
        duty_until=_duty(officer),
        on_duty=[one.name for one in await desk.officers.all() if not one.disabled_at and _duty(one)],
        view=await _watch(console).view(officer),
        offices_problem=desk.offices_problem,
        is_confirmed=desk.offices.is_confirmed,
        missing_year=desk.offices.missing_year(moment.astimezone(VIETNAM).date()),
        department_name=desk.offices.name,
        moment_now=moment,
    )


def _watch(console: Console) -> DeskWatch:
    return DeskWatch(console.database, console.service.wakeups, console.service.handoffs.windows)


def _duty(officer: Officer | None) -> Any:
    return officer.duty_until if officer and officer.duty_until and officer.duty_until > now() else None


def _shown(view: View) -> dict[str, Any]:
    return {
        "queue": view.queue,
        "talk": view.talk,
        "waiting": view.waiting,
        "contacts": view.contacts,
        "newest": view.newest,
        "heard": view.heard,
        "typing": view.is_typing,
    }
