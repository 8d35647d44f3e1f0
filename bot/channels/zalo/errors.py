"""What Zalo's error codes mean for us (developers.zalo.me, phụ lục "mã lỗi"); failures come with HTTP 200."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What to do about an error."""

    REFRESH = "refresh"
    """The access token: renew it once, repeat once."""
    LATER = "later"
    """Busy: the message was not taken, repeat after a pause."""
    SET_UP = "set_up"
    """A person must act in Zalo's console; messages wait."""
    PERSON = "person"
    """This person cannot be written to: give up what waits for them."""
    WINDOW = "window"
    """This person cannot be written to now: give up this message."""
    PAYLOAD = "payload"
    """The message is at fault: give it up."""
    UNKNOWN = "unknown"
    """Not in the table: repeat a few times, then give up."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An action and a sentence for the operator."""

    action: Action
    sentence: str = ""


NO_PACKAGE = -224
"""Also the answer to buttons that the package of the OA does not allow."""
_SET_UP = {
    -204: "OA không còn tồn tại",
    -205: "OA không còn tồn tại",
    -209: "ứng dụng chưa bật “Đang hoạt động”",
    -212: "ứng dụng chưa đăng ký “Official Account API”",
    -219: "ứng dụng đã bị khoá",
    -221: "OA chưa xác thực",
    -223: "OA chưa cấp quyền cho ứng dụng",
    NO_PACKAGE: "gói dịch vụ OA không cho dùng tính năng này",
    -235: "loại OA này không gửi được",
    -240: "API này đã đóng",
    -242: "appsecret_proof sai",
    -320: "chưa nối Zalo Cloud Account",
    -321: "tài khoản Zalo Cloud hết tiền",
}
_TABLE: dict[int, Verdict] = {
    **{code: Verdict(Action.REFRESH) for code in (-216, -220, -124)},
    **{code: Verdict(Action.LATER) for code in (-32, -200, -211)},
    **{code: Verdict(Action.SET_UP, sentence) for code, sentence in _SET_UP.items()},
    **{code: Verdict(Action.PERSON) for code in (-213, -217, -227)},
    **{code: Verdict(Action.WINDOW) for code in (-218, -230, -232, -234, -244)},
    **{code: Verdict(Action.PAYLOAD) for code in (-201, -210, -214, -233, -248, -249, -100)},
}


class ZaloError(RuntimeError):
    """Zalo answered with an error code; the message quotes nothing of the request."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"Zalo error {code}")


def judge(code: int) -> Verdict:
    """Return what to do about a code."""
    return _TABLE.get(code, Verdict(Action.UNKNOWN))
