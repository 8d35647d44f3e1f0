"""What the desk speaks of: handoffs, officers, reasons, results, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from bot.clock import aware
from bot.conversations.messages import ConversationId


class Status(StrEnum):
    """Where a handoff is."""

    ASKED = "asked"
    """The citizen has been asked for consent."""
    WAITING = "waiting"
    HUMAN = "human"
    ENDED = "ended"


class Reason(StrEnum):
    """Who or what brought a person in."""

    CITIZEN = "citizen"
    FAILED_TURNS = "failed_turns"
    ANSWER = "answer"
    CONSOLE = "console"
    """An officer wrote in the platform's own console."""
    OFFICER = "officer"
    """An officer opened the conversation again, or answers a contact request."""


class End(StrEnum):
    """Why a handoff ended."""

    DONE = "done"
    """An officer finished it."""
    CITIZEN_ENDED = "citizen_ended"
    CITIZEN_CANCELLED = "citizen_cancelled"
    DECLINED = "declined"
    NO_CONSENT = "no_consent"
    TIMEOUT_WAIT = "timeout_wait"
    TIMEOUT_CLOSED = "timeout_closed"
    """The office closed before anybody came."""
    TIMEOUT_IDLE = "timeout_idle"
    WINDOW_CLOSED = "window_closed"
    """The platform no longer lets us write."""
    HANDED_BACK = "handed_back"
    """An officer gave the conversation back in the platform's own console."""
    UNREACHABLE = "unreachable"
    """The citizen blocked us."""
    ERASED = "erased"


class Result(StrEnum):
    """What an officer says of a handoff at its end."""

    ANSWERED = "da_tra_loi"
    PASSED_ON = "da_chuyen"
    POSTPONED = "hen_lai"
    NO_CONTACT = "khong_lien_lac"
    NUISANCE = "lam_phien"
    OTHER = "khac"


RESULT_WORDS: Mapping[Result, str] = {
    Result.ANSWERED: "Đã trả lời",
    Result.PASSED_ON: "Đã chuyển cơ quan khác",
    Result.POSTPONED: "Hẹn trả lời sau",
    Result.NO_CONTACT: "Không liên lạc được",
    Result.NUISANCE: "Làm phiền",
    Result.OTHER: "Khác",
}
END_WORDS: Mapping[End, str] = {
    End.DONE: "Cán bộ kết thúc",
    End.CITIZEN_ENDED: "Người dân kết thúc",
    End.CITIZEN_CANCELLED: "Người dân huỷ",
    End.DECLINED: "Người dân không đồng ý chuyển",
    End.NO_CONSENT: "Người dân không trả lời",
    End.TIMEOUT_WAIT: "Hết thời gian chờ",
    End.TIMEOUT_CLOSED: "Hết giờ làm việc",
    End.TIMEOUT_IDLE: "Người dân im lặng",
    End.WINDOW_CLOSED: "Hết hạn nhắn tin của Zalo",
    End.HANDED_BACK: "Trả lại trợ lý trên Zalo",
    End.UNREACHABLE: "Người dân đã chặn",
    End.ERASED: "Người dân xoá dữ liệu",
}
REASON_WORDS: Mapping[Reason, str] = {
    Reason.CITIZEN: "người dân yêu cầu",
    Reason.FAILED_TURNS: "trợ lý không hiểu hai lần",
    Reason.ANSWER: "trợ lý đề nghị",
    Reason.CONSOLE: "cán bộ trả lời trên Zalo",
    Reason.OFFICER: "cán bộ liên hệ lại",
}


class Why(StrEnum):
    """Why the desk refuses an act; for programs, beside the sentence for people."""

    UNKNOWN = "unknown"
    """No such handoff, officer, department…"""
    NOT_LISTED = "not_listed"
    TAKEN = "taken"
    ENDED = "ended"
    NOT_YOURS = "not_yours"
    NOT_CLAIMED = "not_claimed"
    NOT_RESPONSIBLE = "not_responsible"
    EMPTY = "empty"
    CONFIRM = "confirm"
    """The text should be looked at once more; repeat with `confirmed=True`."""
    UNREACHABLE = "unreachable"
    WINDOW = "window"
    """The platform no longer takes answers."""
    TALKS_ALREADY = "talks_already"


class Refused(Exception):
    """The desk does not do it; `sentence` is shown to the officer as it is."""

    def __init__(self, why: Why, sentence: str) -> None:
        self.why = why
        self.sentence = sentence
        super().__init__(f"{why}: {sentence}")


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who may talk with citizens."""

    id: int
    name: str
    display_role: str
    """What citizens see."""
    staff_id: int | None
    telegram_user: int | None
    zalo_admin: str | None
    departments: tuple[str, ...]
    """Ids; none is all."""
    units: tuple[str, ...]
    is_supervisor: bool
    duty_until: datetime | None
    disabled_at: datetime | None

    def is_responsible(self, department: str, unit: str | None) -> bool:
        """Say whether a handoff is theirs by field of work and by commune."""
        if self.departments and department not in self.departments:
            return False
        return not self.units or unit is None or unit in self.units


@dataclass(frozen=True, slots=True)
class Handoff:
    """One conversation with a person, from the question for consent to the end."""

    id: int
    conversation_id: ConversationId | None
    """None once the conversation is erased."""
    channel: str
    status: Status
    reason: Reason
    summary: str | None
    procedure: str | None
    dossier: str | None
    field: str | None
    department: str
    unit: str | None
    priority: int
    preferred_officer_id: int | None
    officer_id: int | None
    from_seq: int
    """Lines above this number came after the request."""
    to_seq: int | None
    """The last number when it ended."""
    asked_at: datetime
    consent_at: datetime | None
    requested_at: datetime | None
    claimed_at: datetime | None
    first_answer_at: datetime | None
    last_citizen_at: datetime | None
    last_officer_at: datetime | None
    ended_at: datetime | None
    end_reason: End | None
    result_code: Result | None
    rating: int | None
    rating_text: str | None
    rated_at: datetime | None
    topic_chat: str | None
    topic_id: str | None
    card_id: str | None

    @property
    def number(self) -> str:
        """What people call it: HT-000123."""
        return handoff_number(self.id)

    @property
    def end_words(self) -> str:
        """Why it ended, within a sentence."""
        return END_WORDS[self.end_reason].lower() if self.end_reason else "đã xong"


def handoff_number(handoff_id: int) -> str:
    """Return the number of a handoff as people write it."""
    return f"HT-{handoff_id:06d}"


def request_number(request_id: int) -> str:
    """Return the number of a contact request as people write it."""
    return f"LH-{request_id:06d}"


def handoff_of(row: Row[Any]) -> Handoff:
    """Return a row of `handoffs`."""
    return Handoff(
        id=row.id,
        conversation_id=ConversationId(row.conversation_id) if row.conversation_id else None,
        channel=row.channel,
        status=Status(row.status),
        reason=Reason(row.reason),
        summary=row.summary,
        procedure=row.procedure,
        dossier=row.dossier,
        field=row.field,
        department=row.department,
        unit=row.unit,
        priority=row.priority,
        preferred_officer_id=row.preferred_officer_id,
        officer_id=row.officer_id,
        from_seq=row.from_seq,
        to_seq=row.to_seq,
        asked_at=aware(row.asked_at),
        consent_at=_moment(row.consent_at),
        requested_at=_moment(row.requested_at),
        claimed_at=_moment(row.claimed_at),
        first_answer_at=_moment(row.first_answer_at),
        last_citizen_at=_moment(row.last_citizen_at),
        last_officer_at=_moment(row.last_officer_at),
        ended_at=_moment(row.ended_at),
        end_reason=End(row.end_reason) if row.end_reason else None,
        result_code=Result(row.result_code) if row.result_code else None,
        rating=row.rating,
        rating_text=row.rating_text,
        rated_at=_moment(row.rated_at),
        topic_chat=row.topic_chat,
        topic_id=row.topic_id,
        card_id=row.card_id,
    )


def officer_of(row: Row[Any]) -> Officer:
    """Return a row of `officers`."""
    return Officer(
        id=row.id,
        name=row.name,
        display_role=row.display_role,
        staff_id=row.staff_id,
        telegram_user=row.telegram_user,
        zalo_admin=row.zalo_admin,
        departments=tuple(row.departments),
        units=tuple(row.units),
        is_supervisor=bool(row.is_supervisor),
        duty_until=_moment(row.duty_until),
        disabled_at=_moment(row.disabled_at),
    )


def _moment(value: datetime | None) -> datetime | None:
    return None if value is None else aware(value)
