"""What is wrong with an officers' group, before anybody finds out at work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot


async def group_defects(bot: ExtBot[Any], groups: Iterable[int]) -> list[str]:
    """Return sentences for the operator; none when all is well.

    Raises:
        TelegramError: Telegram cannot be asked.
    """
    found = []
    for chat_id in sorted(groups):
        try:
            chat = await bot.get_chat(chat_id)
            member = await bot.get_chat_member(chat_id, bot.id)
        except (BadRequest, Forbidden):
            found.append(f"Bot chưa ở trong nhóm {chat_id}.")
            continue
        if not chat.is_forum:
            found.append(f"Nhóm {chat_id} chưa bật Chủ đề (Topics).")
        if not getattr(member, "can_manage_topics", False):
            found.append(f"Bot chưa có quyền quản lý chủ đề trong nhóm {chat_id}.")
        if not getattr(member, "can_delete_messages", False):
            found.append(f"Bot chưa có quyền xoá tin trong nhóm {chat_id}, nên không xoá được dữ liệu.")
    return found
