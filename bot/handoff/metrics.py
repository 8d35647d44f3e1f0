"""Figures of the desk for `/metrics`; the pages of the console count rows instead.

They are counted while an act is carried out: an act that has to be repeated because somebody was faster may
count twice, which is rare and harmless here.
"""

from __future__ import annotations

from datetime import datetime

from prometheus_client import Counter, Histogram

from bot.handoff.model import End, Handoff

WAIT_BUCKETS = (15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
HANDLING_BUCKETS = (60, 180, 300, 600, 1200, 1800, 3600, 7200, 14400)
REQUESTED = Counter(
    "motcua_desk_requests_total", "Citizens who agreed to talk with a person.", ["channel", "department"]
)
WAIT_SECONDS = Histogram(
    "motcua_desk_wait_seconds", "From agreeing to the first officer.", ["department"], buckets=WAIT_BUCKETS
)
FIRST_ANSWER_SECONDS = Histogram(
    "motcua_desk_first_answer_seconds",
    "From agreeing to the officer's first words.",
    ["department"],
    buckets=WAIT_BUCKETS,
)
HANDLING_SECONDS = Histogram(
    "motcua_desk_handling_seconds",
    "From the first officer to the end.",
    ["department"],
    buckets=HANDLING_BUCKETS,
)
ENDED = Counter("motcua_desk_ended_total", "Requests that ended, by reason.", ["department", "reason"])
RATINGS = Counter("motcua_desk_ratings_total", "Ratings by citizens, 1 to 5.", ["stars"])
CONTACTS = Counter("motcua_desk_contacts_total", "Messages left for officers.", ["department"])


def requested(handoff: Handoff) -> None:
    """Count a citizen who begins to wait."""
    REQUESTED.labels(handoff.channel, handoff.department).inc()


def claimed(handoff: Handoff, moment: datetime) -> None:
    """Count the first officer of a handoff."""
    if handoff.claimed_at is None and handoff.requested_at is not None:
        WAIT_SECONDS.labels(handoff.department).observe((moment - handoff.requested_at).total_seconds())


def answered(handoff: Handoff, moment: datetime) -> None:
    """Count an officer's first words to a citizen who asked."""
    if handoff.first_answer_at is None and handoff.consent_at is not None:
        FIRST_ANSWER_SECONDS.labels(handoff.department).observe((moment - handoff.consent_at).total_seconds())


def ended(handoff: Handoff, reason: End, moment: datetime) -> None:
    """Count an end."""
    ENDED.labels(handoff.department, reason.value).inc()
    if handoff.claimed_at is not None:
        HANDLING_SECONDS.labels(handoff.department).observe((moment - handoff.claimed_at).total_seconds())


def rated(stars: int) -> None:
    """Count a rating."""
    RATINGS.labels(str(stars)).inc()


def left(department: str) -> None:
    """Count a message left for officers."""
    CONTACTS.labels(department).inc()
