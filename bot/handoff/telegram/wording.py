"""What the bot says to officers in a group."""

from __future__ import annotations

from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "nhan": "Nhận cuộc trò chuyện này",
    "xong": "Kết thúc (thêm mã kết quả nếu muốn)",
    "tralai": "Trả lại hàng chờ",
    "chuyen": "Chuyển phòng khác: /chuyen <phòng>",
    "ghichu": "Ghi chú nội bộ, người dân không thấy",
    "ghi": "Tệp ghi toàn bộ cuộc trò chuyện, số giấy tờ đã che",
    "mau": "Câu trả lời mẫu: /mau, /mau <mã>",
    "trangthai": "Ai đang chờ, ai đang phụ trách",
    "truc": "Bắt đầu hoặc thôi trực: /truc on, /truc off",
}
NOT_LISTED = (
    "Anh/chị chưa có trong danh sách cán bộ nên tin không được chuyển cho người dân. "
    "Quản trị viên thêm bằng lệnh: motcua officers add. Mã Telegram của anh/chị: {user}."
)
HIDDEN = "Tài khoản đang ẩn danh nên tin không được chuyển. Anh/chị tắt “Ẩn danh” trong quyền quản trị của nhóm."
NO_HANDOFF = "Chủ đề này không gắn với cuộc trò chuyện nào."
ONLY_IN_TOPIC = "Lệnh này dùng trong chủ đề của một cuộc trò chuyện."
NOT_FETCHED = "Chưa tải được tệp này. Anh/chị vui lòng gửi lại."
UNSENDABLE = "Loại tin này người dân không nhận được. Anh/chị gửi bằng chữ, ảnh hoặc PDF."
SEND, DROP = "Gửi", "Không gửi"
SENT, DROPPED = "✓ Đã gửi.", "Đã bỏ, không gửi."
ONLY_AUTHOR = "Chỉ người viết tin mới quyết định được."
SOURCE_GONE = "Tin gốc không còn nên không gửi được."
CHOOSE_DEPARTMENT = "Chuyển tới phòng nào?"
EDITED = "(đã sửa) "
EDIT_LATE = "Tin này đã gửi bản sửa một lần. Cần đính chính nữa, anh/chị nhắn tin mới."
EDIT_HELD = "Bản sửa có dãy số dài hoặc liên kết lạ nên chưa gửi. Nếu vẫn cần, anh/chị nhắn thành tin mới."
NO_CANNED = "Chưa có câu trả lời mẫu cho cuộc trò chuyện này."


def command_list() -> str:
    """Return what can be ordered."""
    rows = [f"/{name} – {words}" for name, words in COMMANDS.items()]
    return "\n".join(("Các lệnh:", *rows, "// … – ghi chú nội bộ"))
