"""What an answer is about: a procedure, perhaps a case of it, on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.catalogue.facts import Document, Fee, Time
from bot.catalogue.model import Case, Procedure

CaseFact = Literal["times", "fees", "documents"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A procedure seen on one day, narrowed to a case when the citizen named one."""

    procedure: Procedure
    case: Case | None
    on: date

    def differs_by_case(self, fact: CaseFact) -> bool:
        """Say whether cases have their own times, fees or documents and none was chosen."""
        return self.case is None and any(getattr(case, fact) is not None for case in self.procedure.cases)

    def times(self, case: Case | None = None) -> tuple[Time, ...]:
        """Return the times valid on the day, for the given or the chosen case."""
        return self.valid("times", case)

    def fees(self, case: Case | None = None) -> tuple[Fee, ...]:
        """Return the fees valid on the day, for the given or the chosen case."""
        return self.valid("fees", case)

    def valid(self, fact: Literal["times", "fees"], case: Case | None = None) -> tuple[Any, ...]:
        """Return the rows of a fact valid on the day, for the given or the chosen case."""
        return tuple(row for row in self._rows(fact, case) if row.holds_on(self.on))

    def documents(self, case: Case | None = None) -> tuple[Document, ...]:
        """Return the papers for the given or the chosen case."""
        return tuple(self._rows("documents", case))

    def cases_with(self, fact: CaseFact) -> Iterator[Case]:
        """Iterate over the cases with facts of their own."""
        return (case for case in self.procedure.cases if getattr(case, fact) is not None)

    def _rows(self, fact: CaseFact, case: Case | None) -> tuple[Any, ...]:
        chosen = case or self.case
        own = getattr(chosen, fact) if chosen else None
        rows: tuple[Any, ...] = getattr(self.procedure, fact) if own is None else own
        return rows
