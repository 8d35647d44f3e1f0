"""Where to hand in, and how."""

from __future__ import annotations

from bot.catalogue.answers.phrases import bullets, by_channels, joined, sentence
from bot.catalogue.answers.subject import Subject
from bot.catalogue.facts import Channel

PORTAL = "https://dichvucong.gov.vn"


def where_text(subject: Subject) -> str:
    """Return who decides, where to hand in, and who did it before 01/07/2025."""
    agency = subject.procedure.agency
    lines = [f"Cơ quan giải quyết: {sentence(agency.decides)}"]
    if agency.receives:
        lines.append("Nơi nộp:\n" + bullets(sentence(place) for place in agency.receives))
    if agency.former:
        lines.append(f"Trước đây: {sentence(agency.former)} Nay nộp tại nơi ghi ở trên.")
    if agency.note:
        lines.append(sentence(agency.note))
    return "\n".join(lines)


def how_text(subject: Subject) -> str | None:
    """Return the steps and the ways to hand in; None when neither is known."""
    procedure = subject.procedure
    parts: list[str] = []
    if procedure.channels:
        parts.append(_ways(subject))
    if procedure.steps:
        steps = (f"{number}. {sentence(step)}" for number, step in enumerate(procedure.steps, 1))
        parts.append("Các bước:\n" + "\n".join(steps))
    return "\n".join(parts) or None


def _ways(subject: Subject) -> str:
    """Return the ways to hand in; online with the portal that the entry names."""
    procedure = subject.procedure
    if Channel.ONLINE not in procedure.channels:
        ways = by_channels(procedure.channels)
        return f"Hồ sơ {ways}; danh mục của tôi không ghi cách nộp trực tuyến."
    portals = [place for place in procedure.agency.receives if "cổng " in place.lower()]
    where = sentence(portals[0]) if portals else f"Cổng Dịch vụ công quốc gia ({PORTAL})."
    text = f"Làm trực tuyến được: {where} Đăng nhập bằng VNeID."
    others = [channel for channel in procedure.channels if channel is not Channel.ONLINE]
    return f"{text} Cũng có thể {by_channels(others)}." if others else text


def short_place(subject: Subject) -> str:
    """Return where to hand in, in one line."""
    agency = subject.procedure.agency
    places = [place.rstrip(".") for place in agency.receives[:2]]
    if any(mark in place for place in places for mark in (":", ";", "nếu ")):
        places = places[:1]
    if any(" hoặc " in place for place in places):
        return "; ".join(places)
    return joined(places, " hoặc ") if places else agency.decides
