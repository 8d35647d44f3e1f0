"""What citizens and officers read at the desk."""

from __future__ import annotations

from datetime import datetime

from bot.attachments.sentences import BEFORE_SENDING
from bot.clock import VIETNAM
from bot.conversations.messages import DESK_MARK, Author, Button, Outcome, Reply
from bot.handoff.model import Handoff, Officer, handoff_number, request_number

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
CENTRE = "Trung tâm Phục vụ hành chính công của xã, phường gần nhất"
EMERGENCY = "Nếu đang nguy hiểm, hãy gọi ngay: 113 (công an), 114 (cháy, cứu nạn), 115 (cấp cứu y tế)."


def order(*words: str | int) -> str:
    """Return the payload of a button for the desk."""
    return DESK_MARK + " ".join(map(str, words))


def system(text: str, *buttons: Button) -> Reply:
    """Return a sentence of the desk itself."""
    return Reply(text, Outcome.HANDOFF, buttons, author=Author.SYSTEM)


def clock(moment: datetime, today: datetime) -> str:
    """Return a moment as people say it: with the day unless it is today."""
    local, here = moment.astimezone(VIETNAM), today.astimezone(VIETNAM)
    time = f"{local:%H:%M}"
    if local.date() == here.date():
        return time
    return f"{time} {WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y}"


# Before the queue


def ask_consent(handoff_id: int, *, is_late: bool) -> Reply:
    """Ask once whether an officer may read the conversation."""
    late = " Cơ quan sắp hết giờ làm việc, có thể anh/chị phải chờ sang buổi sau." if is_late else ""
    return Reply(
        "Tôi chuyển anh/chị gặp cán bộ nhé?"
        f"{late} Nội dung trò chuyện ở đây sẽ được chuyển cho cán bộ để khỏi phải kể lại. Anh/chị đồng ý không?",
        Outcome.HANDOFF,
        (Button("Đồng ý", order("yes", handoff_id)), Button("Không", order("no", handoff_id))),
    )


DECLINED = Reply(
    "Dạ vâng, tôi không chuyển. Tôi là trợ lý tự động, tôi tiếp tục hỗ trợ anh/chị. Anh/chị cần hỏi gì?",
    Outcome.HANDOFF,
)
CONSENT_EXPIRED = Reply("Câu hỏi này đã hết hạn. Nếu vẫn cần, anh/chị nhắn “gặp cán bộ”.", Outcome.HANDOFF)
NOBODY_HERE = Reply(
    f"Kênh này chưa gặp trực tiếp cán bộ được. Anh/chị vui lòng đến {CENTRE} trong giờ làm việc, "
    "hoặc mở khung trò chuyện trên trang web. Trong lúc chờ, tôi vẫn trả lời được câu hỏi về thủ tục.",
    Outcome.HANDOFF,
)


def closed(opens_at: datetime | None, now: datetime, *, is_confirmed: bool) -> str:
    """Say that nobody is there and when somebody will be."""
    if opens_at is None:
        return "Hiện cán bộ chưa có lịch trực."
    planned = "" if is_confirmed else " (giờ dự kiến)"
    return f"Hiện ngoài giờ làm việc. Cán bộ làm việc lại lúc {clock(opens_at, now)}{planned}."


NOBODY_ON_DUTY = "Hiện chưa có cán bộ nào trực."
QUEUE_FULL = "Hiện có quá nhiều người đang chờ gặp cán bộ."
TOO_OFTEN = "Hôm nay anh/chị đã gọi cán bộ nhiều lần mà chưa gặp được."


# In the queue


def place(number: int, minutes: int | None) -> str:
    """Say which place somebody has, and the estimate when there is an honest one."""
    waiting = "Anh/chị là người tiếp theo." if number == 1 else f"Trước anh/chị còn {number - 1} người."
    return f"{waiting} Dự kiến chờ khoảng {minutes} phút." if minutes else waiting


def entered(handoff_id: int, number: int, minutes: int | None) -> Reply:
    """Say that an officer has been called."""
    return system(
        f"Tôi đã chuyển yêu cầu của anh/chị cho cán bộ, số {handoff_number(handoff_id)}. {place(number, minutes)} "
        f"Anh/chị có thể nhắn thêm, cán bộ sẽ đọc. {BEFORE_SENDING} Để thôi chờ, anh/chị nhắn “huỷ”.",
        Button("Huỷ, quay lại trợ lý", order("cancel", handoff_id)),
    )


def still_waiting(number: int, minutes: int | None) -> Reply:
    """Answer "còn bao lâu"."""
    return system(f"{place(number, minutes)} Để thôi chờ, anh/chị nhắn “huỷ”.")


def claimed(officer: Officer) -> Reply:
    """Say who talks now; never a name of a person."""
    return system(
        f"{officer.display_role} đã vào cuộc trò chuyện và sẽ trả lời anh/chị. Khi xong, anh/chị nhắn “kết thúc”."
    )


BACK_IN_QUEUE = "Cán bộ vừa rồi chưa tiếp tục được. Tôi đang tìm cán bộ khác, anh/chị vẫn giữ thứ tự chờ."
STILL_THERE = "Anh/chị còn ở đó không? Nếu không có tin nhắn, cuộc trò chuyện với cán bộ sẽ kết thúc."


def passed_on(department: str) -> Reply:
    """Say that another department answers."""
    return system(f"Yêu cầu của anh/chị được chuyển tới {department}. Anh/chị vui lòng chờ thêm ít phút.")


# At the end

I_AM_BACK = "Tôi là trợ lý tự động, tôi tiếp tục hỗ trợ anh/chị."
STARS = ("1 – Rất không hài lòng", "2 – Không hài lòng", "3 – Bình thường", "4 – Hài lòng", "5 – Rất hài lòng")


def ended(text: str, handoff: Handoff, *, asks_rating: bool) -> Reply:
    """Say that the talk is over and who is there now."""
    if not asks_rating:
        return system(f"{text} {I_AM_BACK}")
    buttons = (Button(title, order("rate", handoff.id, stars)) for stars, title in enumerate(STARS, 1))
    return system(
        f"{text} {I_AM_BACK}\nAnh/chị có hài lòng với sự hỗ trợ của cán bộ không (từ 1 đến 5)? Không bắt buộc.",
        *buttons,
    )


END_BY_OFFICER = "Cán bộ đã kết thúc cuộc trò chuyện."
END_BY_CITIZEN = "Cuộc trò chuyện với cán bộ đã kết thúc."
CANCELLED = "Tôi đã huỷ yêu cầu gặp cán bộ."
IDLE = "Lâu không có tin nhắn nên cuộc trò chuyện với cán bộ đã kết thúc. Cần gặp lại, anh/chị nhắn “gặp cán bộ”."
NOBODY_CAME = "Xin lỗi anh/chị, chưa có cán bộ nào rảnh để trả lời."
CLOSED_MEANWHILE = "Xin lỗi anh/chị, đã hết giờ làm việc mà chưa có cán bộ nào trả lời được."
WINDOW_CLOSED = "Đã quá hạn nhắn tin trên Zalo nên cuộc trò chuyện với cán bộ đã kết thúc."
RATED = Reply(
    "Cảm ơn anh/chị đã đánh giá. Nếu muốn góp ý thêm, anh/chị nhắn một tin bắt đầu bằng “góp ý”.",
    Outcome.HANDOFF,
)
RATING_OVER = Reply("Phần đánh giá này đã hết hạn. Cảm ơn anh/chị.", Outcome.HANDOFF)
REMARK_TAKEN = Reply("Tôi đã ghi góp ý của anh/chị. Cảm ơn anh/chị.", Outcome.HANDOFF)
NOTHING_TO_CANCEL = Reply("Hiện không có yêu cầu gặp cán bộ nào. Anh/chị cần hỏi gì?", Outcome.HANDOFF)

# The contact form

LEAVE_MESSAGE = "Anh/chị có muốn để lại lời nhắn để cán bộ trả lời sau không?"
FORM_YES, FORM_NO = "Để lại lời nhắn", "Không cần"
ASK_QUESTION = "Anh/chị viết câu hỏi trong một tin nhắn. Xin đừng ghi số căn cước hay gửi ảnh giấy tờ."
ASK_WISH = "Anh/chị muốn được trả lời vào lúc nào?"
WISHES = ("Buổi sáng", "Buổi chiều", "Lúc nào cũng được")
ASK_PHONE = (
    "Cán bộ trả lời anh/chị bằng cách nào? Anh/chị gõ số điện thoại để được gọi lại, "
    "hoặc chọn trả lời ngay tại đây."
)
HERE = "Trả lời tại đây"
BAD_PHONE = (
    "Số điện thoại này chưa đúng. Số di động có 10 chữ số, bắt đầu bằng 0 hoặc +84. "
    "Anh/chị gõ lại giúp tôi, hoặc chọn trả lời tại đây."
)
PHONE_AGAIN = "Tôi chưa đọc được số vừa rồi. Anh/chị gõ lại số điện thoại giúp tôi, hoặc chọn trả lời tại đây."
WRITE_AGAIN = "Tôi sẽ nhắn lại khi cơ quan mở cửa"


def here_too_late(opens_at: datetime, now: datetime) -> str:
    """Say that Zalo will not let anybody answer here in time, and ask for a number instead."""
    return (
        f"Cơ quan mở cửa lại lúc {clock(opens_at, now)}, khi đó Zalo không còn cho trả lời tin này. "
        "Anh/chị gõ số điện thoại để được gọi lại giúp tôi, hoặc nhắn lại vào giờ làm việc."
    )


FORM_DROPPED = Reply("Dạ vâng, tôi không gửi lời nhắn. Anh/chị cần hỏi gì khác?", Outcome.HANDOFF)
REQUEST_CANCELLED = Reply("Tôi đã huỷ lời nhắn của anh/chị.", Outcome.HANDOFF)


def contact_taken(request_id: int, due_at: datetime | None, now: datetime, phone: str | None, wish: str) -> Reply:
    """Repeat back what was left, and promise when it is answered."""
    number = request_number(request_id)
    how = f"gọi số có đuôi {phone[-3:]}" if phone else "trả lời ngay tại đây"
    when = f"trước {clock(due_at, now)}" if due_at else "khi có lịch trực"
    return system(
        f"Tôi đã ghi lời nhắn của anh/chị, số {number}. Cán bộ sẽ {how} {when}. Thời gian mong muốn: {wish}. "
        "Nếu không cần nữa, anh/chị bấm huỷ.",
        Button("Huỷ lời nhắn", order("form-cancel", request_id)),
    )


def answer_to(request_id: int) -> Reply:
    """Head the answer to a message that was left."""
    return system(f"Cán bộ trả lời lời nhắn {request_number(request_id)} của anh/chị:")
