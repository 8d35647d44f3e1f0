"""An ambiguous name against a procedure that was named more exactly."""

from __future__ import annotations

import pytest

from bot.catalogue.groups import PREFIX
from bot.nlu.linker import Candidate, preferred

GROUP = f"{PREFIX}sang_ten"


@pytest.mark.parametrize(
    ("learned_group", "learned_other", "chosen"),
    [(0.9, 0.8, "1.000001"), (0.9, 0.5, GROUP), (0.2, 0.05, GROUP), (0.2, 0.18, "1.000001")],
    ids=["nearly as likely", "far behind", "both weak, far behind", "both weak, nearly as likely"],
)
def test_a_procedure_nearly_as_likely_as_the_shared_name_is_preferred(
    learned_group: float, learned_other: float, chosen: str
) -> None:
    ranking = [Candidate(GROUP, learned_group, 0.5), Candidate("1.000001", learned_other, 0.5)]
    assert preferred(ranking) == chosen


def test_the_shared_name_itself_is_asked_about_however_often_one_procedure_is_meant() -> None:
    assert preferred([Candidate(GROUP, 0.99, 1.0), Candidate("1.000001", 0.98, 0.8)]) == GROUP


def test_a_procedure_that_leads_stays_first() -> None:
    assert preferred([Candidate("1.000001", 0.5, 0.5), Candidate(GROUP, 0.49, 0.5)]) == "1.000001"
