"""How the bot goes on: a table of what was meant, in which context, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from actions.decision import Context, Decision, Kind, decide, guessed_follow_up
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
    is_comparison: bool = False
    confusable: frozenset[frozenset[str]] = frozenset()
    guess: Aspect | None = None


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
    Case("a long story about a sibling without a question keeps the aspect", Kind.ANSWER, (B,), (WHERE,),
         intent="affirm", asked=(), text=LONG, scores={B: 0.6, A: 0.1}, context=SIBLINGS),
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
    Case("offers the message says nothing about are no choice: the question stands", Kind.ASK_AGAIN, (A, B),
         (FEE,), scores={A: 0.05}, context=OFFERED),
    Case("a short question that says little is guessed about the present", Kind.ANSWER, (A,), (FEE,),
         intent="nlu_fallback", asked=(), text="có tối thiểu gì không", guess=FEE, context=ABOUT_A),
    Case("it is not guessed without a subject", Kind.UNKNOWN, (), (OVERVIEW,),
         intent="nlu_fallback", asked=(), text="có tối thiểu gì không", guess=FEE),
    Case("what is no question is not guessed", Kind.UNKNOWN, (), (WHERE,),
         intent="nlu_fallback", asked=(), text="trời mưa to quá", guess=FEE, context=ABOUT_A),
    Case("what asks about the next subject changes to it", Kind.ANSWER, (B,), (FEE,),
         found=(B,), right=0.6, near=0.3, text="còn giấy khai tử thì phí bao nhiêu", context=ABOUT_A),
    Case("two named procedures are compared", Kind.COMPARE, (A, B), (FEE,), found=(A, B), is_comparison=True),
    Case("two that people confuse are compared", Kind.COMPARE, (A, B), (OVERVIEW,), asked=(Aspect.CONDITIONS,),
         found=(A,), scores={A: 0.8, B: 0.7}, mention=0.9, is_comparison=True,
         confusable=frozenset({frozenset({A, B})})),
    Case("a paper that is needed is no new subject", Kind.ANSWER, (A,), (Aspect.DOCUMENTS,),
         asked=(Aspect.DOCUMENTS,), found=(B,), near=0.9, text="phải có giấy báo tử không", context=ABOUT_A),
    Case("a paper asked for by itself is a subject", Kind.ANSWER, (B,), (Aspect.DOCUMENTS,),
         asked=(Aspect.DOCUMENTS,), found=(B,), near=0.9, text="giấy báo tử gồm những gì", context=ABOUT_A),
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
    Case("a lost paper is the sibling for it", Kind.ANSWER, (B,), (FEE,), text="còn nếu bị mất thì phí bao nhiêu",
         context=Context(current=A, aspect=WHERE, when_lost=B)),
    Case("how many days it takes is no lost paper", Kind.ANSWER, (A,), (FEE,), text="mất mấy ngày",
         context=Context(current=A, aspect=WHERE, when_lost=B)),
    *(
        Case(f"what it costs is no lost paper: {text}", Kind.ANSWER, (A,), (FEE,), text=text,
             context=Context(current=A, aspect=WHERE, when_lost=B))
        for text in ("làm mất bao lâu", "lam mat bao nhieu tien", "có bị mất phí không", "nếu mất tiền thì sao")
    ),
    *(
        Case(f"what does not go back stays: {text}", Kind.ANSWER, (A,), (FEE,), text=text,
             context=Context(current=A, aspect=WHERE, previous=B))
        for text in ("lúc này phí bao nhiêu", "phải quay lại lấy thì phí bao nhiêu")
    ),
    Case("another named procedure that is lost is itself", Kind.ANSWER, (C,), (FEE,), found=(C,), near=0.9,
         text="bị mất bằng lái thì phí bao nhiêu", context=Context(current=A, aspect=WHERE, when_lost=B)),
    Case("going back is about the one before", Kind.ANSWER, (B,), (FEE,), text="quay lại cái kia, phí bao nhiêu",
         context=Context(current=A, aspect=WHERE, previous=B)),
    Case("going back to a clear name is about that", Kind.ANSWER, (C,), (FEE,), found=(C,), near=0.9,
         text="quay lại khai sinh, phí bao nhiêu", context=Context(current=A, aspect=WHERE, previous=B)),
    Case("a supposed case does not keep the aspect", Kind.ANSWER, (B,), (OVERVIEW,),
         intent="switch_procedure", asked=(), found=(B,), text="nếu xây thêm tầng thì sao", context=ABOUT_A),
    Case("a name after a question about it keeps the aspect", Kind.ANSWER, (A,), (WHERE,),
         asked=(OVERVIEW,), found=(A,), text="sao y căn cước", context=ABOUT_A),
    Case("a new name has no aspect to keep", Kind.ANSWER, (B,), (OVERVIEW,),
         asked=(OVERVIEW,), found=(B,), near=0.9, text="sao y căn cước", context=ABOUT_A),
    Case("a name that was not offered keeps the aspect too", Kind.ANSWER, (C,), (WHERE,),
         asked=(OVERVIEW,), found=(C,), text="công ty hợp danh", context=OFFERED),
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
        is_comparison=case.is_comparison,
        confusable=case.confusable,
        guess=case.guess,
    )
    assert decide(meant, case.context) == Decision(case.kind, case.codes, case.aspects)


def foreign(confidence: float) -> Understanding:
    return Understanding(
        text="có tối thiểu gì không", intent="out_of_scope", aspects=(), found=(), candidates=(), guess=FEE,
        confidence=confidence,
    )  # fmt: skip


def test_what_clearly_is_foreign_is_not_guessed() -> None:
    assert guessed_follow_up(foreign(0.3), ABOUT_A) == Decision(Kind.ANSWER, (A,), (FEE,))
    assert guessed_follow_up(foreign(0.9), ABOUT_A) is None
