"""What a message says about places."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.places.lexicon import Meaning
from bot.places.model import Province, Unit
from bot.places.places import District, FormerCommune

MOST_CANDIDATES = 8


class FindingKind(StrEnum):
    """What was found."""

    UNIT = "unit"
    AMBIGUOUS = "ambiguous"
    FORMER_DISTRICT = "former_district"
    OTHER_PROVINCE = "other_province"
    NOTHING = "nothing"


class Doubt(StrEnum):
    """Why one has to ask back."""

    DIVIDED = "divided"
    """The former commune went to several units."""
    DOUBLE_NAME = "double_name"
    """The name has several meanings."""
    SEVERAL = "several"
    """The message names several places."""


@dataclass(frozen=True, slots=True)
class PlaceFinding:
    """The place meant, or the places it may be."""

    kind: FindingKind
    units: tuple[Unit, ...] = ()
    """The unit of today, or the candidates, or the units of the former district."""
    former: FormerCommune | None = None
    """The former commune that was named."""
    district: District | None = None
    """The former district that was named."""
    province: Province | None = None
    doubt: Doubt | None = None
    meanings: tuple[Meaning, ...] = ()
    """All meanings of a double name."""

    @property
    def unit(self) -> Unit | None:
        """The one unit meant, or None."""
        return self.units[0] if self.kind is FindingKind.UNIT else None


NOTHING = PlaceFinding(FindingKind.NOTHING)
