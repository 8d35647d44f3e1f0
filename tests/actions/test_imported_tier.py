"""When an imported procedure is offered or answered, and when the curated tier keeps the word."""

from __future__ import annotations

import pytest

from actions.decision import Context, Decision, Kind
from actions.imported_tier import (
    TierDecision,
    Way,
    decide_imported,
    fits,
    instead_of_refusal,
    is_verbatim,
)
from actions.understanding import Understanding
from bot.catalogue.index.search import Match
from bot.catalogue.model import Aspect

CURATED, OTHER_CURATED, ONE, TWO = "1.000001", "1.000002", "2.000001", "2.000002"
CODES = frozenset((CURATED, OTHER_CURATED))
UNKNOWN = Decision(Kind.UNKNOWN)


def match(
    code: str = ONE, score: float = 0.6, of_query: float = 1.0, of_name: float = 0.5, length: int = 9
) -> Match:
    return Match(code, score, of_query, of_name, length, code in CODES)


def verbatim(code: str = ONE, score: float = 0.95) -> Match:
    return match(code, score, 1.0, 1.0)


def meant(found: tuple[str, ...] = (), text: str = "câu hỏi") -> Understanding:
    return Understanding(text, "ask_documents", (Aspect.DOCUMENTS,), found, ())


def decided(
    decision: Decision, *matches: Match, context: Context | None = None, found: tuple[str, ...] = ()
) -> TierDecision | None:
    return decide_imported(meant(found), context or Context(), decision, matches, CODES)


def offer(*codes: str) -> TierDecision:
    return TierDecision(Way.OFFER, codes)


def answer(code: str) -> TierDecision:
    return TierDecision(Way.ANSWER, (code,))


class TestFitting:
    @pytest.mark.parametrize(
        "weak", [match(score=0.34), match(of_query=0.69), match(of_name=0.19), match(CURATED)]
    )
    def test_a_weak_or_curated_match_is_not_offered(self, weak: Match) -> None:
        assert not fits(weak)

    def test_a_good_one_is(self) -> None:
        assert fits(match(score=0.35, of_query=0.7, of_name=0.2))

    def test_a_short_name_is_never_verbatim(self) -> None:
        assert (is_verbatim(verbatim()), is_verbatim(match(of_name=1.0, length=4))) == (True, False)


class TestNothingCuratedFits:
    def test_imported_ones_are_offered_at_most_three(self) -> None:
        matches = [match(f"2.00000{number}", 0.9 - number / 10) for number in range(1, 5)]
        assert decided(UNKNOWN, *matches) == offer("2.000001", "2.000002", "2.000003")

    def test_without_a_good_match_nothing_changes(self) -> None:
        assert decided(UNKNOWN, match(score=0.3)) is None
        assert decided(UNKNOWN) is None

    def test_a_nearer_curated_name_keeps_the_word(self) -> None:
        assert decided(UNKNOWN, match(CURATED, 0.8), match(ONE, 0.7)) is None

    def test_the_official_name_is_answered(self) -> None:
        assert decided(UNKNOWN, verbatim(), match(TWO)) == answer(ONE)

    def test_an_official_name_at_two_levels_is_asked_back(self) -> None:
        assert decided(UNKNOWN, verbatim(ONE), verbatim(TWO)) == offer(ONE, TWO)

    def test_the_best_curated_candidate_keeps_a_place(self) -> None:
        weak = Decision(Kind.ASK, (CURATED, OTHER_CURATED))
        assert decided(weak, match(ONE), match(TWO)) == offer(CURATED, ONE, TWO)

    def test_a_shared_name_is_asked_back_as_before(self) -> None:
        assert decided(Decision(Kind.ASK_GROUP, ("group",)), match(score=0.45)) is None

    def test_a_clear_name_wins_over_the_question_about_a_shared_one(self) -> None:
        assert decided(Decision(Kind.ASK_GROUP, ("group",)), match(score=0.6)) == offer(ONE)


class TestACuratedAnswer:
    def test_stays_when_it_was_named(self) -> None:
        assert decided(Decision(Kind.ANSWER, (CURATED,)), match(ONE, 0.9), found=(CURATED,)) is None

    def test_is_asked_about_when_another_official_name_was_typed(self) -> None:
        taken = decided(Decision(Kind.ANSWER, (CURATED,)), verbatim(ONE), match(CURATED, 0.5), found=(CURATED,))
        assert taken == offer(CURATED, ONE)

    def test_stays_for_a_follow_up_without_subject(self) -> None:
        assert decided(Decision(Kind.ANSWER, (CURATED,)), context=Context(current=CURATED)) is None

    def test_gives_way_when_a_follow_up_names_an_imported_one(self) -> None:
        follow_up = Decision(Kind.ANSWER, (CURATED,))
        assert decided(follow_up, match(ONE), context=Context(current=CURATED)) == offer(ONE)
        assert decided(follow_up, match(ONE), match(CURATED, 0.55), context=Context(current=CURATED)) is None


class TestAnImportedSubject:
    FOLLOW_UP = Decision(Kind.ANSWER, (ONE,))

    def test_is_kept_for_a_follow_up(self) -> None:
        assert decided(self.FOLLOW_UP, context=Context(current=ONE)) == answer(ONE)

    def test_is_kept_when_it_is_named_again(self) -> None:
        assert decided(self.FOLLOW_UP, match(ONE), context=Context(current=ONE)) == answer(ONE)

    def test_is_left_when_another_one_is_named(self) -> None:
        assert decided(self.FOLLOW_UP, match(TWO), context=Context(current=ONE)) == offer(TWO)

    @pytest.mark.parametrize("kind", [Kind.ASK_GROUP, Kind.ASK, Kind.UNKNOWN])
    def test_is_kept_for_a_question_without_subject_that_resembles_others(self, kind: Kind) -> None:
        taken = decided(Decision(kind), match(CURATED, 0.4, of_query=0.0), context=Context(current=ONE))
        assert taken == answer(ONE)

    def test_is_left_for_a_curated_one(self) -> None:
        taken = decided(Decision(Kind.ANSWER, (CURATED,)), match(CURATED), context=Context(current=ONE))
        assert taken is None


class TestAChoiceInWords:
    OFFERED = Context(offered=(CURATED, ONE, TWO))

    def test_one_that_stands_out_is_answered(self) -> None:
        assert decided(UNKNOWN, match(ONE, 0.8), match(TWO, 0.6), context=self.OFFERED) == answer(ONE)

    def test_two_alike_are_asked_again(self) -> None:
        assert decided(UNKNOWN, match(ONE, 0.8), match(TWO, 0.75), context=self.OFFERED) == offer(ONE, TWO)

    def test_another_procedure_named_wins(self) -> None:
        taken = decided(Decision(Kind.ANSWER, (CURATED,)), match(ONE), context=self.OFFERED, found=(CURATED,))
        assert taken is None


class TestInsteadOfRefusal:
    def test_only_a_clear_name_is_offered(self) -> None:
        assert instead_of_refusal([match(ONE, 0.6), match(TWO, 0.45)]) == offer(ONE)

    def test_the_official_name_is_answered(self) -> None:
        assert instead_of_refusal([verbatim(), match(TWO)]) == answer(ONE)

    @pytest.mark.parametrize("matches", [[], [match(CURATED)], [match(score=0.49)], [match(of_query=0.79)]])
    def test_otherwise_nothing(self, matches: list[Match]) -> None:
        assert instead_of_refusal(matches) is None
