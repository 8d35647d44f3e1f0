"""The first page: what serves, what waits, how it goes."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from sqlalchemy import func, select
from starlette.requests import Request
from starlette.responses import Response

from bot.clock import VIETNAM, aware, now
from bot.console.access import needs
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import Console, console_of
from bot.console.sections import Area, Section
from bot.storage.training_tables import content_requests, examples
from bot.training.promotion import find_canary, live_figures
from bot.training.review.queue import open_count
from bot.training.runs import Runs

router = APIRouter(tags=["home"])
AREA = Area(router, Section("/console/", "Trang đầu", Permission.SIGNED_IN, 0))
WEEKS = 12


@router.get("/")
async def home(request: Request, session: Session = needs(Permission.SIGNED_IN)) -> Response:
    """Show the state of the assistant."""
    console = console_of(request)
    async with console.database.read() as connection:
        wanted = await connection.scalar(
            select(func.count()).select_from(content_requests).where(content_requests.c.state == "open")
        )
    figures = await live_figures(console.database, now() - timedelta(days=7))
    outcomes: dict[str, int] = {}
    for item in figures.values():
        for outcome, turns in item["outcomes"].items():
            outcomes[outcome] = outcomes.get(outcome, 0) + turns
    return console.page(
        request,
        session,
        "home.html",
        waiting=await open_count(console.database),
        wanted=int(wanted or 0),
        runs=await Runs(console.database).newest(3),
        canary=await find_canary(console.database),
        outcome_counts=sorted(outcomes.items(), key=lambda item: -item[1]),
        validated=await _validated_by_week(console),
    )


async def _validated_by_week(console: Console) -> list[tuple[str, float]]:
    """Return the share of reviewed utterances that the bot had understood, week by week."""
    query = select(examples.c.added_at, examples.c.was_right).where(
        examples.c.origin == "live",
        examples.c.was_right.is_not(None),
        examples.c.added_at > now() - timedelta(weeks=WEEKS),
    )
    weeks: dict[str, list[bool]] = {}
    async with console.database.read() as connection:
        for row in await connection.execute(query.order_by(examples.c.added_at)):
            day = aware(row.added_at).astimezone(VIETNAM)
            monday = day - timedelta(days=day.weekday())
            weeks.setdefault(f"{monday:%d/%m}", []).append(bool(row.was_right))
    return [(week, sum(found) / len(found)) for week, found in weeks.items()]
