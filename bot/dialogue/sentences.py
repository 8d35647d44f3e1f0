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
_OF_KIND = {
    "[vị trí]": "Tôi chưa xem được vị trí trên bản đồ. "
    "Anh/chị vui lòng gõ tên xã, phường hoặc nơi cần tìm, ví dụ: “trung tâm hành chính công phường Hồng Gai”.",
    "[danh bạ]": "Tôi không đọc và không lưu danh bạ. Anh/chị vui lòng gõ câu hỏi bằng chữ.",
    "[nhãn dán]": "Tôi chưa hiểu nhãn dán. Anh/chị vui lòng gõ câu hỏi bằng chữ giúp tôi.",
    "[liên kết]": "Tôi không mở được liên kết. Anh/chị vui lòng gõ câu hỏi bằng chữ giúp tôi.",
    "[tin thoại]": "Tôi chưa nghe được tin thoại. Anh/chị vui lòng gõ câu hỏi bằng chữ giúp tôi.",
}


def unsupported(kind: str) -> Reply:
    """Return what is said to a message that cannot be read; `kind` is its label in the transcript."""
    text = _OF_KIND.get(kind)
    return Reply(text, Outcome.CLARIFY) if text else UNSUPPORTED


SILENT = Reply(
    "Xin lỗi anh/chị, tôi chưa trả lời được câu này. Anh/chị vui lòng hỏi lại bằng cách khác, "
    "hoặc nhắn “gặp cán bộ”.",
    Outcome.ERROR,
)
