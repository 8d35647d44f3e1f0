"""What the rules find in one row: traps with their outcome, and the parts that may not be shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.catalogue.imported import Flag, Outcome, Part

_WEIGHT = {Outcome.CAUTION: 0, Outcome.REPAIRED: 1, Outcome.WITHHELD: 2}


@dataclass(slots=True)
class Findings:
    """Collects the traps of one row."""

    flags: dict[Flag, Outcome] = field(default_factory=dict)
    withheld: set[Part] = field(default_factory=set)

    def withhold(self, flag: Flag, *parts: Part) -> None:
        """Note a trap that makes parts unfit to be shown."""
        self._note(flag, Outcome.WITHHELD)
        self.withheld.update(parts)

    def repair(self, flag: Flag) -> None:
        """Note a trap whose true value the row itself proves."""
        self._note(flag, Outcome.REPAIRED)

    def caution(self, flag: Flag) -> None:
        """Note a trap that is told to the reader beside the facts."""
        self._note(flag, Outcome.CAUTION)

    def _note(self, flag: Flag, outcome: Outcome) -> None:
        if flag not in self.flags or _WEIGHT[outcome] > _WEIGHT[self.flags[flag]]:
            self.flags[flag] = outcome
