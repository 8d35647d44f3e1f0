"""The few sentences this package says itself, when no dialogue can."""

from __future__ import annotations

from bot.conversations.messages import Outcome, Reply

APOLOGY = Reply(
    "Xin lỗi anh/chị, hệ thống đang gặp sự cố nên tôi chưa trả lời được câu này. "
    "Anh/chị vui lòng hỏi lại sau ít phút, hoặc đến Trung tâm Phục vụ hành chính công gần nhất.",
    Outcome.ERROR,
)
STALE_CHOICE = Reply(
    "Lựa chọn này không còn dùng được. Anh/chị vui lòng gõ lại câu hỏi giúp tôi.", Outcome.CLARIFY
)
