"""What to do with a message about procedures: pure rules, no Rasa."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from actions.understanding import Understanding
from bot.catalogue.model import Aspect

LEAD = 0.12
"""By how much one of the offered procedures must lead the others to be taken as the choice."""
LEAST = 0.2
"""Score below which a message says nothing about an offered procedure."""
NAMED = 0.8
"""Chance of naming a procedure from which a message is a new subject rather than a follow-up."""
MENTIONED = 0.5
"""Chance below which a message names no procedure we know."""
LONGEST_FOLLOW_UP = 8
"""Words of a question without subject; longer ones must be clear about their aspect."""
LONGEST_FRAGMENT = 9
"""Words of a message that only says which procedure of a family is meant."""
SURE_SUBJECT = 0.85
"""Chance from which even a short message changes the subject."""
LIKE_A_NAME = 0.5
"""Likeness to a name from which a message changes the subject."""
CHANGES = frozenset({"correct_procedure", "switch_procedure"})
SURE_ASPECT = 0.6
SWITCHED = 0.35
"""Score that suffices after "còn … thì sao" and "không, ý tôi là …"."""
OWN_ASPECT = 0.45
"""Score from which an answer to a question back carries an aspect of its own."""


class Kind(StrEnum):
    """Ways to go on."""

    ANSWER = "answer"
    ASK = "ask"
    ASK_GROUP = "ask_group"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Context:
    """What the conversation was about before the message."""

    current: str | None = None
    """Code of the procedure under discussion."""
    siblings: frozenset[str] = frozenset()
    """Codes that people confuse with the present one."""
    aspect: Aspect = Aspect.OVERVIEW
    offered: tuple[str, ...] = ()
    """Codes offered by the question just asked; empty when none was asked."""
    offered_aspect: Aspect = Aspect.OVERVIEW


@dataclass(frozen=True, slots=True)
class Decision:
    """How to go on, with which procedures and aspects."""

    kind: Kind
    codes: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = field(default=(Aspect.OVERVIEW,))


def decide(meant: Understanding, context: Context) -> Decision:
    """Return how to go on."""
    if context.offered and (chosen := _among_offered(meant, context.offered)):
        return Decision(Kind.ANSWER, (chosen,), _aspects_after_question(meant, context))
    aspects = meant.aspects or (context.aspect,)
    if meant.intent in CHANGES:
        return _changed(meant, context, aspects)
    if context.current and (sibling := _sibling_meant(meant, context)):
        return Decision(Kind.ANSWER, (sibling,), _kept_aspects(meant, context))
    if meant.found:
        if context.current and _is_stray(meant, context):
            return Decision(Kind.ANSWER, (context.current,), aspects)
        return Decision(Kind.ANSWER, meant.found[:2], aspects)
    if meant.intent in (None, "nlu_fallback"):
        return Decision(Kind.UNKNOWN, meant.candidates, aspects)
    if context.current and _is_follow_up(meant, context.current):
        return Decision(Kind.ANSWER, (context.current,), aspects)
    if meant.group:
        return Decision(Kind.ASK_GROUP, (meant.group,), aspects)
    if meant.candidates:
        return Decision(Kind.ASK, meant.candidates, aspects)
    return Decision(Kind.UNKNOWN, (), aspects)


def _among_offered(meant: Understanding, offered: Sequence[str]) -> str | None:
    """Return the offered procedure that the message speaks of, unless it clearly names another."""
    if meant.found and meant.found[0] not in offered:
        return None
    ranked = sorted(((meant.scores.get(code, 0.0), code) for code in offered), reverse=True)
    best, code = ranked[0]
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    return code if best >= LEAST and best - second >= LEAD else None


def _aspects_after_question(meant: Understanding, context: Context) -> tuple[Aspect, ...]:
    """Return the aspect asked before the question back, unless the reply asks another clearly."""
    own = [aspect for aspect in meant.aspects if aspect is not Aspect.OVERVIEW]
    return meant.aspects if own and meant.confidence >= OWN_ASPECT else (context.offered_aspect,)


def _sibling_meant(meant: Understanding, context: Context) -> str | None:
    """Return the sibling that a message rather speaks of than of the present procedure.

    "còn nếu mất thì phí bao nhiêu" names no procedure by itself, but after the exchange of a card it
    can only mean a lost card.
    """
    if meant.found:
        return meant.found[0] if meant.found[0] in context.siblings else None
    siblings = [(score, code) for code, score in meant.scores.items() if code in context.siblings]
    best, code = max(siblings, default=(0.0, ""))
    rest = max((score for other, score in meant.scores.items() if other != code), default=0.0)
    return code if best >= SWITCHED and best - rest >= LEAD else None


def _kept_aspects(meant: Understanding, context: Context) -> tuple[Aspect, ...]:
    """Return the aspect asked before when a message only says which procedure of a family is meant."""
    only_names = meant.aspects in ((), (Aspect.OVERVIEW,)) and meant.words <= LONGEST_FRAGMENT
    return (context.aspect,) if only_names else meant.aspects


def _is_stray(meant: Understanding, context: Context) -> bool:
    """Say whether a short follow-up only seems to name a procedure by a word that it shares with one."""
    return (
        meant.found[0] != context.current
        and meant.words <= LONGEST_FOLLOW_UP
        and meant.right < SURE_SUBJECT
        and meant.near < LIKE_A_NAME
    )


def _changed(meant: Understanding, context: Context, aspects: tuple[Aspect, ...]) -> Decision:
    """Decide after "còn … thì sao" or "không, ý tôi là …": anything but the present procedure."""
    found = [code for code in meant.found if code != context.current]
    if found:
        return Decision(Kind.ANSWER, tuple(found[:1]), aspects)
    others = sorted(
        ((score, code) for code, score in meant.scores.items() if code != context.current), reverse=True
    )
    siblings = [item for item in others if item[1] in context.siblings]
    for ranked, least, lead in ((siblings, LEAST, LEAD / 2), (others, SWITCHED, LEAD)):
        second = ranked[1][0] if len(ranked) > 1 else 0.0
        if ranked and ranked[0][0] >= least and ranked[0][0] - second >= lead:
            return Decision(Kind.ANSWER, (ranked[0][1],), aspects)
    if others and others[0][0] >= SWITCHED:
        return Decision(Kind.ASK, tuple(code for _, code in others[:3]), aspects)
    if context.current and meant.intent == "switch_procedure":
        # "thế còn cái đó thì sao": the same subject after all.
        return Decision(Kind.ANSWER, (context.current,), aspects)
    return Decision(Kind.UNKNOWN, meant.candidates, aspects)


def _is_follow_up(meant: Understanding, current: str) -> bool:
    """Say whether an unsure message rather continues the present procedure."""
    if meant.mention < MENTIONED:
        # A long message about something unknown is rather a new subject than a follow-up.
        return meant.words <= LONGEST_FOLLOW_UP or meant.confidence >= SURE_ASPECT
    if meant.mention < NAMED:
        return True
    best = max(meant.scores.values(), default=0.0)
    return meant.scores.get(current, 0.0) >= 0.6 * best
