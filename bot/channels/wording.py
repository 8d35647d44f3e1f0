"""The few sentences channels say themselves, and what commands mean as a message."""

from __future__ import annotations

from bot.channels.events import Command
from bot.conversations.messages import Button, Outcome, Reply

ERASE, KEEP, RESEND = "@erase", "@keep", "@resend"
"""Payloads of buttons that are for the channel and not for the dialogue."""

ERASURE_ORDERS = frozenset({"xoa du lieu", "xoa du lieu cua toi", "xoa het du lieu", "xoa du lieu tro chuyen"})
"""The command of erasure as plain words, folded; platforms without commands need them."""

COMMAND_TEXTS = {
    Command.START: "xin chào",
    Command.HELP: "bạn giúp được gì",
    Command.LOOK_UP: "tra cứu hồ sơ",
    Command.PERSON: "gặp cán bộ",
}
"""What a command says in the dialogue; it then goes the way of any message."""

COMMAND_MENU = {
    Command.START: "Bắt đầu",
    Command.HELP: "Tôi giúp được gì",
    Command.LOOK_UP: "Tra cứu hồ sơ đã nộp",
    Command.PERSON: "Gặp cán bộ",
    Command.ERASE: "Xoá dữ liệu trò chuyện của anh/chị",
}
COMMAND_MENU_ENGLISH = {
    Command.START: "Start",
    Command.HELP: "What I can help with",
    Command.LOOK_UP: "Track a submitted dossier",
    Command.PERSON: "Talk to an officer",
    Command.ERASE: "Delete your chat data",
}

CONFIRM_ERASURE = Reply(
    "Anh/chị muốn xoá toàn bộ nội dung đã trao đổi ở đây khỏi hệ thống của chúng tôi? "
    "Xoá rồi thì không lấy lại được. Hồ sơ anh/chị đã nộp ở bộ phận một cửa không bị ảnh hưởng.",
    Outcome.SMALLTALK,
    (Button("Xoá hết", ERASE), Button("Giữ lại", KEEP)),
)
ERASED = (
    "Đã xoá toàn bộ nội dung anh/chị đã trao đổi khỏi hệ thống của chúng tôi. "
    "Anh/chị có thể tự xoá cuộc trò chuyện trên máy của mình. Khi cần hỏi thủ tục, anh/chị cứ nhắn lại."
)
KEPT = Reply("Tôi giữ nguyên, không xoá gì. Anh/chị cần hỏi thủ tục nào?", Outcome.SMALLTALK)
EXPIRED_BUTTON = "Nút này đã hết hạn, mời anh/chị gõ lại câu hỏi."
CHOSEN_ALREADY = "Anh/chị đã chọn mục này rồi."


def asks_whether_seen(outbox_id: int) -> Reply:
    """Return the question that stands in for a reply of which nobody knows whether it arrived."""
    return Reply(
        "Đường truyền vừa gián đoạn, tôi không chắc câu trả lời vừa rồi đã tới anh/chị. "
        "Nếu chưa thấy, anh/chị bấm nút dưới đây.",
        Outcome.ERROR,
        (Button("Gửi lại câu trả lời", f"{RESEND} {outbox_id}"),),
    )
