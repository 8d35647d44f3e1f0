"""What can stand in the way of a console request; each is one page and one status."""

from __future__ import annotations


class ConsoleProblem(Exception):
    """The message is shown to the member of staff."""

    status = 400

    def __init__(self, message: str = "Yêu cầu không hợp lệ.") -> None:
        super().__init__(message)


class NotSignedIn(ConsoleProblem):
    """There is no session, or it is over."""

    status = 401


class Forbidden(ConsoleProblem):
    """The role may not do this."""

    status = 403

    def __init__(self, message: str = "Vai trò của anh/chị không được làm việc này.") -> None:
        super().__init__(message)


class NotFound(ConsoleProblem):
    """It is not there, or not any more."""

    status = 404

    def __init__(self, message: str = "Không tìm thấy. Có thể việc này đã được xử lý.") -> None:
        super().__init__(message)


class Refused(ConsoleProblem):
    """Understood, and not done; the message says why."""

    status = 422


class TooMany(ConsoleProblem):
    """Too many attempts from one address."""

    status = 429

    def __init__(self) -> None:
        super().__init__("Thử quá nhiều lần. Hãy chờ ít phút rồi thử lại.")
