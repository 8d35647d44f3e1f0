"""What is said about a dossier: one status, one next step, no promise beyond the day on file."""

from __future__ import annotations

from datetime import date

from bot.catalogue.text import day, money
from bot.clock import VIETNAM
from bot.dossiers.dossier import Dossier
from bot.dossiers.status import Group, Status

PORTAL = "https://dichvucong.gov.vn"
APOLOGY_RULE = (
    "Khi trễ hẹn, nơi giải quyết phải gửi anh/chị Phiếu xin lỗi và hẹn lại ngày trả kết quả "
    "(quy định một cửa, Nghị định 118/2025/NĐ-CP). Nếu chưa nhận được phiếu, anh/chị hỏi nơi nộp hồ sơ "
    "hoặc gửi phản ánh trên Cổng Dịch vụ công quốc gia."
)
_ASK_REASON = "Anh/chị hỏi nơi nộp hồ sơ để biết lý do và cách làm tiếp."
_GROUP_STEPS = {
    Group.UNKNOWN: "Anh/chị xem trực tiếp trên Cổng Dịch vụ công quốc gia.",
    Group.WAITING: "Anh/chị chưa cần làm gì thêm.",
    Group.IN_WORK: "Anh/chị chưa cần làm gì thêm.",
    Group.CITIZEN_ACTS: "Anh/chị xem yêu cầu trên Cổng Dịch vụ công quốc gia, hoặc xác nhận để tôi nói rõ.",
    Group.READY: "Khi đi nhận, anh/chị nhớ mang giấy hẹn và giấy tờ tùy thân.",
    Group.ENDED: "Muốn biết rõ hơn, anh/chị xác nhận hồ sơ là của mình.",
}


def tell(dossier: Dossier, today: date) -> str:
    """Return what the dossier's owner, or anybody without proof, is told about it."""
    sentences = _tell_owner(dossier, today) if dossier.proven else _tell_anybody(dossier, today)
    return "\n".join([*(line for line in sentences if line), _as_of(dossier)])


def notice(dossier: Dossier, before: Status) -> str:
    """Return the notice of a change: a masked code and the group only, for others may read the screen."""
    group = dossier.status.group
    text = f"Hồ sơ {dossier.code.masked} có thay đổi: {group.value}."
    if dossier.status is before:
        text = f"Ngày hẹn trả của hồ sơ {dossier.code.masked} đã thay đổi."
    elif dossier.status is Status.RETURNED:
        text = f"Kết quả của hồ sơ {dossier.code.masked} đã được trả."
    ending = "Đây là tin cuối cùng về hồ sơ này." if dossier.status.is_final else "Muốn thôi, nhắn “dừng báo”."
    return f"{text}\nAnh/chị bấm nút bên dưới hoặc nhắn “hồ sơ lúc nãy sao rồi” để xem. {ending}"


def overdue_notice(dossier: Dossier) -> str:
    """Return the notice of the day on which a dossier becomes late; sent once."""
    return (
        f"Hồ sơ {dossier.code.masked} đã quá ngày hẹn trả mà chưa có kết quả. {APOLOGY_RULE}\n"
        "Muốn thôi nhận tin, nhắn “dừng báo”."
    )


def _tell_anybody(dossier: Dossier, today: date) -> list[str]:
    lines = [f"Hồ sơ {dossier.code} {dossier.status.group.value}."]
    if dossier.due_on and (dossier.status.runs or dossier.status is Status.REGISTERED):
        lines.append(f"Ngày hẹn trả: {day(dossier.due_on)}.")
        if late := dossier.overdue_days(today):
            lines += [f"Hồ sơ đã quá ngày hẹn {late} ngày.", APOLOGY_RULE]
            return lines
    return [*lines, _GROUP_STEPS[dossier.status.group]]


def _tell_owner(dossier: Dossier, today: date) -> list[str]:
    head = f"Hồ sơ {dossier.code}"
    if dossier.procedure:
        head += f" ({dossier.procedure})"
    return [f"{head}: {dossier.status.official_name.lower()}.", *_OWNER[dossier.status](dossier, today)]


def _registered(_: Dossier, __: date) -> list[str]:
    return ["Hồ sơ đã gửi lên hệ thống và đang chờ cán bộ kiểm tra.", "Anh/chị chưa cần làm gì thêm."]


def _in_work(dossier: Dossier, today: date) -> list[str]:
    late = dossier.overdue_days(today)
    lines = [
        f"Nơi giải quyết: {dossier.agency}." if dossier.agency else "",
        f"Ngày tiếp nhận: {day(dossier.received_on)}." if dossier.received_on else "",
        f"Ngày hẹn trả: {day(dossier.due_on)}." if dossier.due_on else "",
    ]
    if late:
        return [*lines, f"Hồ sơ đã quá ngày hẹn {late} ngày. Rất xin lỗi anh/chị.", APOLOGY_RULE]
    return [*lines, "Anh/chị chưa cần làm gì thêm."]


def _refused(_: Dossier, __: date) -> list[str]:
    return [
        "Hồ sơ chưa được nhận. Lý do ghi trong phiếu trả lời hoặc trên Cổng Dịch vụ công quốc gia.",
        "Anh/chị hỏi nơi nộp cần sửa gì, rồi nộp lại.",
    ]


def _supplement(dossier: Dossier, _: date) -> list[str]:
    papers = dossier.supplement
    until = dossier.supplement_until
    return [
        f"Giấy tờ cần bổ sung: {papers}." if papers else "Nơi giải quyết yêu cầu bổ sung giấy tờ.",
        f"Ngày hẹn mới: {day(until)}." if until else "",
        "Trong lúc chờ, hồ sơ tạm dừng tính thời gian.",
        "Anh/chị xem yêu cầu trên Cổng Dịch vụ công quốc gia hoặc hỏi nơi nộp, rồi bổ sung sớm.",
    ]


def _payment(dossier: Dossier, _: date) -> list[str]:
    amount = dossier.to_pay
    return [
        f"Số tiền cần nộp: {money(amount)}." if amount else "Hồ sơ đang chờ anh/chị nộp tiền theo thông báo.",
        "Anh/chị nộp trên Cổng Dịch vụ công quốc gia hoặc tại quầy. Đừng chuyển khoản theo tin nhắn lạ.",
    ]


def _withdrawn(_: Dossier, __: date) -> list[str]:
    return ["Hồ sơ đã được rút theo yêu cầu.", "Muốn làm tiếp, anh/chị nộp hồ sơ mới."]


def _stopped(_: Dossier, __: date) -> list[str]:
    return ["Hồ sơ đã dừng giải quyết.", _ASK_REASON]


def _ready(dossier: Dossier, _: date) -> list[str]:
    place = dossier.collect_at or dossier.agency
    return [
        f"Có kết quả ngày {day(dossier.done_on)}." if dossier.done_on else "Hồ sơ đã có kết quả.",
        f"Nơi nhận: {place}, hoặc theo cách anh/chị đã đăng ký."
        if place
        else "Anh/chị nhận theo cách đã đăng ký.",
        "Khi đi nhận, anh/chị nhớ mang giấy hẹn và giấy tờ tùy thân.",
    ]


def _returned(dossier: Dossier, _: date) -> list[str]:
    when = f" ngày {day(dossier.done_on)}" if dossier.done_on else ""
    return [f"Kết quả đã được trả{when}.", "Nếu chưa nhận được, anh/chị báo nơi nộp hồ sơ."]


def _unknown(_: Dossier, __: date) -> list[str]:
    return [
        "Hệ thống trả về tình trạng mà tôi chưa đọc được.",
        "Anh/chị xem trực tiếp trên Cổng Dịch vụ công quốc gia.",
    ]


_OWNER = {
    Status.UNKNOWN: _unknown,
    Status.REGISTERED: _registered,
    Status.ACCEPTED: _in_work,
    Status.REFUSED: _refused,
    Status.PROCESSING: _in_work,
    Status.SUPPLEMENT: _supplement,
    Status.PAYMENT: _payment,
    Status.WITHDRAWN: _withdrawn,
    Status.STOPPED: _stopped,
    Status.READY: _ready,
    Status.RETURNED: _returned,
}


def _as_of(dossier: Dossier) -> str:
    local = dossier.as_of.astimezone(VIETNAM)
    return f"Thông tin lúc {local:%H:%M %d/%m/%Y}; kết quả chính thức xem trên Cổng Dịch vụ công quốc gia."


MEANINGS = {
    Status.REGISTERED: "hồ sơ đã gửi lên hệ thống, cán bộ chưa kiểm tra; anh/chị chờ thêm.",
    Status.ACCEPTED: "cán bộ đã nhận hồ sơ và bắt đầu tính thời gian giải quyết.",
    Status.REFUSED: "hồ sơ chưa được nhận; lý do ghi trong phiếu trả lời hoặc trên Cổng, sửa xong thì nộp lại.",
    Status.PROCESSING: "cơ quan đang giải quyết; anh/chị chờ đến ngày hẹn trả.",
    Status.SUPPLEMENT: "hồ sơ thiếu giấy tờ nên tạm dừng tính thời gian; anh/chị cần bổ sung sớm.",
    Status.PAYMENT: "anh/chị cần nộp phí, lệ phí hoặc thuế trên Cổng hoặc tại quầy thì hồ sơ mới đi tiếp.",
    Status.WITHDRAWN: "hồ sơ đã được rút theo yêu cầu của người nộp.",
    Status.STOPPED: "cơ quan không giải quyết tiếp; anh/chị hỏi nơi nộp để biết lý do.",
    Status.READY: "đã có kết quả; anh/chị mang giấy hẹn và giấy tờ tùy thân đến nhận.",
    Status.RETURNED: "kết quả đã được trao.",
}
"""What each status means, for whoever asks about the word."""
