"""What an import did: counts, per trap what became of it, and every refused row with its reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bot.catalogue.imported import Flag, ImportedProcedure, Outcome, Part


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not imported; `line` counts from 1."""

    file: str
    line: int
    reason: str
    code: str = ""

    def __str__(self) -> str:
        """Return `file:line: code: reason`."""
        return f"{self.file}:{self.line}: {f'{self.code}: ' if self.code else ''}{self.reason}"


@dataclass(slots=True)
class ImportReport:
    """Counts of one run."""

    file: str
    run_id: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    traps: Counter[tuple[Flag, Outcome]] = field(default_factory=Counter)
    withheld: Counter[Part] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def accepted(self) -> int:
        """Rows that are now in the database as the file has them."""
        return self.new + self.changed + self.unchanged

    def add(self, procedure: ImportedProcedure) -> None:
        """Count the traps of one accepted row."""
        self.traps.update(procedure.flags.items())
        self.withheld.update(procedure.withheld)
        self.statuses[procedure.status.value] += 1

    def as_json(self) -> dict[str, Any]:
        """Return the report for a file or the table of runs."""
        traps = {
            flag.value: {outcome.value: self.traps[flag, outcome] for outcome in Outcome}
            for flag in Flag
            if any(self.traps[flag, outcome] for outcome in Outcome)
        }
        return {
            "file": self.file,
            "run": self.run_id,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": len(self.refused),
            "seconds": round(self.seconds, 1),
            "statuses": dict(sorted(self.statuses.items())),
            "withheld": {part.value: self.withheld[part] for part in Part if self.withheld[part]},
            "traps": traps,
            "refused_rows": [
                {"file": row.file, "line": row.line, "code": row.code, "reason": row.reason}
                for row in self.refused
            ],
        }
