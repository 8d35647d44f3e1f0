"""Errors of the web API: a status, a code for programs, a Vietnamese sentence for people.

The sentences never repeat what was sent.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from bot.channels.web_sessions import ExpiredSession, InvalidSession
from bot.conversations.inbox import TEXT_LIMIT, UnknownConversation

UNAVAILABLE_RETRY_SECONDS = 2
UNAVAILABLE_ERRORS = (SQLAlchemyError, OSError, TimeoutError)
"""What a database that is away, slow or just starting raises."""


class WebError(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        retry_after: float | None = None,
        allow: str | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = None if retry_after is None else max(1, math.ceil(retry_after))
        self.allow = allow
        super().__init__(code)

    def response(self) -> Response:
        """Return the HTTP response."""
        error: dict[str, str | int] = {"code": self.code, "message": self.message}
        headers = {"Cache-Control": "no-store"}
        if self.retry_after is not None:
            error["retry_after"] = self.retry_after
            headers["Retry-After"] = str(self.retry_after)
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if self.allow is not None:
            headers["Allow"] = self.allow
        return json_response({"error": error}, self.status, headers)


def json_response(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON response; times are UTC with seconds."""
    body = orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return Response(body, status, headers or {"Cache-Control": "no-store"}, media_type="application/json")


def bad_json() -> WebError:
    """The body is not JSON in UTF-8."""
    return WebError(400, "bad_request", "Nội dung gửi lên không phải JSON hợp lệ.")


def bad_number(name: str) -> WebError:
    """A parameter in the address is not a number in its range."""
    return WebError(400, "bad_request", f"Tham số “{name}” phải là số nguyên không âm trong giới hạn cho phép.")


def bad_content() -> WebError:
    """The body is JSON, but not what this call takes."""
    return WebError(422, "bad_request", "Nội dung gửi lên thiếu trường bắt buộc hoặc có trường sai kiểu.")


def empty_text() -> WebError:
    """Nothing readable was written."""
    return WebError(422, "empty_text", "Anh/chị chưa nhập nội dung. Vui lòng gõ câu hỏi rồi gửi lại.")


def text_too_long() -> WebError:
    """The message has more characters than are read."""
    limit = f"{TEXT_LIMIT:,}".replace(",", ".")
    return WebError(
        413,
        "too_large",
        f"Tin nhắn dài quá {limit} ký tự. Anh/chị vui lòng rút gọn hoặc chia thành nhiều tin.",
    )


def body_too_large(kilobytes: int) -> WebError:
    """The body is larger than any message."""
    return WebError(413, "too_large", f"Nội dung gửi lên lớn quá {kilobytes} kB.")


def wrong_type() -> WebError:
    """The body is not declared as JSON."""
    return WebError(415, "type_not_allowed", "Chỉ nhận nội dung kiểu application/json.")


def too_fast(wait: float) -> WebError:
    """A rate limit is reached."""
    seconds = max(1, math.ceil(wait))
    return WebError(429, "rate_limited", f"Anh/chị gửi hơi nhanh, vui lòng đợi {seconds} giây.", wait)


def too_many_streams() -> WebError:
    """A session has as many open streams as it may."""
    return WebError(429, "rate_limited", "Hội thoại đang mở ở quá nhiều thẻ trình duyệt.", 5)


def origin_not_allowed() -> WebError:
    """The page that calls is on no list."""
    return WebError(403, "origin_not_allowed", "Trang web này không được phép dùng trợ lý.")


def unknown_position() -> WebError:
    """The reader claims to have read what was never written."""
    return WebError(409, "unknown_position", "Vị trí đọc không khớp với hội thoại. Vui lòng tải lại từ đầu.")


def session_invalid() -> WebError:
    """No token, or one that is not ours."""
    return WebError(401, "session_invalid", "Phiên trò chuyện không hợp lệ. Vui lòng bắt đầu lại.")


def session_unknown() -> WebError:
    """The conversation was erased."""
    return WebError(401, "session_unknown", "Hội thoại không còn nữa. Vui lòng bắt đầu hội thoại mới.")


def _expired() -> WebError:
    return WebError(401, "session_expired", "Phiên trò chuyện đã hết hạn. Vui lòng gia hạn phiên.")


def unavailable() -> WebError:
    """The database is away; nothing was accepted."""
    return WebError(
        503,
        "unavailable",
        "Hệ thống đang bận, tin nhắn chưa được nhận. Vui lòng gửi lại sau ít giây.",
        UNAVAILABLE_RETRY_SECONDS,
    )


def not_found() -> WebError:
    """There is no such address."""
    return WebError(404, "not_found", "Không có địa chỉ này.")


def internal() -> WebError:
    """A fault of ours."""
    return WebError(500, "internal", "Hệ thống gặp lỗi. Vui lòng thử lại sau ít phút.")


_ANSWERS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[], WebError]], ...] = (
    (InvalidSession, session_invalid),
    (ExpiredSession, _expired),
    (UnknownConversation, session_unknown),
    (UNAVAILABLE_ERRORS, unavailable),
)


def answer_to(error: Exception) -> WebError:
    """Return the answer to an exception; for one that nobody foresaw, `internal`."""
    if isinstance(error, WebError):
        return error
    return next((answer() for kinds, answer in _ANSWERS if isinstance(error, kinds)), internal())
