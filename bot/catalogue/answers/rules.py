"""Who may file, until when, whether somebody else may, what one receives, on which law it rests."""

from __future__ import annotations

from bot.catalogue.answers.phrases import UNSURE, bullets, case_title, sentence
from bot.catalogue.answers.subject import Subject
from bot.catalogue.facts import Certainty, Deadline, LegalBasis
from bot.catalogue.text import UNITS, day

STARTS = ("kể từ ", "tính ", "ngay ", "trước ", "sau ", "khi ")
CONDITIONS_UNKNOWN = (
    "Điều kiện riêng của thủ tục này chưa được ghi trong danh mục của tôi. "
    "Anh/chị hỏi nơi nhận hồ sơ để chắc chắn trường hợp của mình được giải quyết."
)
DEADLINE_UNKNOWN = (
    "Danh mục của tôi không ghi hạn bắt buộc phải làm thủ tục này. "
    "Nếu anh/chị lo bị trễ, hãy hỏi nơi nhận hồ sơ trước."
)
AUTHORIZATION_UNKNOWN = (
    "Danh mục của tôi chưa ghi rõ có được nhờ người khác nộp thay hay không. "
    "Anh/chị hỏi nơi nhận hồ sơ trước khi nhờ người đi thay."
)
RESULT_UNKNOWN = "Danh mục của tôi chưa ghi kết quả cụ thể của thủ tục này."
LEGAL_UNKNOWN = "Danh mục của tôi chưa ghi căn cứ pháp lý đã xác nhận của thủ tục này."


def condition_text(subject: Subject) -> str | None:
    """Return who may file and under which conditions."""
    procedure = subject.procedure
    lines = [sentence(line) for line in (*procedure.who, *procedure.conditions)]
    if procedure.cases and subject.case is None:
        lines += [f"Trường hợp: {sentence(case_title(case))}" for case in procedure.cases]
    return bullets(lines) if lines else None


def deadline_text(subject: Subject) -> str | None:
    """Return the citizen's duties with their terms."""
    rows = subject.procedure.deadlines
    return bullets(_deadline(row) for row in rows) if rows else None


def _deadline(row: Deadline) -> str:
    text = row.duty
    if row.amount and row.unit:
        term = f"{row.amount} {UNITS.get(row.unit, '')}".strip()
        if term not in text and f"{row.amount:02d} " not in text:
            text += f" trong vòng {term}"
    if row.counted_from and row.counted_from not in text:
        start = row.counted_from.removeprefix("từ ")
        text += f", {start}" if start.startswith(STARTS) else f", tính từ {start}"
    if row.certainty is Certainty.LOW:
        text += f" {UNSURE}"
    return sentence(text) + (f" {sentence(row.if_late)}" if row.if_late else "")


def authorization_text(subject: Subject) -> str | None:
    """Return whether somebody else may file."""
    rule = subject.procedure.authorization
    if rule is None:
        return None
    unsure = f" {sentence(UNSURE)}" if rule.certainty is Certainty.LOW else ""
    return sentence(rule.text) + unsure


def result_text(subject: Subject) -> str | None:
    """Return what the citizen receives, with its validity."""
    lines = []
    for result in subject.procedure.results:
        text = sentence(result.name)
        if result.validity:
            text += f" Giá trị: {sentence(result.validity)}"
        if result.note:
            text += f" {sentence(result.note)}"
        lines.append(text)
    return bullets(lines) if lines else None


def legal_text(subject: Subject) -> str | None:
    """Return the legal bases."""
    rows = subject.procedure.legal
    return bullets(_legal(row) for row in rows) if rows else None


def _legal(row: LegalBasis) -> str:
    text = row.number
    if row.issued:
        text += f" ngày {day(row.issued)}"
    if row.title:
        text += f" – {row.title}"
    if row.articles:
        text += f" ({row.articles})"
    return text
