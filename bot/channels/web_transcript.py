"""A conversation as a text file that a citizen keeps or prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.conversations.transcript import Line

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_NAMES = {"citizen": "Anh/chị", "bot": "Trợ lý tự động", "officer": "Cán bộ", "system": "Hệ thống"}
_NOTE = (
    "Trợ lý tự động có thể nhầm. Khi khác với thông báo của cơ quan nhà nước, thông báo đó là đúng.\n"
    "Số căn cước, số điện thoại trong tin nhắn đã được che trước khi lưu."
)


def as_text(lines: Sequence[Line], at: datetime) -> str:
    """Return the file: a heading, every message with its sender and time, sources.

    Args:
        lines: The conversation, in order.
        at: The moment of saving.
    """
    parts = [f"HỘI THOẠI VỚI TRỢ LÝ DỊCH VỤ CÔNG\nLưu lúc {_moment(at)}\n{_NOTE}"]
    for line in lines:
        said = [f"[{_moment(line.at)}] {_NAMES.get(line.author, _NAMES['system'])}:", line.text]
        body = line.body or {}
        shown = [source for source in body.get("sources", ()) if source not in line.text]
        if shown:
            said.append(f"Nguồn: {', '.join(shown)}")
        parts.append("\n".join(said))
    return "\n\n".join(parts) + "\n"


def _moment(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
