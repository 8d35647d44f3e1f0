"""Old addresses of other provinces: asked of a library, never trusted when it is not sure."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass
from typing import Protocol

from bot.places.cues import moves_between, type_after, type_before
from bot.places.gazetteer import Mention
from bot.places.model import DISTRICT_LEVEL, PlaceType, Province
from bot.places.syllables import Syllable, forms_of, syllables_of

logger = logging.getLogger(__name__)

_COMMUNE_LEVEL = frozenset((PlaceType.WARD, PlaceType.COMMUNE, PlaceType.TOWNSHIP))
_ENDS = frozenset(("cu", "nay", "gio", "bay", "hien", "thuoc", "la", "thi", "truoc", "da", "o", "tai"))
_LONGEST_NAME = 4


@dataclass(frozen=True, slots=True)
class OldAddress:
    """A commune, its district and province, as they were called before 01/07/2025."""

    commune: str
    district: str
    province: str

    def __str__(self) -> str:
        """Return the address with commas."""
        return f"{self.commune}, {self.district}, {self.province}"


class AddressConverter(Protocol):
    """Knows which commune an old address belongs to now."""

    async def convert(self, address: OldAddress) -> str | None:
        """Return the commune of today, or None when not sure."""


def old_address(text: str, mentions: tuple[Mention, ...]) -> OldAddress | None:
    """Return the old address in a message about another province, or None.

    Without the district the library picks one of several communes silently, so it is required.
    """
    foreign = [mention for mention in mentions if mention.is_foreign]
    if not foreign:
        return None
    # “thành phố Hải Dương, Hải Dương”: the province stands last.
    elsewhere = foreign[-1]
    syllables = syllables_of(text)
    commune = district = ""
    for at in range(1, elsewhere.start):
        cue = type_before(syllables, at)
        if cue is None:
            continue
        kind, _ = cue
        name = _name_at(syllables, at, elsewhere.cue_start)
        if name and kind in _COMMUNE_LEVEL and not commune:
            commune = f"{kind} {name}"
        elif name and kind in DISTRICT_LEVEL and not district:
            district = f"{kind} {name}"
    if not commune or not district:
        return None
    return OldAddress(commune, district, _province_name(syllables, elsewhere))


def _name_at(syllables: tuple[Syllable, ...], start: int, limit: int) -> str:
    end = start
    while end < min(limit, start + _LONGEST_NAME):
        syllable = syllables[end]
        if end > start and (syllable.after_break or type_before(syllables, end + 1)):
            break
        if syllable.form.folded in _ENDS and moves_between(syllables, end, end + 1):
            break
        if syllable.form.folded == "cu" or type_after(syllables, end):
            break
        end += 1
    return " ".join(syllable.text for syllable in syllables[start:end])


def _province_name(syllables: tuple[Syllable, ...], mention: Mention) -> str:
    province = next(meaning for meaning in mention.meanings if isinstance(meaning, Province))
    typed = tuple(syllable.form.folded for syllable in syllables[mention.start : mention.end])
    for name in province.former:
        if tuple(form.folded for form in forms_of(name)) == typed:
            return name
    return province.name


class UndertheseaConverter:
    """Adapter for `underthesea.convert_address`, loaded at first use."""

    def __init__(self, timeout_seconds: float = 2.0) -> None:
        self._timeout_seconds = timeout_seconds
        # The library loads its table at first use and guards it with nothing.
        self._lock = threading.Lock()

    async def convert(self, address: OldAddress) -> str | None:
        """Return the commune of today, or None: unknown, divided, or too slow."""
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._convert, str(address)), self._timeout_seconds)
        except TimeoutError:
            logger.warning("Address conversion took more than %.1f s", self._timeout_seconds)
        except Exception:
            logger.exception("Address conversion failed")
        return None

    def _convert(self, address: str) -> str | None:
        from underthesea.address import convert_address

        with self._lock:
            result = convert_address(address)
        kind = getattr(result.mapping_type, "value", None)
        if result.status.value != "success" or kind in (None, "divided"):
            return None
        return str(result.new.ward) or None
