"""How long it takes."""

from __future__ import annotations

from bot.catalogue.answers.by_case import by_case_text
from bot.catalogue.answers.phrases import UNSURE, bullets, by_channels, condition, sentence
from bot.catalogue.answers.subject import Subject
from bot.catalogue.facts import Certainty, Time
from bot.catalogue.text import duration

UNKNOWN = (
    "Thời hạn giải quyết của thủ tục này chưa được xác nhận trong danh mục của tôi. "
    "Ngày hẹn trả được ghi trên giấy tiếp nhận hồ sơ."
)


def time_text(subject: Subject) -> str | None:
    """Return the times valid on the day, by case where cases differ; None when nothing is known."""
    return by_case_text(subject, "times", _rows, UNKNOWN)


def short_time(subject: Subject) -> str | None:
    """Return the time in a few words for an overview, or None when it is unknown or differs."""
    if subject.differs_by_case("times"):
        return None
    usual = [row for row in subject.times() if row.condition is None]
    return duration(usual[0]) if usual else None


def _rows(times: tuple[Time, ...]) -> str:
    return bullets(_line(time) for time in times)


def _line(time: Time) -> str:
    text = duration(time)
    if time.channels:
        text += f" khi {by_channels(time.channels)}"
    if time.condition:
        text += f" {condition(time.condition)}"
    if time.certainty is Certainty.LOW:
        text += f" {UNSURE}"
    if time.note:
        return f"{sentence(text)} {sentence(time.note)}"
    return sentence(text)
