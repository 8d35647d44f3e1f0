"""The audit trail: who changed what, when, from what to what; never deleted by the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import aware, now
from bot.privacy.masking import mask, mask_value
from bot.storage.database import Database
from bot.storage.staff_tables import audit

ACTION_WORDS = {
    "sign_in": "đăng nhập",
    "sign_in_failed": "đăng nhập sai",
    "locked": "khoá vì sai nhiều lần",
    "sign_out": "đăng xuất",
    "first_admin": "tạo quản trị đầu tiên",
    "password": "đổi mật khẩu",
    "staff_add": "thêm tài khoản",
    "staff_role": "đổi vai trò",
    "staff_disable": "khoá tài khoản",
    "staff_enable": "mở tài khoản",
    "staff_reset": "cấp liên kết đặt lại mật khẩu",
    "review": "duyệt câu",
    "review_undo": "hoàn tác duyệt",
    "content_done": "xong yêu cầu nội dung",
    "example_add": "thêm câu mẫu",
    "example_edit": "sửa câu mẫu",
    "example_delete": "xoá câu mẫu",
    "example_move": "chuyển nhãn hàng loạt",
    "examples_import": "nhập câu mẫu",
    "examples_export": "xuất câu mẫu",
    "sync": "đồng bộ tệp",
    "train": "yêu cầu huấn luyện",
    "train_cancel": "huỷ huấn luyện",
    "promote": "đưa bản lên phục vụ",
    "override_gate": "đưa bản lên dù không đạt",
    "rollback": "quay lại bản trước",
    "canary": "thử bản mới",
    "canary_end": "dừng thử",
    "test_save": "lưu hội thoại kiểm tra",
    "test_accept": "chấp nhận cách trả lời mới",
    "test_delete": "xoá hội thoại kiểm tra",
    "desk_duty": "trực, nghỉ trực",
    "desk_claim": "nhận người dân",
    "desk_answer": "trả lời người dân",
    "desk_note": "ghi chú hỗ trợ",
    "desk_transfer": "chuyển người dân",
    "desk_back": "trả lại hàng chờ",
    "desk_finish": "kết thúc hỗ trợ",
    "desk_contact": "xử lý lời nhắn",
    "desk_officer": "sửa danh sách cán bộ",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a member of staff, or the command line (id None)."""

    id: int | None
    name: str


COMMAND_LINE = Actor(None, "dòng lệnh")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail."""

    id: int
    at: datetime
    who: str
    action: str
    subject: str
    before: Any
    after: Any
    reason: str | None


async def note(
    connection: AsyncConnection,
    actor: Actor,
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write a line in the transaction of the change itself; personal data is masked."""
    await connection.execute(
        insert(audit).values(
            at=now(),
            staff_id=actor.id,
            who=actor.name[:120],
            action=action,
            subject=mask(subject)[:160],
            before=mask_value(dict(before)) if before is not None else None,
            after=mask_value(dict(after)) if after is not None else None,
            reason=mask(reason)[:1000] if reason else None,
        )
    )


async def read_trail(
    database: Database, *, action: str = "", who: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[Entry], int]:
    """Return a page of the trail, newest first, and how many lines there are."""
    where = []
    if action:
        where.append(audit.c.action == action)
    if who:
        where.append(audit.c.who.contains(who, autoescape=True))
    async with database.read() as connection:
        count = await connection.scalar(select(func.count()).select_from(audit).where(*where))
        rows = await connection.execute(
            select(audit).where(*where).order_by(audit.c.id.desc()).limit(limit).offset(offset)
        )
        found = [Entry(r.id, aware(r.at), r.who, r.action, r.subject, r.before, r.after, r.reason) for r in rows]
    return found, int(count or 0)
