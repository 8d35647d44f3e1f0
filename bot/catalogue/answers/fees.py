"""How much it costs."""

from __future__ import annotations

from collections.abc import Iterator

from bot.catalogue.answers.by_case import by_case_text
from bot.catalogue.answers.phrases import UNSURE, bullets, by_channels, joined, sentence
from bot.catalogue.answers.subject import Subject
from bot.catalogue.facts import Certainty, Fee, FeeSetter
from bot.catalogue.text import day, money

UNKNOWN = (
    "Mức thu của thủ tục này chưa được xác nhận trong danh mục của tôi. "
    "Anh/chị hỏi nơi nộp hồ sơ hoặc xem trang nguồn trước khi nộp tiền."
)


def fee_text(subject: Subject) -> str | None:
    """Return the fee rows valid on the day, by case where cases differ; None when nothing is known."""
    text = by_case_text(subject, "fees", _rows, UNKNOWN)
    sources = dict.fromkeys(fee.source for fee in _shown(subject) if fee.source)
    return f"{text}\nCăn cứ mức thu: {joined(sources)}." if text and sources else text


def _shown(subject: Subject) -> Iterator[Fee]:
    yield from subject.fees()
    if subject.case is None:
        for case in subject.cases_with("fees"):
            yield from subject.fees(case)


def _rows(fees: tuple[Fee, ...]) -> str:
    lines = [_line(fee) for fee in fees]
    text = bullets(dict.fromkeys(lines))
    exempt = dict.fromkeys(group for fee in fees for group in fee.exempt)
    if exempt:
        text += f"\nĐược miễn hoặc giảm: {joined(exempt)}."
    return text


def _line(fee: Fee) -> str:
    text = _amount(fee)
    if fee.channels:
        text += f" khi {by_channels(fee.channels)}"
    if fee.condition:
        text += f" ({fee.condition})"
    if fee.valid_to:
        text += f", áp dụng đến hết {day(fee.valid_to)}"
    if fee.certainty is Certainty.LOW:
        text += f" {UNSURE}"
    if fee.note:
        return f"{sentence(text)} {sentence(fee.note)}"
    return sentence(text)


def _amount(fee: Fee) -> str:
    name = fee.name
    if fee.amount == 0:
        return f"{name}: không thu"
    if fee.amount is not None:
        return f"{name}: {money(fee.amount)}" + (f"/{fee.per}" if fee.per else "")
    if fee.set_by is FeeSetter.PROVINCIAL_COUNCIL:
        return f"{name}: do Hội đồng nhân dân quy định, tôi chưa có mức thu được xác nhận của Quảng Ninh"
    return f"{name}: chưa có mức thu được xác nhận"
