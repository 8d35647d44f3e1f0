"""What a citizen does next, in one line at the end of an answer."""

from __future__ import annotations

from bot.catalogue.answers.place import short_place
from bot.catalogue.answers.subject import Subject
from bot.catalogue.model import Aspect

GET_THE_FORM = "Anh/chị tải mẫu ở trang nguồn hoặc lấy tại nơi nộp."
DATE_ON_RECEIPT = "Ngày hẹn trả ghi trên giấy tiếp nhận hồ sơ."
ASK_ON = "Anh/chị hỏi tiếp được: giấy tờ cần có, nơi nộp."
ASKS_ON = frozenset({Aspect.FEE, Aspect.CONDITIONS, Aspect.DEADLINE, Aspect.AUTHORIZATION, Aspect.RESULT})


def next_step(subject: Subject, aspect: Aspect) -> str | None:
    """Return the line, or None where the answer says it itself."""
    if aspect is Aspect.DOCUMENTS:
        return f"Đủ giấy tờ thì nộp tại: {short_place(subject)}."
    if aspect is Aspect.FORM:
        return GET_THE_FORM
    if aspect is Aspect.DURATION:
        return DATE_ON_RECEIPT
    return ASK_ON if aspect in ASKS_ON else None
