"""One conversation at the desk: what was said and understood, the reply, and every act on it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from bot.attachments import attachments as files
from bot.clock import VIETNAM, now
from bot.console.access import needs
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import Console, console_of, go
from bot.console.desk_words import unit_names
from bot.console.pages.common import Id, Word
from bot.console.pages.desk.common import (
    HandoffId,
    Origin,
    Text,
    acting,
    audit,
    find,
    find_readable,
)
from bot.console.problems import NotFound
from bot.console.sections import Area
from bot.conversations.states import StateConflict
from bot.conversations.typing import Typing
from bot.handoff.canned import from_catalogue, project_canned
from bot.handoff.model import (
    END_WORDS,
    REASON_WORDS,
    RESULT_WORDS,
    Handoff,
    Officer,
    Refused,
    Result,
    Status,
    Why,
    handoff_number,
)
from bot.handoff.watching import DeskWatch

router = APIRouter(tags=["desk"])
AREA = Area(router)
LINES = 400
"""The newest lines of a conversation that are shown."""
FILE_SECONDS = 900
"""How long a link to a file on the page works."""
BUSY = "Có người vừa thay đổi cuộc trò chuyện này. Hãy thử lại."
RELOAD = {"HX-Trigger": "desk-talk"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the box for the reply."""

    text: str = ""
    origin: str = ""
    problem: str = ""
    asks: bool = False
    """The text is unusual; it is sent when confirmed."""

    @classmethod
    def fresh(cls) -> Draft:
        """Return an empty one with an id of its own, so that pressing twice sends once."""
        return cls(origin=secrets.token_hex(16))


@router.get("/desk/{handoff_id}")
async def show(request: Request, handoff_id: HandoffId, session: Session = needs(Permission.DESK)) -> Response:
    """Show a conversation."""
    return await _page(request, session, handoff_id, "desk_talk.html", Draft.fresh())


@router.get("/desk/{handoff_id}/talk")
async def show_talk(
    request: Request, handoff_id: HandoffId, session: Session = needs(Permission.DESK)
) -> Response:
    """Return the piece of the page that changes."""
    return await _page(request, session, handoff_id, "desk_lines.html", Draft())


@router.post("/desk/{handoff_id}/claim")
async def claim(request: Request, handoff_id: HandoffId, session: Session = needs(Permission.DESK)) -> Response:
    """Take a waiting conversation."""
    console = console_of(request)
    officer = await acting(console, session)
    handoff = await find(console, handoff_id)
    try:
        await console.service.handoffs.desk.claim(handoff_id, officer)
    except (Refused, StateConflict) as error:
        return go(request, "/desk", _sentence(error))
    await audit(console, session, "desk_claim", handoff.number)
    return go(request, f"/desk/{handoff_id}", f"Anh/chị đã nhận {handoff.number}.")


@router.post("/desk/{handoff_id}/answer")
async def answer(
    request: Request,
    handoff_id: HandoffId,
    text: Text = "",
    origin: Origin = "",
    confirmed: Id = 0,
    file: UploadFile | None = None,
    session: Session = needs(Permission.DESK),
) -> Response:
    """Say something to the citizen, perhaps with a file; the first words take a waiting conversation."""
    console = console_of(request)
    officer = await acting(console, session)
    is_piece = "hx-request" in request.headers
    try:
        checked = await _checked(console, file)
        sent = await console.service.handoffs.desk.answer(
            handoff_id,
            officer,
            text,
            origin=f"console:{officer.id}:{origin or secrets.token_hex(16)}",
            confirmed=bool(confirmed),
            place="console",
            file=checked,
        )
    except (Refused, StateConflict, files.Refused) as error:
        if isinstance(error, Refused) and error.why is Why.UNKNOWN:
            raise NotFound(error.sentence) from error
        asks = isinstance(error, Refused) and error.why is Why.CONFIRM
        again = " Tệp chưa gửi, hãy chọn lại tệp." if asks and file and file.filename else ""
        draft = Draft(text, origin, _sentence(error) + again, asks=asks)
        if is_piece:
            return await _page(request, session, handoff_id, "desk_reply.html", draft)
        return await _page(request, session, handoff_id, "desk_talk.html", draft, 422)
    if sent.is_new:
        await audit(console, session, "desk_answer", handoff_number(handoff_id), seq=sent.seq)
    if not is_piece:
        return go(request, f"/desk/{handoff_id}")
    page = await _page(request, session, handoff_id, "desk_reply.html", Draft.fresh())
    page.headers.update(RELOAD)
    return page


@router.post("/desk/{handoff_id}/typing")
async def typing(request: Request, handoff_id: HandoffId, session: Session = needs(Permission.DESK)) -> Response:
    """Let the citizen see that the officer who has the conversation writes."""
    console = console_of(request)
    officer = await acting(console, session)
    handoff = await find(console, handoff_id)
    if handoff.status is Status.HUMAN and handoff.officer_id == officer.id and handoff.conversation_id:
        await Typing(console.database, console.service.wakeups).tell(handoff.conversation_id, "officer")
    return Response(status_code=204)


@router.post("/desk/{handoff_id}/note")
async def add_note(
    request: Request,
    handoff_id: HandoffId,
    text: Text = "",
    origin: Origin = "",
    session: Session = needs(Permission.DESK),
) -> Response:
    """Write a note for colleagues; the citizen never sees it."""
    console = console_of(request)
    officer = await acting(console, session)
    handoff, _ = await find_readable(console, session, handoff_id)
    try:
        await console.service.handoffs.desk.note(
            handoff_id, officer, text, origin=f"console:{officer.id}:{origin or secrets.token_hex(16)}"
        )
    except (Refused, StateConflict) as error:
        return go(request, f"/desk/{handoff_id}", _sentence(error))
    await audit(console, session, "desk_note", handoff.number)
    return go(request, f"/desk/{handoff_id}", "Đã ghi chú. Người dân không thấy ghi chú này.")


@router.post("/desk/{handoff_id}/transfer")
async def transfer(
    request: Request,
    handoff_id: HandoffId,
    department: Word = "",
    unit: Word = "",
    colleague: Id = 0,
    session: Session = needs(Permission.DESK),
) -> Response:
    """Pass a conversation to a department, a commune or a colleague."""
    console = console_of(request)
    officer = await acting(console, session)
    handoff, _ = await find_readable(console, session, handoff_id)
    target = {"department": department or None, "unit": unit or None, "to_officer": colleague or None}
    if unit and unit not in unit_names():
        return go(request, f"/desk/{handoff_id}", "Không có xã, phường này.")
    try:
        await console.service.handoffs.desk.transfer(handoff_id, officer, **target)  # type: ignore[arg-type]
    except (Refused, StateConflict) as error:
        return go(request, f"/desk/{handoff_id}", _sentence(error))
    await audit(console, session, "desk_transfer", handoff.number, **target)
    return go(request, "/desk", f"Đã chuyển {handoff.number}.")


@router.post("/desk/{handoff_id}/back")
async def give_back(
    request: Request, handoff_id: HandoffId, session: Session = needs(Permission.DESK)
) -> Response:
    """Put a conversation back into the queue."""
    console = console_of(request)
    officer = await acting(console, session)
    handoff = await find(console, handoff_id)
    try:
        await console.service.handoffs.desk.give_back(handoff_id, officer)
    except (Refused, StateConflict) as error:
        return go(request, f"/desk/{handoff_id}", _sentence(error))
    await audit(console, session, "desk_back", handoff.number)
    return go(request, "/desk", f"Đã trả {handoff.number} lại hàng chờ. Người dân giữ nguyên thứ tự.")


@router.post("/desk/{handoff_id}/finish")
async def finish(
    request: Request,
    handoff_id: HandoffId,
    result: Annotated[Result, Form()] = Result.OTHER,
    session: Session = needs(Permission.DESK),
) -> Response:
    """End the talk with what came of it; the bot is back."""
    console = console_of(request)
    officer = await acting(console, session)
    handoff = await find(console, handoff_id)
    try:
        await console.service.handoffs.desk.finish(handoff_id, officer, result)
    except (Refused, StateConflict) as error:
        return go(request, f"/desk/{handoff_id}", _sentence(error))
    await audit(console, session, "desk_finish", handoff.number, result=result.value)
    return go(request, "/desk", f"Đã kết thúc {handoff.number}: {RESULT_WORDS[result].lower()}.")


def _sentence(error: Refused | StateConflict | files.Refused) -> str:
    return BUSY if isinstance(error, StateConflict) else error.sentence


async def _checked(console: Console, file: UploadFile | None) -> files.Checked | None:
    """Return a file that may be sent, or None without one.

    Raises:
        files.Refused: With a sentence for the officer.
    """
    if file is None or not file.filename:
        return None
    kept = console.service.attachments
    # One byte more than is taken, so that a larger one is noticed.
    return await kept.check(await file.read(kept.limits.megabytes * files.MEGABYTE + 1), file.filename)


async def _files(console: Console, handoff: Handoff) -> dict[int, files.Attachment]:
    if handoff.conversation_id is None:
        return {}
    return await console.service.attachments.of_conversation(handoff.conversation_id)


async def _page(
    request: Request, session: Session, handoff_id: int, template: str, draft: Draft, status: int = 200
) -> Response:
    console = console_of(request)
    handoff, officer = await find_readable(console, session, handoff_id)
    desk = console.service.handoffs
    lines = await desk.desk.lines(handoff_id, limit=10_000)
    window = await desk.desk.window(handoff)
    is_closed = window is not None and not window.is_open
    colleagues = [one for one in await desk.officers.all() if one.disabled_at is None]
    names = {one.id: one.name for one in colleagues}
    return console.page(
        request,
        session,
        template,
        status=status,
        handoff=handoff,
        officer=officer,
        draft=draft,
        is_piece="hx-request" in request.headers,
        lines=lines[-LINES:],
        files=await _files(console, handoff),
        file_path=lambda one: console.service.attachments.links.path(one.id, FILE_SECONDS),
        megabytes=console.service.attachments.limits.megabytes,
        notes=await desk.desk.notes(handoff_id),
        holder=names.get(handoff.officer_id or 0, "cán bộ ngoài danh sách"),
        place=await desk.desk.place(handoff_id),
        window=window,
        left=await desk.contacts.with_phone(handoff.conversation_id) if is_closed else None,
        may_write=_may_write(handoff, officer),
        is_mine=officer is not None and handoff.officer_id == officer.id,
        colleagues=[one for one in colleagues if officer is None or one.id != officer.id],
        departments=desk.offices.names,
        units=unit_names(),
        note_origin=secrets.token_hex(16),
        view=await DeskWatch(console.database, console.service.wakeups, desk.windows).view(officer, handoff_id),
        reason_names=REASON_WORDS,
        result_names=RESULT_WORDS,
        end_names=END_WORDS,
        moment_now=now(),
        **_canned(console, handoff, now()),
    )


def _may_write(handoff: Handoff, officer: Officer | None) -> bool:
    if handoff.status is Status.WAITING:
        return True
    if handoff.status is not Status.HUMAN:
        return False
    if handoff.officer_id is None or officer is None:
        return handoff.officer_id is None
    return handoff.officer_id == officer.id or officer.is_supervisor


def _canned(console: Console, handoff: Handoff, moment: datetime) -> dict[str, Any]:
    today = moment.astimezone(VIETNAM).date()
    return {
        "facts": from_catalogue(console.catalogue, handoff.procedure, today),
        "texts": project_canned().of_department(handoff.department),
    }
