"""Fixed sentences of the dialogue about dossiers."""

from __future__ import annotations

from bot.dossiers.code import DossierCode, Owner
from bot.dossiers.finding import Problem
from bot.dossiers.provinces import province_of
from bot.dossiers.wording import PORTAL

ASK_CODE = (
    "Anh/chị gửi giúp tôi mã hồ sơ trên giấy hẹn hoặc biên nhận, ví dụ H49.22-261105-0123. "
    "Nếu mất giấy hẹn, anh/chị đăng nhập Cổng Dịch vụ công quốc gia (" + PORTAL + "), mục “Dịch vụ công của tôi”, "
    "hoặc hỏi nơi đã nộp."
)
ASK_PROOF = (
    "Để xem chi tiết, anh/chị gửi 4 số cuối của số điện thoại hoặc số căn cước đã ghi khi nộp hồ sơ "
    "(hoặc mã PIN, nếu giấy hẹn có). Tôi chỉ dùng để đối chiếu và không lưu lại."
)
PROOF_AGAIN = "Vì an toàn, tôi không giữ số xác nhận. Anh/chị gửi lại giúp tôi 4 số cuối hoặc mã PIN."
PROOF_OF_WHICH = "Tôi chưa rõ số này của hồ sơ nào. Anh/chị gửi mã hồ sơ trên giấy hẹn giúp tôi."
NO_MATCH = (
    "Tôi không tìm thấy hồ sơ khớp với thông tin anh/chị đưa. "
    "Anh/chị kiểm tra lại mã hồ sơ và số xác nhận trên giấy hẹn giúp tôi."
)
"""One sentence for "no such dossier" and "not yours", so that nobody learns which codes exist."""
PAUSED = (
    "Anh/chị đã tra nhiều lần. Vì an toàn, phần tra cứu hồ sơ tạm nghỉ {minutes} phút. "
    "Cần gấp, anh/chị hỏi nơi nộp."
)
LOCKED = (
    "Đã có nhiều lần xác nhận không khớp. Vì an toàn, phần chi tiết của mã này tạm khóa {minutes} phút. "
    "Cần gấp, anh/chị hỏi nơi nộp hồ sơ."
)
DECLINED = "Dạ vâng. Khi cần, anh/chị gửi mã hồ sơ cho tôi."
TOO_MANY = "Mỗi lần tôi tra được 3 mã. Anh/chị gửi các mã còn lại ở tin sau giúp tôi."
NO_SYSTEM = (
    "Hiện tôi chưa được nối với hệ thống hồ sơ. Anh/chị tra tại mục “Tra cứu hồ sơ” trên "
    f"Cổng Dịch vụ công quốc gia ({PORTAL}), nhập mã hồ sơ trên giấy hẹn."
)
CONSENT_VERSION = "2026-11"
ASK_CONSENT = (
    "Tôi sẽ lưu mã hồ sơ {code} và cuộc trò chuyện này để báo khi hồ sơ thay đổi, tối đa {days} ngày. "
    "Tin báo không ghi tên hay chi tiết. Anh/chị nhắn “dừng báo” lúc nào cũng được. Anh/chị có đồng ý không?"
)
WATCHING = "Tôi sẽ báo khi hồ sơ {code} thay đổi, trong khoảng 7:30 đến 20:00. Muốn thôi, anh/chị nhắn “dừng báo”."
ALREADY_WATCHING = "Tôi đang theo dõi hồ sơ {code} cho anh/chị rồi. Muốn thôi, anh/chị nhắn “dừng báo”."
TOO_MANY_WATCHES = "Tôi theo dõi được nhiều nhất {number} hồ sơ. Anh/chị bỏ bớt một hồ sơ rồi đăng ký lại."
NOTHING_TO_WATCH = "Hồ sơ {code} đã kết thúc nên không còn gì để báo. Anh/chị cần xem chi tiết thì nhắn lại mã."
CANNOT_WATCH_HERE = "Kênh này không nhận được tin báo sau. Anh/chị dùng trang web, Telegram hoặc Zalo để đăng ký."
STOPPED = "Tôi đã thôi theo dõi hồ sơ {codes}. Anh/chị sẽ không nhận tin báo nữa."
NOT_WATCHING = "Hiện tôi không theo dõi hồ sơ nào cho anh/chị. Muốn đăng ký, anh/chị gửi mã hồ sơ."
WHICH_TO_STOP = "Anh/chị muốn thôi theo dõi hồ sơ nào?"
WATCHED = "Tôi đang theo dõi cho anh/chị:\n{list}\nMuốn thôi, anh/chị bấm nút hoặc nhắn “dừng báo”."
YES, NO = "Đồng ý", "Không cần"
MORE, WATCH, STOP, STOP_ALL = "Xem chi tiết", "Báo khi thay đổi", "Thôi theo dõi", "Thôi tất cả"

_PROBLEMS = {
    Problem.BAD_DATE: (
        "Phần ngày trong mã chưa đúng. Sáu số giữa là năm, tháng, ngày tiếp nhận, "
        "ví dụ 261105 là ngày 05/11/2026. Anh/chị xem lại giấy hẹn giúp tôi."
    ),
    Problem.INCOMPLETE: (
        "Mã hồ sơ này chưa đủ. Mã đầy đủ có dạng H49.22-261105-0123: mã đơn vị, ngày tiếp nhận, số thứ tự. "
        "Anh/chị chép lại cả mã trên giấy hẹn giúp tôi."
    ),
    Problem.UNCLEAR: "Tôi chưa đọc chắc mã này. Anh/chị chép lại đúng như trên giấy hẹn giúp tôi.",
    Problem.SOCIAL_INSURANCE: (
        "Mã này giống mã hồ sơ của bảo hiểm xã hội. Tôi không tra được; "
        "anh/chị tra trên Cổng Dịch vụ công Bảo hiểm xã hội Việt Nam hoặc ứng dụng VssID."
    ),
}


def problem(found: Problem) -> str:
    """Return what is said about something that is no code."""
    return _PROBLEMS[found]


def not_ours(code: DossierCode) -> str | None:
    """Return what is said about the code of another province or a ministry, None for one of ours."""
    if code.owner is Owner.OWN:
        return None
    if code.owner is Owner.OTHER_PROVINCE and (name := province_of(code.root)):
        whose = f"Mã {code} bắt đầu bằng {code.root}, là mã của {name}."
    elif code.owner is Owner.MINISTRY:
        whose = f"Mã {code} là mã của hệ thống bộ, ngành hoặc liên thông."
    else:
        whose = f"Mã {code} không phải mã của Quảng Ninh (H49)."
    return (
        f"{whose} Tôi chỉ tra được hồ sơ của Quảng Ninh. Anh/chị tra tại mục “Tra cứu hồ sơ” trên "
        f"Cổng Dịch vụ công quốc gia ({PORTAL})."
    )


def outage(hotline: str | None) -> str:
    """Return what is said while a system does not answer."""
    whom = f"gọi {hotline}" if hotline else "gọi số điện thoại ghi trên giấy hẹn"
    return (
        "Hệ thống một cửa đang không trả lời, nên tôi chưa xem được hồ sơ. "
        f"Anh/chị thử lại sau ít phút, xem trên Cổng Dịch vụ công quốc gia ({PORTAL}), hoặc {whom}."
    )
