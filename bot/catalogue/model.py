"""A procedure as the curated files describe it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, NewType, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from bot.catalogue.facts import (
    Authorization,
    Certainty,
    Channel,
    Deadline,
    Document,
    Fact,
    Fee,
    LegalBasis,
    Line,
    NotRequired,
    Result,
    Time,
)

ProcedureCode = NewType("ProcedureCode", str)
"""National code without the suffix of the unit, for example `1.001193`."""

Code = Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]


class Aspect(StrEnum):
    """What a citizen can ask about a procedure; the values are a public contract."""

    OVERVIEW = "overview"
    DOCUMENTS = "documents"
    FEE = "fee"
    DURATION = "duration"
    WHERE = "where"
    HOW = "how"
    CONDITIONS = "conditions"
    FORM = "form"
    LEGAL_BASIS = "legal_basis"
    RESULT = "result"
    DEADLINE = "deadline"
    AUTHORIZATION = "authorization"


class Status(StrEnum):
    """How much of the entry may be shown."""

    ACTIVE = "active"
    OBSOLETE_LISTING = "obsolete_listing"
    """The official page is out of date; only a short description and the way to go are shown."""
    NAME_ONLY = "name_only"
    """Only name and code are confirmed."""


class Audience(StrEnum):
    """Who files."""

    CITIZEN = "citizen"
    HOUSEHOLD = "household"
    ENTERPRISE = "enterprise"
    ORGANISATION = "organisation"
    FOREIGNER = "foreigner"


class Level(StrEnum):
    """Level of government that decides."""

    COMMUNE = "commune"
    COMMUNE_POLICE = "commune_police"
    PROVINCE = "province"
    PROVINCE_POLICE = "province_police"
    MINISTRY = "ministry"
    SOCIAL_INSURANCE = "social_insurance"
    OTHER = "other"


class Agency(Fact):
    """Who decides, where to hand in, and who did it before the district level ended on 01/07/2025."""

    level: tuple[Level, ...] = Field(min_length=1)
    decides: Line
    receives: tuple[Line, ...] = ()
    former: Line | None = None
    note: Line | None = None


class Case(Fact):
    """A case (trường hợp) with its own facts; a list left out means: as in the procedure."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Line
    when: Line | None = None
    aliases: tuple[Line, ...] = ()
    times: tuple[Time, ...] | None = None
    fees: tuple[Fee, ...] | None = None
    documents: tuple[Document, ...] | None = None


class Relation(StrEnum):
    """How another procedure relates to this one."""

    BEFORE = "before"
    AFTER = "after"
    INSTEAD = "instead"
    BUNDLE = "bundle"
    CONFUSED_WITH = "confused_with"


class Related(Fact):
    """A link to another procedure of the catalogue."""

    code: Code
    relation: Relation
    when: Line | None = None


class Source(Fact):
    """The official page behind the entry and the day on which it was read."""

    url: str
    checked_on: date
    note: Line | None = None

    @field_validator("url")
    @classmethod
    def _official(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" or not (parts.hostname or "").endswith(".gov.vn"):
            raise ValueError("a source is an https address on a .gov.vn host")
        return url


class Procedure(Fact):
    """One administrative procedure."""

    code: Code
    codes_old: tuple[Code, ...] = ()
    official_name: Line
    short_name: Annotated[Line, StringConstraints(max_length=80)]
    family: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    status: Status = Status.ACTIVE
    audience: tuple[Audience, ...] = (Audience.CITIZEN,)
    summary: Line
    source: Source
    agency: Agency
    channels: tuple[Channel, ...] = ()
    who: tuple[Line, ...] = ()
    conditions: tuple[Line, ...] = ()
    case_question: Line | None = None
    cases: tuple[Case, ...] = ()
    times: tuple[Time, ...] = ()
    fees: tuple[Fee, ...] = ()
    documents: tuple[Document, ...] = ()
    not_required: tuple[NotRequired, ...] = ()
    steps: tuple[Line, ...] = ()
    results: tuple[Result, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    authorization: Authorization | None = None
    legal: tuple[LegalBasis, ...] = ()
    decision: Line | None = None
    related: tuple[Related, ...] = ()
    life_events: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], ...] = ()
    aliases: tuple[Line, ...] = ()
    questions: dict[Aspect, tuple[Line, ...]] = Field(default_factory=dict)
    certainty: dict[str, Certainty] = Field(default_factory=dict)
    todo: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _cases_are_distinct(self) -> Self:
        ids = [case.id for case in self.cases]
        if len(ids) != len(set(ids)):
            raise ValueError("two cases have the same id")
        return self

    def case(self, case_id: str | None) -> Case | None:
        """Return the case with this id, or None."""
        return next((case for case in self.cases if case.id == case_id), None)


class CatalogueFile(Fact):
    """One file of `data/catalogue/`: the procedures of one field of work (lĩnh vực)."""

    field: Line
    ministry: Line
    procedures: tuple[Procedure, ...] = Field(min_length=1)
