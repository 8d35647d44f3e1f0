"""How the bot goes on: a table of what was meant, in which context, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from actions.decision import Context, Decision, Kind, decide
from actions.understanding import Understanding
from bot.catalogue.model import Aspect

A, B, C = "1.000001", "1.000002", "1.000003"
FEE, WHERE, OVERVIEW = Aspect.FEE, Aspect.WHERE, Aspect.OVERVIEW


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    name: str
    kind: Kind
    codes: tuple[str, ...]
    aspects: tuple[Aspect, ...]
    intent: str | None = "ask_fee"
    asked: tuple[Aspect, ...] = (FEE,)
    found: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    group: str | None = None
    scores: dict[str, float] = field(default_factory=dict)
    mention: float = 0.0
    right: float = 0.95
    near: float = 0.0
    confidence: float = 0.9
    text: str = "lệ phí bao nhiêu"
    context: Context = field(default_factory=Context)


ABOUT_A = Context(current=A, aspect=WHERE)
SIBLINGS = Context(current=A, aspect=WHERE, siblings=frozenset({B}))
OFFERED = Context(current=C, aspect=WHERE, offered=(A, B), offered_aspect=WHERE)
LONG = "tôi muốn hỏi là chuyện ấy thì người ta thu của mình bao nhiêu vậy"

CASES = [
    Case("a named procedure is answered", Kind.ANSWER, (A,), (FEE,), found=(A,)),
    Case("two aspects are answered", Kind.ANSWER, (A,), (FEE, WHERE), asked=(FEE, WHERE), found=(A,)),
    Case("two named procedures are answered", Kind.ANSWER, (A, B), (FEE,), found=(A, B)),
    Case("a third is left out", Kind.ANSWER, (A, B), (FEE,), found=(A, B, C)),
    Case("another named procedure replaces the present", Kind.ANSWER, (B,), (FEE,), found=(B,), context=ABOUT_A),
    Case("a short message that barely names another stays with the present", Kind.ANSWER, (A,), (FEE,),
         found=(B,), right=0.3, near=0.2, context=ABOUT_A),
    Case("a short message like a name of another changes to it", Kind.ANSWER, (B,), (FEE,),
         found=(B,), right=0.3, near=0.8, context=ABOUT_A),
    Case("what only tells a sibling apart is about the sibling", Kind.ANSWER, (B,), (WHERE,),
         asked=(OVERVIEW,), text="nếu bị mất", scores={B: 0.6, A: 0.1}, context=SIBLINGS),
    Case("a question about a sibling has its own aspect", Kind.ANSWER, (B,), (FEE,),
         scores={B: 0.6, A: 0.1}, context=SIBLINGS),
    Case("a question without subject is about the present", Kind.ANSWER, (A,), (FEE,), context=ABOUT_A),
    Case("without subject and context nothing is known", Kind.UNKNOWN, (), (FEE,)),
    Case(
        "an unsure name during a talk continues it",
        Kind.ANSWER, (A,), (FEE,), candidates=(B, C), scores={B: 0.5}, mention=0.6, context=ABOUT_A,
    ),
    Case(
        "a sure name the models cannot tell is asked",
        Kind.ASK, (B, C), (FEE,), candidates=(B, C), scores={B: 0.9, C: 0.8}, mention=0.95, context=ABOUT_A,
    ),
    Case(
        "a sure name that may be the present one continues",
        Kind.ANSWER, (A,), (FEE,), candidates=(B, A), scores={B: 0.9, A: 0.8}, mention=0.95, context=ABOUT_A,
    ),
    Case("an unsure name without context is asked", Kind.ASK, (A, B), (FEE,), candidates=(A, B), mention=0.6),
    Case("a shared name is asked by its question", Kind.ASK_GROUP, ("ask:x",), (FEE,),
         group="ask:x", candidates=(A, B), mention=0.9),
    Case("noise is not understood", Kind.UNKNOWN, (), (OVERVIEW,), intent="nlu_fallback", asked=()),
    Case("no intent is not understood", Kind.UNKNOWN, (), (OVERVIEW,), intent=None, asked=()),
    Case("noise with candidates offers them", Kind.UNKNOWN, (A,), (OVERVIEW,),
         intent="nlu_fallback", asked=(), candidates=(A,)),
    Case("a long message about something unknown is a new subject", Kind.UNKNOWN, (), (FEE,),
         text=LONG, confidence=0.3, context=ABOUT_A),
    Case("a long message with a clear aspect is a follow-up", Kind.ANSWER, (A,), (FEE,),
         text=LONG, confidence=0.95, context=ABOUT_A),
    Case("a choice by words keeps the aspect asked before", Kind.ANSWER, (A,), (WHERE,),
         intent="ask_overview", asked=(OVERVIEW,), scores={A: 0.9, B: 0.2}, context=OFFERED),
    Case("a choice with an own aspect uses it", Kind.ANSWER, (A,), (FEE,),
         scores={A: 0.9, B: 0.2}, confidence=0.9, context=OFFERED),
    Case("an unsure own aspect does not count", Kind.ANSWER, (A,), (WHERE,),
         scores={A: 0.9, B: 0.2}, confidence=0.1, context=OFFERED),
    Case("another clear procedure is no choice", Kind.ANSWER, (C,), (FEE,),
         found=(C,), scores={C: 1.2, A: 0.3, B: 0.1}, context=OFFERED),
    Case("two offers alike are no choice", Kind.ASK, (A, B), (FEE,),
         candidates=(A, B), scores={A: 0.5, B: 0.48}, mention=0.9, context=OFFERED),
    Case("offers the message says nothing about are no choice", Kind.ANSWER, (C,), (FEE,),
         scores={A: 0.05}, context=OFFERED),
    Case("what about another: the aspect stays", Kind.ANSWER, (B,), (WHERE,),
         intent="switch_procedure", asked=(), found=(B,), context=ABOUT_A),
    Case("what about another, half named", Kind.ANSWER, (B,), (WHERE,),
         intent="switch_procedure", asked=(), scores={A: 0.9, B: 0.6, C: 0.1}, context=ABOUT_A),
    Case("what about another, two alike", Kind.ASK, (B, C), (WHERE,),
         intent="switch_procedure", asked=(), scores={B: 0.6, C: 0.58}, context=ABOUT_A),
    Case("what about it, nothing named", Kind.ANSWER, (A,), (WHERE,),
         intent="switch_procedure", asked=(), scores={A: 0.9}, context=ABOUT_A),
    Case("a correction never repeats the present procedure", Kind.ANSWER, (B,), (WHERE,),
         intent="correct_procedure", asked=(), found=(A, B), context=ABOUT_A),
    Case("a correction without another procedure is not understood", Kind.UNKNOWN, (), (WHERE,),
         intent="correct_procedure", asked=(), scores={A: 0.9}, context=ABOUT_A),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_decision(case: Case) -> None:
    meant = Understanding(
        text=case.text,
        intent=case.intent,
        aspects=case.asked,
        found=case.found,
        candidates=case.candidates,
        group=case.group,
        scores=case.scores,
        mention=case.mention,
        right=case.right,
        near=case.near,
        confidence=case.confidence,
    )
    assert decide(meant, case.context) == Decision(case.kind, case.codes, case.aspects)
