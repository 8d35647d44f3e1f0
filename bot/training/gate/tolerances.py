"""How much worse a candidate may be, part by part; written down here and shown in every report."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.training.gate.questions import Part


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The greatest loss, as a share of the turns, that is still taken for chance."""

    share: float
    least: int = 1
    """Turns that may always be lost: a small group must not turn red by one sentence."""

    def allowed(self, turns: int) -> int:
        """Return how many turns may be lost net in a group of that size."""
        return max(self.least, math.floor(self.share * turns)) if turns else 0


PARTS = {
    # Two trainings on the same data differed by up to 7 of 933 turns, and a clerk must not pay for chance.
    Part.GOLDEN: Tolerance(0.01),
    Part.STRIPPED: Tolerance(0.012),
    Part.SCOPE: Tolerance(0.02),
    Part.LIVE: Tolerance(0.02),
    Part.SAVED: Tolerance(0.0, least=0),
}
"""Loss of right answers in each part."""
CONFIDENT = Tolerance(0.003)
"""Gain of confidently wrong answers in each part: these mislead citizens."""
FIELD = Tolerance(0.04, least=2)
"""Loss in each field of work and each aspect, golden and stripped together."""
SMALLEST_FIELD = 8
"""Turns below which a field is only shown."""
LEAST_CONTRADICTED = 10
"""Changed examples that may always contradict the rest of the data: a clerk's day of fine distinctions."""
RELABELLED = Tolerance(0.3, LEAST_CONTRADICTED)
"""Examples with a new label where the rest prefers the old one: of labels swapped at random nine in ten."""
ADDED = Tolerance(0.12, LEAST_CONTRADICTED)
"""New examples that contradict the rest; among the old ones it is one in twenty."""
IN_CATALOGUE = Tolerance(0.25, LEAST_CONTRADICTED)
"""The same for new questions of the catalogue: a new procedure has names that others resemble."""
