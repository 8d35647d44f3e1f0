"""What citizens and officers are told about files."""

from __future__ import annotations

from bot.attachments.kinds import TAKEN

BEFORE_SENDING = "Anh/chị đừng gửi ảnh căn cước, hộ chiếu hay giấy tờ tuỳ thân qua đây."
"""Told before a citizen can send anything; the checks cannot notice every picture."""

REFUSALS = {
    "type": f"Chúng tôi chỉ nhận {TAKEN}. Anh/chị vui lòng gửi lại theo một trong các dạng đó.",
    "size": "Tệp lớn quá {megabytes} MB nên chưa nhận được. Anh/chị vui lòng gửi tệp nhỏ hơn.",
    "empty": "Tệp trống nên chưa nhận được. Anh/chị vui lòng kiểm tra rồi gửi lại.",
    "identity": "Tệp này giống ảnh giấy tờ tuỳ thân (căn cước, hộ chiếu) nên hệ thống không nhận và không lưu. "
    "Giấy tờ tuỳ thân anh/chị chỉ xuất trình tại bộ phận một cửa hoặc nộp qua Cổng Dịch vụ công. "
    "Nếu đây là giấy tờ khác, anh/chị chụp cả trang giấy rồi gửi lại, không ghi chữ “căn cước” kèm theo.",
    "infected": "Tệp có dấu hiệu chứa mã độc nên hệ thống đã xoá. Anh/chị vui lòng kiểm tra lại máy của mình.",
    "unscanned": "Hiện chưa kiểm tra được tệp nên chưa nhận. Anh/chị vui lòng gửi lại sau ít phút.",
    "fetch": "Hệ thống chưa tải được tệp anh/chị vừa gửi. Anh/chị vui lòng gửi lại.",
    "full": "Nơi chứa tệp đang đầy nên chưa nhận được. Anh/chị vui lòng gửi lại sau.",
    "state": "Chỉ gửi tệp khi đang trò chuyện với cán bộ. Anh/chị bấm “Gặp cán bộ” trước.",
}


def refusal(reason: str, megabytes: int) -> str:
    """Return the sentence for a reason, a key of `REFUSALS`."""
    return REFUSALS[reason].format(megabytes=megabytes)
