"""What to do with a message about procedures: pure rules, no Rasa."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from actions.understanding import CHANGES, OUT_OF_SCOPE, Understanding
from bot.catalogue.model import Aspect
from bot.vietnamese.folding import words

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
LONGEST_SPECIFICATION = 12
"""Words of a message that only says more exactly what was asked about."""
SURE_SUBJECT = 0.85
"""Chance from which even a short message changes the subject."""
LIKE_A_NAME = 0.65
"""Likeness to a name from which a message changes the subject."""
COMPARABLE = frozenset({Aspect.FEE, Aspect.DURATION, Aspect.DOCUMENTS, Aspect.WHERE})
ABOUT_PAPERS = frozenset({Aspect.DOCUMENTS, Aspect.CONDITIONS, Aspect.FORM})
_PAPER_NEEDED = re.compile(
    r"\b(?:(?:phai|can|khong) co|co can|co phai (?:co|kem)|phai (?:nop|mang|xac nhan)|nop kem|kem theo|thieu)\b"
    r"|\b(?:nop|kem|mang).{0,12}\b(?:nua|luon)\b"
)
_ASKS = re.compile(r"\b(?:khong|ko|k|hong|hem|chua|chu|a|ha|sao|gi|nao|may|bao nhieu|the nao)$")
"""Ends of a question, without diacritics."""
_SUPPOSES = re.compile(r"^(?:the |vay |a |ma |con )*(?:neu|lo|nho|truong hop)\b")
"""Begins a case that is only supposed: "nếu xây dở rồi thì sao"."""
_LOST = re.compile(
    r"\b(?:that lac|danh roi|roi mat)\b|\b(?:bi|lam|danh|neu|lo) (?:bi |la )?mat\b"
    r"(?! (?:may|bao|nhieu|khoang|tam|het|tong|toi|them|ca|gan|tien|phi|le phi|thoi gian|cong|gi|\d))"
)
"""Says that a paper is gone, without diacritics; "làm mất mấy ngày" and "có bị mất phí" ask what it costs."""
_GOES_BACK = re.compile(r"^(?:the |vay |a |ma |thoi )*(?:quay|tro) lai\b|\b(?:luc nay|hoi nay|ban nay)\b")
"""Goes back to an earlier subject; "phải quay lại lấy ở đâu" does not."""
_AT_PRESENT = "lúc này"
"""Without its mark it looks like "lúc nãy"."""
_NEXT_SUBJECT = re.compile(r"^(?:the |vay |a |ma )?con \w+ \w+.* thi\b")
"""Begins another subject: "còn giấy khai tử thì làm ở đâu"."""
CLEARLY_FOREIGN = 0.6
"""Score from which a message is about something else even in the middle of a conversation."""
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
    ASK_AGAIN = "ask_again"
    """The question back stands; only another aspect was added."""
    COMPARE = "compare"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Context:
    """What the conversation was about before the message."""

    current: str | None = None
    """Code of the procedure under discussion."""
    siblings: frozenset[str] = frozenset()
    """Codes that people confuse with the present one."""
    previous: str | None = None
    """Code of the procedure talked about before the present one."""
    when_lost: str | None = None
    """Code of the sibling that replaces a lost paper, unless that is the present one."""
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
    aspects = meant.aspects or (_kept_aspect(meant, context),)
    if _only_specifies(meant, context):
        aspects = (context.offered_aspect if context.offered else context.aspect,)
    if meant.is_comparison and (pair := _compared(meant, context)):
        return Decision(Kind.COMPARE, pair, _aspects_to_compare(meant))
    if earlier := _earlier_meant(meant, context):
        return Decision(Kind.ANSWER, (earlier,), aspects)
    if lost := _lost_meant(meant, context):
        return Decision(Kind.ANSWER, (lost,), aspects)
    if meant.intent in CHANGES:
        return _changed(meant, context, aspects)
    if context.offered and not meant.found and meant.mention < MENTIONED and meant.aspects:
        return Decision(Kind.ASK_AGAIN, context.offered, meant.aspects)
    if context.current and meant.found and _asks_for_a_paper(meant):
        return Decision(Kind.ANSWER, (context.current,), aspects)
    if context.current and (sibling := _sibling_meant(meant, context)):
        return Decision(Kind.ANSWER, (sibling,), _kept_aspects(meant, context))
    if meant.found:
        if context.current and _is_stray(meant, context):
            return Decision(Kind.ANSWER, (context.current,), aspects)
        return Decision(Kind.ANSWER, meant.found[:2], aspects)
    if guessed := guessed_follow_up(meant, context):
        return guessed
    if meant.intent in (None, "nlu_fallback"):
        return Decision(Kind.UNKNOWN, meant.candidates, aspects)
    if context.current and _is_follow_up(meant, context.current):
        return Decision(Kind.ANSWER, (context.current,), aspects)
    if meant.group:
        return Decision(Kind.ASK_GROUP, (meant.group,), aspects)
    if meant.candidates:
        return Decision(Kind.ASK, meant.candidates, aspects)
    return Decision(Kind.UNKNOWN, (), aspects)


def guessed_follow_up(meant: Understanding, context: Context) -> Decision | None:
    """Return the likeliest answer to a short question that says little, about the procedure under discussion.

    "có diện tích tối thiểu không" after a question about dividing land is no new subject; the answer
    names its procedure, so that a wrong guess is seen.
    """
    if not context.current or context.offered or meant.guess is None or meant.mention >= MENTIONED:
        return None
    if meant.intent == OUT_OF_SCOPE and meant.confidence >= CLEARLY_FOREIGN:
        return None
    if meant.words > LONGEST_FOLLOW_UP or not _asks(meant):
        return None
    return Decision(Kind.ANSWER, (context.current,), (meant.guess,))


def weak_aspect(meant: Understanding) -> Aspect:
    """Return what a message taken for something else may ask; the overview when it asks nothing."""
    return meant.guess if meant.guess is not None and _asks(meant) else Aspect.OVERVIEW


def _kept_aspect(meant: Understanding, context: Context) -> Aspect:
    """Return what a message without an aspect asks: what was asked before; of a supposed case, all."""
    supposes = _asks(meant) and _SUPPOSES.search(words(meant.text)) is not None
    return Aspect.OVERVIEW if supposes else context.aspect


def _only_specifies(meant: Understanding, context: Context) -> bool:
    """Say whether a message says more exactly what the last question was about, and asks nothing itself.

    After "công chứng giấy tờ hết bao nhiêu" the words "sao y căn cước" still ask for the fee.
    """
    if meant.aspects != (Aspect.OVERVIEW,) or meant.words > LONGEST_SPECIFICATION or _asks(meant):
        return False
    if context.offered:
        return True
    same = {context.current, *context.siblings}
    return context.current is not None and bool(meant.found) and meant.found[0] in same


def _earlier_meant(meant: Understanding, context: Context) -> str | None:
    """Return the procedure before the present one after "quay lại cái đính chính, mấy ngày ấy nhỉ"."""
    if not meant.aspects or _AT_PRESENT in meant.text.lower():
        return None
    goes_back = _GOES_BACK.search(words(meant.text)) is not None
    named = meant.found and meant.found[0] != context.current and meant.right >= SURE_SUBJECT
    return context.previous if goes_back and not named else None


def _lost_meant(meant: Understanding, context: Context) -> str | None:
    """Return the sibling for a lost paper after "còn nếu bị mất thì phí bao nhiêu"."""
    named = meant.found and meant.found[0] not in {context.current, context.when_lost}
    if context.current is None or named or meant.words > LONGEST_FRAGMENT:
        return None
    return context.when_lost if _LOST.search(words(meant.text)) else None


def _asks(meant: Understanding) -> bool:
    return _ASKS.search(words(meant.text)) is not None


def _compared(meant: Understanding, context: Context) -> tuple[str, str] | None:
    """Return the two procedures that are compared, if they can be told."""
    if len(meant.found) == 2:
        return meant.found[0], meant.found[1]
    best = [code for _, code in sorted(((score, code) for code, score in meant.scores.items()), reverse=True)][:2]
    if context.current and meant.mention < MENTIONED:
        return None
    if len(best) == 2 and frozenset(best) in meant.confusable:
        return best[0], best[1]
    if meant.found and context.current and meant.found[0] != context.current:
        return context.current, meant.found[0]
    return None


def _aspects_to_compare(meant: Understanding) -> tuple[Aspect, ...]:
    """Return the aspect that is compared; "khác gì nhau" is about everything."""
    return meant.aspects[:1] if meant.aspects and meant.aspects[0] in COMPARABLE else (Aspect.OVERVIEW,)


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
    return (_kept_aspect(meant, context),) if only_names or not meant.aspects else meant.aspects


def _is_stray(meant: Understanding, context: Context) -> bool:
    """Say whether a short follow-up only seems to name a procedure by a word that it shares with one."""
    return (
        meant.found[0] != context.current
        and meant.words <= LONGEST_FOLLOW_UP
        and meant.right < SURE_SUBJECT
        and meant.near < LIKE_A_NAME
        and _NEXT_SUBJECT.search(words(meant.text)) is None
    )


def _asks_for_a_paper(meant: Understanding) -> bool:
    """Say whether a message asks if a paper is needed; the name of the paper is then no new subject."""
    return (
        meant.words <= LONGEST_FRAGMENT
        and bool(meant.aspects)
        and meant.aspects[0] in ABOUT_PAPERS
        and _PAPER_NEEDED.search(words(meant.text)) is not None
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
