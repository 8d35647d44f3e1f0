"""What the assistant knows of a dossier: nothing about any person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.dossiers.code import DossierCode
from bot.dossiers.status import Status


@dataclass(frozen=True, slots=True)
class Dossier:
    """One answer of a one-stop system, after everything personal was dropped."""

    code: DossierCode
    status: Status
    as_of: datetime
    """When the system answered, UTC."""
    proven: bool = False
    """Whether the asker gave a number that fits the dossier."""
    procedure: str | None = None
    """Name of the procedure; sensitive for some procedures, so only with proof."""
    agency: str | None = None
    """The unit in charge, never a person."""
    received_on: date | None = None
    due_on: date | None = None
    done_on: date | None = None
    supplement_until: date | None = None
    """Until when papers must be added."""
    supplement: str | None = None
    """Which papers are asked for, only where the system lists papers by name."""
    to_pay: int | None = None
    """Amount to pay, in đồng."""
    collect_at: str | None = None
    """Where to collect the result."""

    def public(self) -> Dossier:
        """Return what may be told to anybody who knows the code."""
        return Dossier(self.code, self.status, self.as_of, due_on=self.due_on)

    def shown(self, *, proven: bool) -> Dossier:
        """Return what may be told with or without proof."""
        return replace(self, proven=True) if proven else self.public()

    def overdue_days(self, today: date) -> int:
        """Return how many whole days the dossier is late, 0 when it is not."""
        if self.due_on is None or not self.status.runs:
            return 0
        return max(0, (today - self.due_on).days)
