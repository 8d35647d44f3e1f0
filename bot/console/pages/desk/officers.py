"""Who may talk with citizens, for which fields of work and communes; for administrators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from bot.clock import now
from bot.console.access import needs
from bot.console.auth.roles import Permission
from bot.console.auth.sessions import Session
from bot.console.context import console_of, go
from bot.console.desk_words import unit_names
from bot.console.pages.common import Word
from bot.console.pages.desk.common import HandoffId, audit
from bot.console.problems import NotFound, Refused
from bot.console.sections import Area
from bot.handoff.officers import USUAL_ROLE

router = APIRouter(tags=["desk"])
AREA = Area(router)
Many = Annotated[list[str], Form(max_length=60)]
_TELEGRAM = re.compile(r"\d{3,15}")
_ZALO = re.compile(r"[\w-]{1,64}")


@router.get("/desk/officers")
async def show(request: Request, session: Session = needs(Permission.STAFF)) -> Response:
    """Show all officers."""
    console = console_of(request)
    return console.page(
        request,
        session,
        "desk_officers.html",
        officers=await console.service.handoffs.officers.all(),
        departments=console.service.handoffs.offices.names,
        units=unit_names(),
        usual_role=USUAL_ROLE,
        moment_now=now(),
    )


@router.post("/desk/officers")
async def add(
    request: Request,
    name: Word,
    display_role: Word = USUAL_ROLE,
    telegram: Word = "",
    session: Session = needs(Permission.STAFF),
) -> Response:
    """List an officer who has no account of the console."""
    console = console_of(request)
    if not name.strip():
        raise Refused("Hãy nhập họ và tên.")
    columns = {"telegram_user": _telegram(telegram)}
    try:
        made = await console.service.handoffs.officers.add(
            name.strip(), display_role.strip() or USUAL_ROLE, **columns
        )
    except IntegrityError:
        raise Refused("Tài khoản Telegram này đã có trong danh sách.") from None
    await audit(console, session, "desk_officer", made.name, telegram=bool(telegram))
    return go(request, "/desk/officers", f"Đã thêm {made.name}.")


@router.post("/desk/officers/{officer_id}")
async def change(
    request: Request,
    officer_id: HandoffId,
    display_role: Word = "",
    departments: Many = [],  # noqa: B006  (FastAPI copies defaults)
    units: Many = [],  # noqa: B006
    telegram: Word = "",
    zalo: Word = "",
    supervisor: Annotated[bool, Form()] = False,
    disabled: Annotated[bool, Form()] = False,
    session: Session = needs(Permission.STAFF),
) -> Response:
    """Change what an officer answers for."""
    console = console_of(request)
    officers = console.service.handoffs.officers
    officer = next((one for one in await officers.all() if one.id == officer_id), None)
    if officer is None:
        raise NotFound("Không có cán bộ này trong danh sách.")
    columns = {
        "display_role": display_role.strip() or USUAL_ROLE,
        "departments": _known(departments, console.service.handoffs.offices.names),
        "units": _known(units, unit_names()),
        "telegram_user": _telegram(telegram),
        "zalo_admin": _zalo(zalo),
        "is_supervisor": int(supervisor),
    }
    off = (officer.disabled_at or now()) if disabled else None
    try:
        await officers.change(officer_id, **columns, disabled_at=off)
    except IntegrityError:
        raise Refused("Tài khoản Telegram hoặc Zalo này thuộc cán bộ khác.") from None
    shown = {key: value for key, value in columns.items() if key not in ("telegram_user", "zalo_admin")}
    await audit(console, session, "desk_officer", officer.name, **shown, disabled=disabled)
    return go(request, "/desk/officers", f"Đã lưu {officer.name}.")


def _telegram(text: str) -> int | None:
    if not text.strip():
        return None
    if not _TELEGRAM.fullmatch(text.strip()):
        raise Refused("Mã tài khoản Telegram là một số, ví dụ 123456789.")
    return int(text)


def _zalo(text: str) -> str | None:
    if not text.strip():
        return None
    if not _ZALO.fullmatch(text.strip()):
        raise Refused("Mã quản trị viên Zalo chưa đúng.")
    return text.strip()


def _known(chosen: list[str], names: Mapping[str, str]) -> list[str]:
    unknown = [code for code in chosen if code and code not in names]
    if unknown:
        raise Refused("Có lựa chọn không còn trong danh sách. Hãy tải lại trang.")
    return [code for code in chosen if code]
