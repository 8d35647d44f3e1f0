"""The second tier: procedures that only the national portal describes, behind the curated ones.

Pure rules over what the search found. A curated procedure always comes first; an imported one is offered
with buttons and answered once the citizen has chosen it, or has typed its official name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from actions.decision import Context, Decision, Kind
from actions.understanding import Understanding
from bot.catalogue.index.search import Match

LEAST_SCORE = 0.35
LEAST_SUBJECT = 0.7
LEAST_NAME = 0.2
"""Score, share of the subject and share of the name from which a procedure is offered.

Measured on 400 shortened official names with questions around them, half of them without diacritics, and
on 1,323 messages that no imported procedure should answer: 93 % of the first are offered something (83 %
the right one), 1.3 % of the second.
"""
CLEAR_SCORE = 0.5
CLEAR_SUBJECT = 0.8
"""Where a curated question back, or a refusal, is what stands against it."""
VERBATIM_SUBJECT = 0.9
VERBATIM_NAME = 0.92
VERBATIM_LENGTH = 5
"""From here a message is the official name itself, and no question is needed."""
LEAD_OVER_CURATED = 0.1
"""By how much an imported name must be nearer than every curated one to speak against a follow-up."""
LEAD_AMONG_OFFERED = 0.12
MOST_OFFERED = 3


class Way(StrEnum):
    """Ways to go on in this tier."""

    ANSWER = "answer"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class TierDecision:
    """Answer the one imported procedure, or offer several; curated ones may stand among the offers."""

    way: Way
    codes: tuple[str, ...]


def decide_imported(
    meant: Understanding, context: Context, decision: Decision, matches: Sequence[Match], curated: frozenset[str]
) -> TierDecision | None:
    """Return what this tier does instead of `decision`, or None to leave it as it is.

    Args:
        meant: The message.
        context: The conversation before it.
        decision: What the curated tier would do.
        matches: Names near the message, curated and imported, best first.
        curated: Codes among all those above that the curated catalogue answers.
    """
    if (chosen := _chosen(context, matches, curated)) and not meant.found:
        return TierDecision(Way.ANSWER, (chosen,))
    fitting = [match for match in matches if fits(match)]
    is_nearest = bool(matches) and not matches[0].is_curated and bool(fitting)
    follows_up = not meant.found and decision.kind is Kind.ANSWER and decision.codes == (context.current,)
    if follows_up and context.current not in curated:
        if is_nearest and fitting[0].code != context.current:
            return TierDecision(Way.OFFER, _codes(fitting))
        return TierDecision(Way.ANSWER, decision.codes)
    if _has_no_subject(meant, matches) and context.current and context.current not in curated:
        # “cần giấy tờ gì” after an imported answer goes on about it, whatever it resembles elsewhere.
        return TierDecision(Way.ANSWER, (context.current,))
    if not is_nearest or (decision.kind is Kind.ASK_GROUP and not is_clear(fitting[0])):
        return None
    if decision.kind is Kind.ANSWER:
        return _against_curated(decision, matches, fitting, follows_up=follows_up)
    # A weak curated candidate keeps a place: the citizen may mean it after all.
    kept = [code for code in decision.codes[:1] if decision.kind is Kind.ASK and code in curated]
    return _answer_or_offer(fitting, kept)


def instead_of_refusal(matches: Sequence[Match]) -> TierDecision | None:
    """Return what is done when a message was taken for something outside our work; often nothing."""
    if not matches or matches[0].is_curated or not is_clear(matches[0]):
        return None
    return _answer_or_offer([match for match in matches if fits(match) and is_clear(match)])


def fits(match: Match) -> bool:
    """Say whether an imported procedure may be offered for a message."""
    return (
        not match.is_curated
        and match.score >= LEAST_SCORE
        and match.of_query >= LEAST_SUBJECT
        and match.of_name >= LEAST_NAME
    )


def is_clear(match: Match) -> bool:
    """Say whether a message says more than a name that several curated procedures share."""
    return match.score >= CLEAR_SCORE and match.of_query >= CLEAR_SUBJECT


def is_verbatim(match: Match) -> bool:
    """Say whether a message is nearly the official name."""
    return (
        match.of_query >= VERBATIM_SUBJECT and match.of_name >= VERBATIM_NAME and match.length >= VERBATIM_LENGTH
    )


def _answer_or_offer(fitting: Sequence[Match], kept: Sequence[str] = ()) -> TierDecision | None:
    """Return the answer when the message is the official name of one procedure, otherwise the question."""
    if not fitting:
        return None
    if is_verbatim(fitting[0]) and not any(is_verbatim(other) for other in fitting[1:]):
        return TierDecision(Way.ANSWER, (fitting[0].code,))
    return TierDecision(Way.OFFER, (*kept, *_codes(fitting))[:MOST_OFFERED])


def _against_curated(
    decision: Decision, matches: Sequence[Match], fitting: Sequence[Match], *, follows_up: bool
) -> TierDecision | None:
    """Return a question where a curated answer would speak of something else than the message does."""
    nearest_curated = max((match.score for match in matches if match.is_curated), default=0.0)
    leads = fitting[0].score - nearest_curated >= LEAD_OVER_CURATED
    if follows_up and leads:
        return TierDecision(Way.OFFER, _codes(fitting))
    if not follows_up and leads and is_verbatim(fitting[0]):
        return TierDecision(Way.OFFER, (decision.codes[0], *_codes(fitting))[:MOST_OFFERED])
    return None


def _has_no_subject(meant: Understanding, matches: Sequence[Match]) -> bool:
    """Say whether a message asks about an aspect and names nothing."""
    return bool(meant.aspects) and not meant.found and all(match.of_query == 0.0 for match in matches)


def _chosen(context: Context, matches: Sequence[Match], curated: frozenset[str]) -> str | None:
    """Return the offered imported procedure that a typed reply singles out."""
    ranked = [match for match in matches if match.code in context.offered]
    if not ranked or ranked[0].code in curated or ranked[0].score < LEAST_SCORE:
        return None
    second = ranked[1].score if len(ranked) > 1 else 0.0
    return ranked[0].code if ranked[0].score - second >= LEAD_AMONG_OFFERED else None


def _codes(matches: Sequence[Match]) -> tuple[str, ...]:
    return tuple(match.code for match in matches[:MOST_OFFERED])
