"""The official statuses of a dossier."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Status(IntEnum):
    """Statuses 1 to 10 of the national portal; 0 is ours for what cannot be read."""

    UNKNOWN = 0
    REGISTERED = 1
    ACCEPTED = 2
    REFUSED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    PAYMENT = 6
    WITHDRAWN = 7
    STOPPED = 8
    READY = 9
    RETURNED = 10

    @property
    def is_final(self) -> bool:
        """Whether nothing changes any more."""
        return self in _FINAL

    @property
    def runs(self) -> bool:
        """Whether the time limit runs, so that the dossier may be overdue."""
        return self in {Status.ACCEPTED, Status.PROCESSING}

    @property
    def group(self) -> Group:
        """What may be said without proof."""
        return _GROUPS[self]

    @property
    def official_name(self) -> str:
        """The name on the national portal."""
        return _NAMES[self]


class Group(StrEnum):
    """Groups of statuses, told to anybody who knows the code."""

    UNKNOWN = "chưa đọc được tình trạng"
    WAITING = "đang chờ tiếp nhận"
    IN_WORK = "đang được giải quyết"
    CITIZEN_ACTS = "đang chờ người nộp làm thêm một việc"
    READY = "đã có kết quả"
    ENDED = "đã kết thúc"


_FINAL = {Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.RETURNED}
_GROUPS = {
    Status.UNKNOWN: Group.UNKNOWN,
    Status.REGISTERED: Group.WAITING,
    Status.ACCEPTED: Group.IN_WORK,
    Status.PROCESSING: Group.IN_WORK,
    Status.SUPPLEMENT: Group.CITIZEN_ACTS,
    Status.PAYMENT: Group.CITIZEN_ACTS,
    Status.READY: Group.READY,
    **dict.fromkeys(_FINAL, Group.ENDED),
}
_NAMES = {
    Status.UNKNOWN: "Chưa xác định",
    Status.REGISTERED: "Mới đăng ký",
    Status.ACCEPTED: "Được tiếp nhận",
    Status.REFUSED: "Không được tiếp nhận",
    Status.PROCESSING: "Đang xử lý",
    Status.SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
    Status.PAYMENT: "Yêu cầu thực hiện nghĩa vụ tài chính",
    Status.WITHDRAWN: "Công dân yêu cầu rút hồ sơ",
    Status.STOPPED: "Dừng xử lý",
    Status.READY: "Đã xử lý xong",
    Status.RETURNED: "Đã trả kết quả",
}
