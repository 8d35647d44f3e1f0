"""Procedures of the national portal as imported: what is sure, what was repaired, what is withheld.

The curated catalogue always wins; these entries only say what the portal says, and only where a known
trap of its data (reference: procedures.md §4) does not touch it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import select

from bot.catalogue.facts import Channel, Fact, LegalNumber, Line, Unit
from bot.catalogue.model import Code, Level, Status
from bot.storage.database import Database
from bot.storage.tables import imported_procedures


class Flag(StrEnum):
    """Traps of the portal's data, each found by a rule of its own."""

    TIME_WITHOUT_UNIT = "time_without_unit"
    TIME_BY_CHANNEL = "time_by_channel"
    """Different times per channel: the copy merged cases."""
    TIME_BY_CASE = "time_by_case"
    """Several times in one channel, or a description that names other times."""
    TIME_UNREADABLE = "time_unreadable"
    FALSE_FREE = "false_free"
    """Shown as free although the note names a fee or who sets it."""
    FREE_UNPROVEN = "free_unproven"
    """Shown as free and nothing says that it is (procedures.md §9: 0 is never proof)."""
    FEE_IN_THOUSANDS = "fee_in_thousands"
    FEE_BY_CASE = "fee_by_case"
    """Several amounts; which one applies is not said."""
    FEE_NOTE_DIFFERS = "fee_note_differs"
    EXPIRED_NOTE = "expired_note"
    OTHER_PROVINCE = "other_province"
    """The row carries the text of another province's decision."""
    TITLE_DIFFERS = "title_differs"
    """The title is not the one of the official list."""
    OLD_TITLE = "old_title"
    OLD_DISTRICT = "old_district"
    OTHER_PROVINCE_BODY = "other_province_body"
    AGENCY_GARBLED = "agency_garbled"
    SPLIT_PAPERS = "split_papers"
    QUANTITY_GLUE = "quantity_glue"
    FORM_FILE_GLUE = "form_file_glue"
    """The file name of the form is glued to the name of the paper."""
    NOTES_AMONG_PAPERS = "notes_among_papers"
    MISSING_PAPERS = "missing_papers"
    STEPS_CUT = "steps_cut"
    OLD_LAW = "old_law"
    OLD_LISTING = "old_listing"
    """Published by the placeholder `QĐ/0001-…`, or known to be out of date."""


class Outcome(StrEnum):
    """What became of a trap: repaired by proof, the fact withheld, or kept with a caution."""

    REPAIRED = "repaired"
    WITHHELD = "withheld"
    CAUTION = "caution"


class Part(StrEnum):
    """Parts of a procedure that can be withheld."""

    TITLE = "title"
    DURATION = "duration"
    FEE = "fee"
    DOCUMENTS = "documents"
    STEPS = "steps"
    AGENCY = "agency"


class ImportedTime(Fact):
    """The one time that the page shows for every channel."""

    amount: Annotated[int, Field(gt=0, le=400)]
    unit: Unit


class ImportedFee(Fact):
    """The one amount that the page shows; `valid_to` is the last day when its note names one."""

    amount: Annotated[int, Field(ge=0, le=1_000_000_000)]
    currency: Annotated[str, StringConstraints(pattern=r"^(VND|USD)$")] = "VND"
    note: Line | None = None
    valid_to: date | None = None


class ImportedPaper(Fact):
    """One paper of the dossier, in the words of the page."""

    name: Line
    case: Line | None = None
    originals: Annotated[int, Field(ge=0, lt=100)] | None = None
    copies: Annotated[int, Field(ge=0, lt=100)] | None = None


class ImportedResult(Fact):
    """What the citizen receives."""

    name: Line
    code: str | None = None


class ImportedProcedure(Fact):
    """One procedure of the national portal, as far as it may be shown."""

    code: Code
    official_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    short_name: Annotated[Line, StringConstraints(max_length=80)]
    status: Status = Status.ACTIVE
    field: str = ""
    levels: tuple[Level, ...] = ()
    agency: Line | None = None
    audience: tuple[Line, ...] = ()
    channels: tuple[Channel, ...] = ()
    time: ImportedTime | None = None
    fee: ImportedFee | None = None
    documents: tuple[ImportedPaper, ...] = ()
    notes: tuple[Line, ...] = ()
    """Remarks that the page lists among the papers."""
    steps: tuple[Line, ...] = ()
    results: tuple[ImportedResult, ...] = ()
    legal: tuple[LegalNumber, ...] = ()
    old_laws: tuple[tuple[LegalNumber, LegalNumber], ...] = ()
    """Laws cited that are no longer in force, each with its successor."""
    decision: str = ""
    source_url: str
    collected_on: date | None = None
    """Day on which the page was read; None when the export does not say."""
    imported_on: date | None = Field(default=None, exclude=True)
    """Day of the last import that changed the entry."""
    flags: dict[Flag, Outcome] = Field(default_factory=dict)
    withheld: frozenset[Part] = frozenset()

    def is_withheld(self, part: Part) -> bool:
        """Say whether a part is known to be wrong or unproven on the page."""
        return part in self.withheld


class ImportedCatalogue:
    """The imported procedures by code; never changed after it is built."""

    def __init__(self, procedures: Iterable[ImportedProcedure]) -> None:
        self._procedures = {procedure.code: procedure for procedure in procedures}

    @classmethod
    async def load(cls, database: Database) -> ImportedCatalogue:
        """Return everything that finished imports have published."""
        table = imported_procedures
        query = select(table.c.content, table.c.updated_at).order_by(table.c.code)
        async with database.read() as connection:
            rows = (await connection.execute(query)).all()
        return cls(
            ImportedProcedure.model_validate({**row.content, "imported_on": row.updated_at.date()}) for row in rows
        )

    def __len__(self) -> int:
        """Return the number of procedures."""
        return len(self._procedures)

    def __iter__(self) -> Iterator[ImportedProcedure]:
        """Iterate over the procedures in the order of their codes."""
        return iter(self._procedures.values())

    def __contains__(self, code: str) -> bool:
        """Say whether a code was imported."""
        return code in self._procedures

    def find(self, code: str | None) -> ImportedProcedure | None:
        """Return the procedure with this code, or None."""
        return self._procedures.get(code) if code else None

    def without(self, curated: Collection[str]) -> ImportedCatalogue:
        """Return the catalogue without codes that the curated catalogue answers itself.

        Args:
            curated: Codes, or a `Catalogue`, whose former codes then count too.
        """
        return ImportedCatalogue(procedure for procedure in self if procedure.code not in curated)
