"""Releases: the gate's report, promotion, canary, going back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import Response

from bot.console.access import needs
from bot.console.audit import note
from bot.console.auth.roles import Permission, may
from bot.console.auth.sessions import Session
from bot.console.context import Console, console_of, go
from bot.console.pages.common import Line
from bot.console.problems import Forbidden, NotFound, Refused
from bot.console.sections import Area, Section
from bot.training.examples import Examples
from bot.training.gate.gate import find_report, verdicts
from bot.training.promotion import NotPromoted, find_canary, live_figures
from bot.training.releases import UnknownRelease

router = APIRouter(tags=["releases"])
AREA = Area(router, Section("/console/releases", "Các bản", Permission.READ_RELEASES, 50))
ReleaseId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


@router.get("/releases")
async def show(request: Request, session: Session = needs(Permission.READ_RELEASES)) -> Response:
    """Show all releases, the trend, and a canary beside what serves."""
    console = console_of(request)
    releases = await console.service.releases.all()
    reports = await verdicts(console.database)
    canary = await find_canary(console.database)
    trend = [
        (report.release_id, group["after"]) for report in reports.values() for group in report.report["groups"][:1]
    ]
    return console.page(
        request,
        session,
        "releases.html",
        releases=releases,
        reports=reports,
        canary=canary,
        live=await live_figures(console.database, canary.started_at) if canary else {},
        trend=trend[-20:],
        can_go_back=any(release.state == "retired" for release in releases),
    )


@router.get("/releases/{release_id}")
async def show_report(
    request: Request, release_id: ReleaseId, session: Session = needs(Permission.READ_RELEASES)
) -> Response:
    """Show what the gate found out about a release."""
    console = console_of(request)
    release = next((r for r in await console.service.releases.all() if r.id == release_id), None)
    if release is None:
        raise NotFound("Không có bản này.")
    found = await find_report(console.database, release_id)
    data = found.report.get("data") if found else None
    shown = [each for entry in data["suspicious"] for each in (entry, *entry["nearest"])] if data else []
    return console.page(
        request,
        session,
        "release.html",
        item=release,
        found=found,
        data=data,
        texts=await Examples(console.database).texts([each["example"] for each in shown if each["example"]]),
    )


@router.post("/releases/{release_id}/promote")
async def promote(
    request: Request, release_id: ReleaseId, reason: Line = "", session: Session = needs(Permission.PROMOTE)
) -> Response:
    """Let a release serve; against the gate only with a reason, and only an administrator."""
    console = console_of(request)
    before = await console.service.releases.active()
    override = _override(reason, session)
    try:
        await console.promotion.promote(release_id, override_reason=override)
    except NotPromoted as error:
        raise Refused(str(error)) from error
    except UnknownRelease:
        raise NotFound("Không có bản này.") from None
    await _note(console, session, "override_gate" if override else "promote", release_id, before, override)
    return go(
        request, "/releases", f"Bản {release_id} được đưa lên phục vụ; các tiến trình chuyển trong vài giây."
    )


@router.post("/releases/{release_id}/canary")
async def start_canary(
    request: Request,
    release_id: ReleaseId,
    percent: Annotated[int, Form(ge=1, le=50)] = 10,
    reason: Line = "",
    session: Session = needs(Permission.PROMOTE),
) -> Response:
    """Try a release on a share of the conversations."""
    console = console_of(request)
    override = _override(reason, session)
    try:
        await console.promotion.start_canary(release_id, percent / 100, override_reason=override)
    except NotPromoted as error:
        raise Refused(str(error)) from error
    except UnknownRelease:
        raise NotFound("Không có bản này.") from None
    async with console.database.write() as connection:
        await note(
            connection,
            session.member.actor,
            "canary",
            release_id,
            after={"percent": percent},
            reason=override,
        )
    return go(request, "/releases", f"Bản {release_id} đang được thử với {percent} % hội thoại mới.")


@router.post("/releases/canary/end")
async def end_canary(request: Request, session: Session = needs(Permission.PROMOTE)) -> Response:
    """End the trial."""
    console = console_of(request)
    if not await console.promotion.end_canary():
        raise NotFound("Không có bản nào đang thử.")
    async with console.database.write() as connection:
        await note(connection, session.member.actor, "canary_end", "dừng thử")
    return go(request, "/releases", "Đã dừng thử.")


@router.post("/releases/rollback")
async def roll_back(request: Request, session: Session = needs(Permission.PROMOTE)) -> Response:
    """Go back to the release that served before."""
    console = console_of(request)
    before = await console.service.releases.active()
    try:
        served = await console.promotion.roll_back()
    except UnknownRelease:
        raise Refused("Chưa có bản nào phục vụ trước đó.") from None
    await _note(console, session, "rollback", served.id, before, None)
    return go(request, "/releases", f"Đã quay lại bản {served.id}.")


def _override(reason: str, session: Session) -> str | None:
    if not reason.strip():
        return None
    if not may(session.member.role, Permission.OVERRIDE_GATE):
        raise Forbidden("Chỉ quản trị được đưa bản không đạt lên phục vụ.")
    return reason


async def _note(
    console: Console, session: Session, action: str, release_id: str, before: object, reason: str | None
) -> None:
    async with console.database.write() as connection:
        await note(
            connection,
            session.member.actor,
            action,
            release_id,
            before={"release": getattr(before, "id", None)},
            after={"release": release_id},
            reason=reason,
        )
