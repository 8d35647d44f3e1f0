"""The review inbox: what citizens said, and one decision for all look-alikes."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import needs
from bot.console.audit import note
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import Console, console_of, go
from bot.console.pages.common import PAGE, Id, Line, Number, Pages, Word, read_label
from bot.console.pages.understood import understood_by
from bot.console.problems import NotFound, Refused
from bot.console.sections import Area, Section
from bot.conversations.messages import ConversationId
from bot.conversations.transcript import read_lines
from bot.training.checks import Finding, Severity
from bot.training.example_text import TextRefused
from bot.training.examples import Label
from bot.training.review.decide import Choice, NothingToDecide, Part, Verdict, decide, undo
from bot.training.review.queue import Group, Item, last_decisions, open_group, open_groups
from bot.training.review.worth import Reason

router = APIRouter(tags=["review"])
AREA = Area(router, Section("/console/review", "Duyệt câu", Permission.REVIEW, 10))
CHECKED = 100
"""Texts of a group that are checked before saving; each is refused by itself when it is saved."""
AROUND = 6
"""Messages shown before and after the utterance."""
GroupId = Annotated[int, Path(ge=0, le=2**62)]
Ids = Annotated[list[int], Form(max_length=5000)]
DONE = {
    Choice.CONFIRM: "Đã xác nhận",
    Choice.CORRECT: "Đã sửa",
    Choice.OUT_OF_SCOPE: "Đã đánh dấu ngoài phạm vi",
    Choice.SPLIT: "Đã tách",
    Choice.CONTENT: "Đã gửi biên tập nội dung",
    Choice.SKIP: "Đã bỏ qua",
}


@router.get("/review")
async def inbox(
    request: Request, page: Number = 1, reason: str = "", session: Session = needs(Permission.REVIEW)
) -> Response:
    """Show the groups, the most worthwhile first."""
    console = console_of(request)
    wanted = Reason(reason) if reason in set(Reason) else None
    pages = Pages(page, 0)
    groups, count = await open_groups(console.database, reason=wanted, limit=PAGE, offset=pages.offset)
    return console.page(
        request,
        session,
        "review.html",
        groups=groups,
        pages=Pages(page, count),
        reason=wanted,
        decisions=await last_decisions(console.database, 8),
        choices=DONE,
    )


@router.get("/review/{group_id}")
async def show_group(request: Request, group_id: GroupId, session: Session = needs(Permission.REVIEW)) -> Response:
    """Show one group with all that is needed to decide."""
    console = console_of(request)
    found = await open_group(console.database, group_id)
    if found is None:
        raise NotFound("Nhóm câu này đã được duyệt, hoặc người dân đã xoá hội thoại.")
    return await _group_page(request, console, session, *found)


@router.post("/review/bulk")
async def decide_many(
    request: Request, choice: Annotated[Choice, Form()], groups: Ids, session: Session = needs(Permission.REVIEW)
) -> Response:
    """Decide several groups at once: confirm, out of scope, or skip."""
    console = console_of(request)
    if choice not in (Choice.CONFIRM, Choice.OUT_OF_SCOPE, Choice.SKIP):
        raise Refused("Cách duyệt này cần xem từng nhóm.")
    done, left = 0, 0
    for group_id in dict.fromkeys(groups[:200]):
        found = await open_group(console.database, group_id)
        if found is None:
            continue
        understood = await understood_by(console, found[1][0].text)
        label = understood if choice is Choice.CONFIRM else None
        if choice is Choice.CONFIRM and label is None:
            left += 1
            continue
        try:
            await _carry_out(console, session, found[1], Verdict(choice, label), understood)
            done += 1
        except (TextRefused, NothingToDecide):
            left += 1
    rest = f" {left} nhóm cần xem riêng." if left else ""
    return go(request, "/review", f"{DONE[choice]} {done} nhóm.{rest}")


@router.post("/review/undo/{decision_id}")
async def take_back(
    request: Request,
    decision_id: Annotated[int, Path(ge=0, le=2**62)],
    session: Session = needs(Permission.REVIEW),
) -> Response:
    """Take a decision back."""
    console = console_of(request)
    async with console.database.write() as connection:
        if not await undo(connection, decision_id):
            raise NotFound("Quyết định này đã được hoàn tác.")
        await note(connection, session.member.actor, "review_undo", f"quyết định {decision_id}")
    return go(request, "/review", "Đã hoàn tác.")


@router.post("/review/{group_id}")
async def decide_group(
    request: Request,
    group_id: GroupId,
    choice: Annotated[Choice, Form()],
    items: Ids = [],  # noqa: B006  (FastAPI copies defaults)
    intent: Word = "",
    procedure: Line = "",
    text: Line = "",
    second_text: Line = "",
    second_intent: Word = "",
    second_procedure: Line = "",
    why: Line = "",
    anyway: Id = 0,
    listed: Id = 0,
    session: Session = needs(Permission.REVIEW),
) -> Response:
    """Decide a group, or those of its utterances that are ticked."""
    console = console_of(request)
    found = await open_group(console.database, group_id)
    if found is None:
        raise NotFound("Nhóm câu này đã được duyệt.")
    group, all_items = found
    if listed and not items:
        raise Refused("Hãy chọn ít nhất một câu trong nhóm.")
    chosen = [item for item in all_items if item.inbox_id in set(items)] or all_items
    understood = await understood_by(console, chosen[0].text)
    verdict = _verdict(console, choice, chosen, understood, {
        "intent": intent, "procedure": procedure, "text": text, "second_text": second_text,
        "second_intent": second_intent, "second_procedure": second_procedure, "why": why,
    })  # fmt: skip
    findings = await _findings(console, chosen, verdict, understood)
    stops = [f for f in findings if f.severity is Severity.STOP]
    if stops or (not anyway and any(f.severity is Severity.ASK for f in findings)):
        return await _group_page(request, console, session, group, all_items, findings, verdict, 422)
    try:
        await _carry_out(console, session, chosen, verdict, understood)
    except TextRefused as error:
        raise Refused(str(error)) from error
    except NothingToDecide:
        raise NotFound("Nhóm câu này đã được duyệt.") from None
    following, _ = await open_groups(console.database, limit=1)
    path = f"/review/{following[0].id}" if following else "/review"
    return go(request, path, f"{DONE[choice]}: “{group.text[:60]}” ({len(chosen)} câu).")


def _verdict(
    console: Console, choice: Choice, items: list[Item], understood: Label | None, form: dict[str, str]
) -> Verdict:
    if choice is Choice.CONFIRM:
        if understood is None:
            raise Refused("Trợ lý chưa hiểu câu này nên không có gì để xác nhận.")
        return Verdict(choice, understood)
    if choice is Choice.OUT_OF_SCOPE:
        return Verdict(choice, Label("out_of_scope"))
    if choice in (Choice.SKIP, Choice.CONTENT):
        return Verdict(choice, note=form["why"])
    label = read_label(form["intent"], form["procedure"], console.catalogue)
    text = form["text"].strip()
    if choice is Choice.CORRECT:
        edited = text and text != items[0].text
        return Verdict(choice, label, (Part(text, label),) if edited else ())
    second = read_label(form["second_intent"], form["second_procedure"], console.catalogue)
    if not text or not form["second_text"].strip():
        raise Refused("Hãy nhập cả hai câu.")
    return Verdict(choice, None, (Part(text, label), Part(form["second_text"].strip(), second)))


async def _findings(
    console: Console, items: list[Item], verdict: Verdict, understood: Label | None
) -> list[Finding]:
    """Return what is to be said about the texts that would be learned, the first ones of a large group."""
    if verdict.choice in (Choice.SKIP, Choice.CONTENT):
        return []
    await console.checker.refresh(console.catalogue)
    if verdict.parts:
        return [f for part in verdict.parts for f in console.checker.check(part.text, part.label)]
    if verdict.label is None:
        return []
    first, *others = dict.fromkeys(item.text for item in items)
    # Look-alikes that cannot be kept are left out; only the one that the clerk sees stops the decision.
    texts = [first, *(text for text in others[:CHECKED] if not console.checker.stopped(text))]
    found = {
        (f.kind, f.message): f for text in texts for f in console.checker.check(text, verdict.label, understood)
    }
    return list(found.values())


async def _carry_out(
    console: Console, session: Session, items: list[Item], verdict: Verdict, understood: Label | None
) -> None:
    member = session.member
    texts = {item.text for item in items} | {part.text for part in verdict.parts}
    views = {text: await understood_by(console, text) for text in texts}
    await console.checker.refresh(console.catalogue)
    left_out = frozenset(item.text for item in items if console.checker.stopped(item.text))
    verdict = replace(verdict, left_out=left_out)
    async with console.database.write() as connection:
        number = await decide(connection, items, verdict, views, member.id, member.name)
        await note(
            connection,
            member.actor,
            "review",
            f"quyết định {number}: {items[0].text}",
            before={"understood": understood.stored() if understood else None},
            after={
                "choice": verdict.choice.value,
                "label": verdict.label.stored() if verdict.label else None,
                "parts": [[part.text, *part.label.stored()] for part in verdict.parts],
                "utterances": len(items),
            },
        )


async def _group_page(
    request: Request,
    console: Console,
    session: Session,
    group: Group,
    items: list[Item],
    findings: list[Finding] = [],  # noqa: B006
    verdict: Verdict | None = None,
    status: int = 200,
) -> Response:
    first = items[0]
    await console.checker.refresh(console.catalogue)
    around = await read_lines(
        console.database, ConversationId(first.conversation_id), max(0, first.seq - AROUND - 1), 2 * AROUND
    )
    candidates = [
        c["code"] for c in first.understanding.get("candidates", ()) if console.catalogue.find(c["code"])
    ]
    offered: dict[str, Any] = first.understanding.get("answered") or {}
    _, count = await open_groups(console.database, limit=1)
    return console.page(
        request,
        session,
        "review_group.html",
        status=status,
        group=group,
        items=items,
        first=first,
        lines=around,
        understood=await understood_by(console, first.text),
        answered=offered,
        candidates=candidates,
        nearest=console.checker.nearest(first.text),
        findings=findings,
        verdict=verdict,
        must_stop=any(f.severity is Severity.STOP for f in findings),
        left=count,
        last=next((d for d in await last_decisions(console.database, 1) if not d.is_undone), None),
    )
