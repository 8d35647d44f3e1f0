"""Figures of the desk, counted on both kinds of databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from desk_support import DeskOffice, at
from sqlalchemy import insert

from bot.handoff.figures import middle, ninetieth, report
from bot.handoff.model import End
from bot.storage.handoff_tables import contact_requests, handoffs

DAY = "2026-11-25 09:00"


def handoff(begin: datetime, **columns: Any) -> dict[str, Any]:
    return {
        "channel": "web", "status": "ended", "reason": "citizen", "department": "mot-cua", "asked_at": begin,
        "ended_at": begin + timedelta(minutes=30), "end_reason": "done", "consent_at": None, "requested_at": None,
        "claimed_at": None, "first_answer_at": None, "rating": None, "officer_id": None, **columns,
    }  # fmt: skip


def talked(begin: datetime, wait: int, answer: int, **columns: Any) -> dict[str, Any]:
    claimed = begin + timedelta(seconds=wait)
    return handoff(
        begin, consent_at=begin, requested_at=begin, claimed_at=claimed,
        first_answer_at=begin + timedelta(seconds=answer), ended_at=claimed + timedelta(minutes=5), **columns,
    )  # fmt: skip


def test_middle_and_ninetieth() -> None:
    assert middle([]) is None
    assert ninetieth([]) is None
    assert middle([3.0, 1.0, 2.0]) == 2.0
    assert ninetieth([float(number) for number in range(1, 11)]) == 9.0
    assert ninetieth([5.0]) == 5.0


async def test_a_report_counts_by_day_department_and_officer(at_desk: DeskOffice) -> None:
    lan = await at_desk.officer("Lan")
    first, second = at(DAY), at(DAY) + timedelta(days=1)
    rows = [
        talked(first, 60, 90, rating=5, officer_id=lan.id),
        talked(first, 120, 200, rating=2, officer_id=lan.id, department="tu-phap"),
        handoff(first, end_reason="declined"),
        handoff(second, consent_at=second, requested_at=second, end_reason="timeout_wait"),
        handoff(second, reason="officer", requested_at=second, claimed_at=second, officer_id=lan.id),
        handoff(second, status="asked", ended_at=None, end_reason=None),
        handoff(second + timedelta(days=1), end_reason="declined"),
    ]
    left = {
        "state": "answered",
        "department": "mot-cua",
        "created_at": first,
        "done_at": first + timedelta(hours=2),
    }
    conversation = await at_desk.conversation()
    async with at_desk.office.database.write() as connection:
        await connection.execute(insert(handoffs), rows)
        for state in ("answered", "cancelled"):
            await connection.execute(
                insert(contact_requests).values(left | {"state": state, "conversation_id": conversation})
            )
    found = await report(at_desk.office.database, first.replace(hour=0), second.replace(hour=17))
    whole = found.whole
    assert (whole.asked, whole.agreed, whole.claimed, whole.by_officers) == (4, 3, 2, 1)
    assert (whole.consent, whole.claimed_share) == (3 / 4, 2 / 3)
    assert (whole.wait, whole.wait_90, whole.first_reply) == (90.0, 120.0, 145.0)
    assert whole.rating == 3.5
    assert whole.ended[End.DONE] == 3
    assert (whole.left, whole.left_done, whole.left_time) == (1, 1, 7200.0)
    assert [(f"{day:%d/%m}", figures.asked) for day, figures in found.by_day] == [("26/11", 1), ("25/11", 3)]
    assert [(name, figures.asked) for name, figures in found.by_department] == [("mot-cua", 3), ("tu-phap", 1)]
    assert [(name, figures.claimed, figures.by_officers) for name, figures in found.by_officer] == [("Lan", 2, 1)]
    one = await report(at_desk.office.database, first.replace(hour=0), second, "tu-phap")
    assert (one.whole.asked, one.whole.left) == (1, 0)
