"""Figures of the desk by day, department and officer, on a page and as a table to take away."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from bot.clock import VIETNAM, now
from bot.console.access import needs
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import Console, console_of
from bot.console.sections import Area, Section
from bot.handoff.figures import Figures, Report, report
from bot.handoff.model import END_WORDS

router = APIRouter(tags=["desk"])
AREA = Area(router, Section("/console/desk/figures", "Số liệu cán bộ", Permission.DESK_FIGURES, 72))
Days = Annotated[int, Query(ge=1, le=366)]
Department = Annotated[str, Query(max_length=48)]
PERIODS = (1, 7, 30, 90)
COLUMNS = (
    "Nhóm", "Yêu cầu", "Đồng ý chuyển", "Được nhận", "Chờ, trung vị (giây)", "Chờ, 90 % (giây)",
    "Trả lời đầu, trung vị (giây)", "Xử lý, trung vị (giây)", "Cán bộ chủ động", "Điểm trung bình", "Số đánh giá",
    "Lời nhắn ngoài giờ", "Lời nhắn đã xử lý",
)  # fmt: skip


@router.get("/desk/figures")
async def show(
    request: Request,
    days: Days = 7,
    department: Department = "",
    session: Session = needs(Permission.DESK_FIGURES),
) -> Response:
    """Show the figures of some days up to now."""
    console = console_of(request)
    found = await _report(console, days, department)
    offices = console.service.handoffs.offices
    return console.page(
        request,
        session,
        "desk_figures.html",
        report=found,
        days=days,
        periods=PERIODS,
        department=department,
        departments=offices.names,
        department_name=offices.name,
        end_names=END_WORDS,
    )


@router.get("/desk/figures.csv")
async def export(
    request: Request,
    days: Days = 7,
    department: Department = "",
    session: Session = needs(Permission.DESK_FIGURES),
) -> Response:
    """Return the same figures for a spreadsheet."""
    console = console_of(request)
    found = await _report(console, days, department)
    name = console.service.handoffs.offices.name
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for day, figures in found.by_day:
        writer.writerow(_row(f"{day:%d/%m/%Y}", figures))
    for code, figures in found.by_department:
        writer.writerow(_row(name(code), figures))
    for officer, figures in found.by_officer:
        writer.writerow(_row(officer, figures))
    # The mark lets spreadsheets see that it is UTF-8.
    content = "\ufeff" + table.getvalue()
    headers = {"Content-Disposition": 'attachment; filename="so-lieu-can-bo.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _report(console: Console, days: int, department: str) -> Report:
    today = now().astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    since: datetime = today - timedelta(days=days - 1)
    return await report(console.database, since, today + timedelta(days=1), department or None)


def _row(name: str, figures: Figures) -> list[object]:
    # A leading sign would be a formula in a spreadsheet.
    safe = f"'{name}" if name[:1] in "=+-@" else name
    times = (figures.wait, figures.wait_90, figures.first_reply, figures.handled)
    seconds = ["" if value is None else round(value) for value in times]
    return [
        safe, figures.asked, figures.agreed, figures.claimed, *seconds, figures.by_officers,
        "" if figures.rating is None else round(figures.rating, 2), sum(figures.ratings.values()),
        figures.left, figures.left_done,
    ]  # fmt: skip
