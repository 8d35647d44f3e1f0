"""Single facts of a procedure: each carries its condition, its period and its certainty."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
"""A short text that a citizen may read."""

LegalNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\S.*/.*\S$")]
"""Number of a legal text as cited, for example `85/2019/TT-BTC`."""


class Fact(BaseModel):
    """Base of everything read from a catalogue file: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Certainty(StrEnum):
    """How sure a fact is: H from law or the official list, M from the portal page, L inferred."""

    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"


class Channel(StrEnum):
    """Ways to hand in a dossier."""

    DIRECT = "direct"
    ONLINE = "online"
    POST = "post"


class Unit(StrEnum):
    """Units of time; `same_day` needs no amount."""

    SAME_DAY = "same_day"
    HOUR = "hour"
    WORKING_HOUR = "working_hour"
    DAY = "day"
    WORKING_DAY = "working_day"
    MONTH = "month"
    YEAR = "year"


class Period(Fact):
    """A fact that holds between two dates, both inclusive and both optional."""

    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether the fact is valid on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self


class Time(Period):
    """Time the office may take: `amount` of `unit`, or at most `amount_max` of it."""

    amount: Annotated[int, Field(gt=0, le=400)] | None = None
    amount_max: Annotated[int, Field(gt=0, le=400)] | None = None
    unit: Unit
    condition: Line | None = None
    channels: tuple[Channel, ...] = ()
    note: Line | None = None
    certainty: Certainty = Certainty.MEDIUM

    @model_validator(mode="after")
    def _has_amount(self) -> Self:
        if self.unit is not Unit.SAME_DAY and self.amount is None and self.amount_max is None:
            raise ValueError("a time needs an amount, except with unit same_day")
        return self


class FeeKind(StrEnum):
    """Vietnamese law separates `phí` (for a service) from `lệ phí` (for an act of the state)."""

    PHI = "phi"
    LE_PHI = "le_phi"
    OTHER = "other"


class FeeSetter(StrEnum):
    """Who decides on the amount."""

    NATIONAL = "national"
    PROVINCIAL_COUNCIL = "provincial_council"
    AGENCY = "agency"


class Fee(Period):
    """One row of a fee table; `amount` in đồng, 0 when free, None when not confirmed."""

    name: Line
    kind: FeeKind = FeeKind.LE_PHI
    amount: Annotated[int, Field(ge=0, le=100_000_000)] | None
    per: Line | None = None
    condition: Line | None = None
    channels: tuple[Channel, ...] = ()
    set_by: FeeSetter = FeeSetter.NATIONAL
    exempt: tuple[Line, ...] = ()
    source: LegalNumber | None = None
    note: Line | None = None
    certainty: Certainty = Certainty.MEDIUM

    @model_validator(mode="after")
    def _amount_is_backed(self) -> Self:
        if self.amount is not None and self.set_by is FeeSetter.PROVINCIAL_COUNCIL and not self.source:
            raise ValueError("an amount set by the provincial council needs the number of its resolution")
        return self


class DocumentMode(StrEnum):
    """What happens with a paper: handed in, only shown, or filled in on the screen."""

    SUBMIT = "submit"
    SHOW = "show"
    E_FORM = "e_form"


class CopyKind(StrEnum):
    """Kind of copy that the office accepts."""

    PLAIN_WITH_ORIGINAL = "plain_with_original"
    CERTIFIED = "certified"
    ANY = "any"


class Document(Fact):
    """One paper of the dossier."""

    name: Line
    form: Line | None = None
    form_source: LegalNumber | None = None
    originals: Annotated[int, Field(ge=0, le=10)] | None = None
    copies: Annotated[int, Field(ge=0, le=10)] | None = None
    copy_kind: CopyKind | None = None
    mode: DocumentMode = DocumentMode.SUBMIT
    condition: Line | None = None
    note: Line | None = None
    certainty: Certainty = Certainty.MEDIUM


class NotRequired(Fact):
    """A paper that people bring although the office can look it up or the law dropped it."""

    name: Line
    reason: Line


class Result(Fact):
    """What the citizen receives."""

    name: Line
    code: Annotated[str, StringConstraints(pattern=r"^KQ\.[A-Z0-9.]+$")] | None = None
    validity: Line | None = None
    note: Line | None = None


class Deadline(Fact):
    """A duty of the citizen with its term, and what happens when it passes."""

    duty: Line
    amount: Annotated[int, Field(gt=0)] | None = None
    unit: Unit | None = None
    counted_from: Line | None = None
    if_late: Line | None = None
    certainty: Certainty = Certainty.MEDIUM


class AuthorizationRule(StrEnum):
    """Whether somebody else may file."""

    ALLOWED = "allowed"
    LIMITED = "limited"
    NOT_ALLOWED = "not_allowed"


class Authorization(Fact):
    """Whether and how somebody else may file for the person concerned."""

    rule: AuthorizationRule
    text: Line
    certainty: Certainty = Certainty.MEDIUM


class LegalBasis(Fact):
    """A legal text; `date` only when it is known."""

    number: LegalNumber
    issued: date | None = None
    title: Line | None = None
    articles: Line | None = None
