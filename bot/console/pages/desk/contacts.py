"""Messages left out of hours: called, not reached, or answered in the conversation."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import Response

from bot.clock import now
from bot.console.access import needs
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import console_of, go
from bot.console.pages.desk.common import Origin, Text, acting, audit, officer_here
from bot.console.problems import NotFound
from bot.console.sections import Area
from bot.conversations.states import StateConflict
from bot.handoff.model import Refused, Why, request_number

router = APIRouter(tags=["desk"])
AREA = Area(router)
RequestId = Annotated[int, Path(ge=0, le=2**62)]
BUSY = "Có người vừa thay đổi cuộc trò chuyện này. Hãy thử lại."


@router.get("/desk/contacts")
async def show(request: Request, session: Session = needs(Permission.DESK)) -> Response:
    """Show what is still to be answered, the earliest due first."""
    console = console_of(request)
    desk = console.service.handoffs
    return console.page(
        request,
        session,
        "desk_contacts.html",
        requests=await desk.contacts.open(await officer_here(console, session)),
        department_name=desk.offices.name,
        new_origin=lambda: secrets.token_hex(16),
        moment_now=now(),
    )


@router.post("/desk/contacts/{request_id}/close")
async def close(
    request: Request,
    request_id: RequestId,
    reached: Annotated[bool, Form()] = False,
    session: Session = needs(Permission.DESK),
) -> Response:
    """Note that the citizen was called, or could not be reached; the number is deleted."""
    console = console_of(request)
    officer = await acting(console, session)
    try:
        done = await console.service.handoffs.contacts.close(request_id, officer, reached=reached)
    except Refused as error:
        return _refused(request, error)
    await audit(console, session, "desk_contact", done.number, state=done.state)
    words = "đã gọi" if reached else "không liên lạc được"
    return go(request, "/desk/contacts", f"{done.number}: {words}. Số điện thoại đã được xoá.")


@router.post("/desk/contacts/{request_id}/answer")
async def answer(
    request: Request,
    request_id: RequestId,
    text: Text = "",
    origin: Origin = "",
    session: Session = needs(Permission.DESK),
) -> Response:
    """Answer in the conversation; the officer holds it from then on."""
    console = console_of(request)
    officer = await acting(console, session)
    contacts = console.service.handoffs.contacts
    try:
        await contacts.answer(
            request_id, officer, text, origin=f"console:{officer.id}:{origin or secrets.token_hex(16)}"
        )
        done = await contacts.find(request_id)
    except Refused as error:
        return _refused(request, error)
    except StateConflict:
        return go(request, "/desk/contacts", BUSY)
    await audit(console, session, "desk_contact", request_number(request_id), state="answered")
    return go(request, f"/desk/{done.handoff_id}" if done.handoff_id else "/desk", f"Đã trả lời {done.number}.")


def _refused(request: Request, error: Refused) -> Response:
    if error.why is Why.UNKNOWN:
        raise NotFound(error.sentence) from error
    return go(request, "/desk/contacts", error.sentence)
