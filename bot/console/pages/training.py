"""Training: start, schedule, follow, cancel."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.requests import Request
from starlette.responses import Response

from bot.clock import VIETNAM, now
from bot.console.access import needs
from bot.console.audit import note
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import console_of, go
from bot.console.problems import NotFound, Refused
from bot.console.sections import Area, Section
from bot.training.examples import Examples
from bot.training.runs import Runs

router = APIRouter(tags=["training"])
AREA = Area(router, Section("/console/training", "Huấn luyện", Permission.TRAIN, 40))
RunId = Annotated[int, Path(ge=0, le=2**62)]
LATEST = timedelta(days=60)


@router.get("/training")
async def show(request: Request, session: Session = needs(Permission.TRAIN)) -> Response:
    """Show the runs and what a new one would learn."""
    console = console_of(request)
    examples = await Examples(console.database).all("evaluation")
    waiting = [example for example in examples if not example.held_back]
    return console.page(
        request,
        session,
        "training.html",
        runs=await Runs(console.database).newest(),
        fresh=len(waiting),
        examined=len(examples) - len(waiting),
    )


@router.post("/training")
async def start(
    request: Request,
    at: Annotated[str, Form(max_length=20)] = "",
    daily: Annotated[bool, Form()] = False,
    session: Session = needs(Permission.TRAIN),
) -> Response:
    """Ask for a training, now or at a time (`2026-11-25T02:00`, Việt Nam)."""
    console = console_of(request)
    moment: datetime | None = None
    if at:
        try:
            moment = datetime.fromisoformat(at).replace(tzinfo=VIETNAM)
        except (ValueError, OverflowError):
            raise Refused("Giờ chưa đúng. Hãy chọn ngày và giờ.") from None
        if not now() - timedelta(minutes=5) <= moment <= now() + LATEST:
            raise Refused("Hãy chọn giờ trong 60 ngày tới.")
    elif daily:
        raise Refused("Hãy chọn giờ để huấn luyện hằng ngày.")
    number = await Runs(console.database).request(session.member.name, moment, repeat_daily=daily)
    async with console.database.write() as connection:
        await note(
            connection, session.member.actor, "train", f"lần {number}", after={"at": at or "ngay", "daily": daily}
        )
    return go(request, f"/training/{number}", "Đã yêu cầu huấn luyện.")


@router.get("/training/{run_id}")
async def follow(request: Request, run_id: RunId, session: Session = needs(Permission.TRAIN)) -> Response:
    """Show one run; the page asks for its progress by itself."""
    return await _run_page(request, run_id, session, "training_run.html")


@router.get("/training/{run_id}/progress")
async def progress(request: Request, run_id: RunId, session: Session = needs(Permission.TRAIN)) -> Response:
    """Return the piece of the page that shows how far a run is."""
    return await _run_page(request, run_id, session, "training_progress.html")


@router.post("/training/{run_id}/cancel")
async def cancel(request: Request, run_id: RunId, session: Session = needs(Permission.TRAIN)) -> Response:
    """Cancel a run."""
    console = console_of(request)
    if not await Runs(console.database).cancel(run_id):
        raise NotFound("Lần huấn luyện này đã kết thúc.")
    async with console.database.write() as connection:
        await note(connection, session.member.actor, "train_cancel", f"lần {run_id}")
    return go(request, f"/training/{run_id}", "Đang huỷ.")


async def _run_page(request: Request, run_id: int, session: Session, template: str) -> Response:
    console = console_of(request)
    run = await Runs(console.database).get(run_id)
    if run is None:
        raise NotFound("Không có lần huấn luyện này.")
    return console.page(request, session, template, run=run)
