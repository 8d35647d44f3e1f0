"""Conversations and the tests made from them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import needs
from bot.console.audit import note
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import console_of, go
from bot.console.pages.common import Line, Word
from bot.console.problems import NotFound, Refused
from bot.console.sections import Area, Section
from bot.conversations.messages import ConversationId
from bot.conversations.transcript import read_lines
from bot.training.example_text import TextRefused
from bot.training.gate.gate import verdicts
from bot.training.gate.recompute import recompute
from bot.training.gate.score import ScoringFailed
from bot.training.saved import NotSaved, accept_behaviour, all_saved, delete_saved, save_conversation

router = APIRouter(tags=["tests"])
AREA = Area(router, Section("/console/tests", "Hội thoại kiểm tra", Permission.READ_RELEASES, 60))
SavedId = Annotated[int, Path(ge=0, le=2**62)]


@router.get("/conversations/{conversation_id}")
async def show_conversation(
    request: Request,
    conversation_id: Annotated[str, Path(max_length=128)],
    session: Session = needs(Permission.REVIEW),
) -> Response:
    """Show a whole conversation, to understand it or to keep it as a test."""
    console = console_of(request)
    lines = await read_lines(console.database, ConversationId(conversation_id))
    if not lines:
        raise NotFound("Hội thoại này không còn.")
    return console.page(request, session, "conversation.html", lines=lines, conversation_id=conversation_id)


@router.get("/tests")
async def show(request: Request, session: Session = needs(Permission.READ_RELEASES)) -> Response:
    """Show the saved conversations, and where the newest candidate does something else."""
    console = console_of(request)
    reports = list((await verdicts(console.database)).values())
    newest = reports[-1] if reports else None
    changed: dict[int, list[dict[str, Any]]] = {}
    for turn in newest.report["pinned"] if newest else ():
        if turn["part"] == "saved":
            changed.setdefault(int(turn["id"].removeprefix("saved-")), []).append(turn)
    return console.page(
        request,
        session,
        "tests.html",
        saved=await all_saved(console.database),
        changed=changed,
        newest=newest,
    )


@router.post("/tests")
async def save(
    request: Request,
    conversation_id: Annotated[str, Form(max_length=128)],
    up_to: Annotated[int, Form(ge=0, le=2**31 - 1)] = 2**31 - 1,
    title: Line = "",
    session: Session = needs(Permission.REVIEW),
) -> Response:
    """Keep a conversation as a test."""
    console = console_of(request)
    try:
        made = await save_conversation(
            console.database, ConversationId(conversation_id), up_to, title, session.member.name
        )
    except (NotSaved, TextRefused) as error:
        raise Refused(str(error)) from error
    async with console.database.write() as connection:
        await note(connection, session.member.actor, "test_save", made.title, after=made.stored())
    return go(request, "/tests", "Đã lưu hội thoại. Từ nay mỗi bản mới phải trả lời như vậy.")


@router.post("/tests/{saved_id}/accept")
async def accept(
    request: Request,
    saved_id: SavedId,
    release_id: Word,
    turn: Annotated[int, Form(ge=0, le=1000)],
    session: Session = needs(Permission.EDIT_EXAMPLES),
) -> Response:
    """Accept what a candidate does in a turn as the right behaviour; its gate is judged anew."""
    console = console_of(request)
    report = (await verdicts(console.database)).get(release_id)
    shown = next(
        (
            item
            for item in (report.report["pinned"] if report else ())
            if item["id"] == f"saved-{saved_id}" and item["turn"] == turn
        ),
        None,
    )
    if shown is None:
        raise NotFound("Bản này không còn trả lời khác ở lượt đó.")
    async with console.database.write() as connection:
        changed = await accept_behaviour(connection, saved_id, turn, shown["after"], [])
        if changed is None:
            raise NotFound
        before, after = changed
        await note(
            connection,
            session.member.actor,
            "test_accept",
            after.title,
            before=before.stored(),
            after=after.stored(),
        )
    try:
        await recompute(console.database, console.service.settings, console.catalogue, release_id)
    except ScoringFailed as error:
        raise Refused("Đã lưu, nhưng chưa chấm lại được. Hãy huấn luyện lại để chấm.") from error
    return go(request, "/tests", "Đã chấp nhận cách trả lời mới.")


@router.post("/tests/{saved_id}/delete")
async def delete(
    request: Request, saved_id: SavedId, session: Session = needs(Permission.EDIT_EXAMPLES)
) -> Response:
    """Delete a test."""
    console = console_of(request)
    async with console.database.write() as connection:
        gone = await delete_saved(connection, saved_id)
        if gone is None:
            raise NotFound
        await note(connection, session.member.actor, "test_delete", gone.title, before=gone.stored())
    return go(request, "/tests", "Đã xoá hội thoại kiểm tra.")
