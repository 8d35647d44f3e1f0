"""How facts of the catalogue are worded on pages; registered as filters of the templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from bot.catalogue.facts import (
    AuthorizationRule,
    Certainty,
    Channel,
    CopyKind,
    Deadline,
    Document,
    DocumentMode,
    Fee,
    FeeSetter,
    Period,
    Time,
    Unit,
)
from bot.catalogue.model import Relation
from bot.catalogue.text import UNITS, duration, money
from bot.clock import today_in_vietnam

CHANNELS = {
    Channel.DIRECT: "Nộp trực tiếp",
    Channel.ONLINE: "Nộp trực tuyến",
    Channel.POST: "Gửi qua bưu chính",
}
RELATIONS = {
    Relation.BEFORE: "Làm trước",
    Relation.AFTER: "Làm sau",
    Relation.INSTEAD: "Dùng thay",
    Relation.BUNDLE: "Làm cùng lúc",
    Relation.CONFUSED_WITH: "Hay nhầm với",
}
COPIES = {
    CopyKind.PLAIN_WITH_ORIGINAL: "bản sao, kèm bản chính để đối chiếu",
    CopyKind.CERTIFIED: "bản sao chứng thực",
    CopyKind.ANY: "bản sao",
}
RULES = {
    AuthorizationRule.ALLOWED: "Được nhờ người khác nộp thay",
    AuthorizationRule.LIMITED: "Chỉ nhờ được trong một số trường hợp",
    AuthorizationRule.NOT_ALLOWED: "Không nhờ người khác làm thay được",
}
NOT_CONFIRMED = "chưa được xác nhận, anh/chị hỏi lại khi nộp"

Dated = TypeVar("Dated", bound=Period)


def holding(facts: Iterable[Dated]) -> list[Dated]:
    """Return the facts that are valid today in Việt Nam."""
    today = today_in_vietnam()
    return [fact for fact in facts if fact.holds_on(today)]


def channel_names(channels: Sequence[Channel]) -> str:
    """Return ways to hand in, as `Nộp trực tiếp, nộp trực tuyến`."""
    text = ", ".join(CHANNELS[channel].lower() for channel in channels)
    return text[:1].upper() + text[1:]


def fee_amount(fee: Fee) -> str:
    """Return the amount, or that it is not confirmed and who sets it."""
    if fee.amount is None:
        if fee.set_by is FeeSetter.PROVINCIAL_COUNCIL:
            return f"Do Hội đồng nhân dân quy định; mức {NOT_CONFIRMED}"
        return f"Mức {NOT_CONFIRMED}"
    text = "Không thu" if fee.amount == 0 else money(fee.amount)
    if fee.amount and fee.per:
        text += f" / {fee.per}"
    return f"{text} ({NOT_CONFIRMED})" if fee.certainty is Certainty.LOW else text


def time_amount(time: Time) -> str:
    """Return a processing time, capitalised."""
    text = duration(time)
    return text[:1].upper() + text[1:]


def document_count(document: Document) -> str:
    """Return what is handed in of a paper: `1 bản chính, 1 bản sao chứng thực`."""
    if document.mode is DocumentMode.SHOW:
        return "chỉ xuất trình"
    if document.mode is DocumentMode.E_FORM:
        return "điền trên mạng"
    parts = []
    if document.originals:
        parts.append(f"{document.originals} bản chính")
    if document.copies or document.copy_kind:
        parts.append(f"{document.copies or 1} {COPIES[document.copy_kind or CopyKind.ANY]}")
    return ", ".join(parts)


def deadline_amount(deadline: Deadline) -> str:
    """Return a term for the citizen: `60 ngày kể từ ngày sinh`; empty when there is no number."""
    if deadline.unit is None:
        return ""
    if deadline.unit is Unit.SAME_DAY:
        text = "trong ngày"
    elif deadline.amount is None:
        return ""
    else:
        text = f"{deadline.amount} {UNITS[deadline.unit]}"
    return f"{text} kể từ {deadline.counted_from}" if deadline.counted_from else text


def sentence(text: str) -> str:
    """Return a phrase with a capital and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!", "…")) else text + "."


def host(url: str) -> str:
    """Return the host of an address, to be shown beside a link."""
    return urlsplit(url).hostname or ""
