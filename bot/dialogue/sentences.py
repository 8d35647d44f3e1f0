"""Sentences for messages that never reach the dialogue."""

from __future__ import annotations

from bot.conversations.messages import Outcome, Reply

NOTHING_READABLE = Reply(
    "Tôi chưa đọc được nội dung. Anh/chị vui lòng gõ câu hỏi bằng chữ, ví dụ: “làm giấy khai sinh cần gì?”",
    Outcome.CLARIFY,
)
UNSUPPORTED = Reply(
    "Tôi chỉ đọc được chữ, chưa xem được hình, tệp hay nghe được giọng nói. "
    "Anh/chị vui lòng gõ câu hỏi bằng chữ, và đừng gửi ảnh giấy tờ tùy thân.",
    Outcome.CLARIFY,
)
SILENT = Reply(
    "Xin lỗi anh/chị, tôi chưa trả lời được câu này. Anh/chị vui lòng hỏi lại bằng cách khác, "
    "hoặc nhắn “gặp cán bộ”.",
    Outcome.ERROR,
)
