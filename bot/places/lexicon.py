"""Every name of every place with what it can mean; built once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.places.model import DISTRICT_LEVEL, PROVINCE_LEVEL, PlaceType, Province, Unit
from bot.places.places import District, FormerCommune, Places
from bot.places.syllables import Form, Syllable, forms_of

Meaning = Unit | FormerCommune | District | Province


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of a name with one meaning."""

    forms: tuple[Form, ...]
    meaning: Meaning
    needs_cue: bool
    is_clear_bare: bool

    def may_be(self, syllables: tuple[Syllable, ...]) -> bool:
        """Say whether what was typed can be this name, marks equal or left out."""
        return all(syllable.form.may_be(form) for syllable, form in zip(syllables, self.forms, strict=True))


def fits(kind: PlaceType, meaning: Meaning) -> bool:
    """Say whether the type word goes with the meaning; people mix the words of the district level."""
    if isinstance(meaning, District):
        return kind in DISTRICT_LEVEL
    if isinstance(meaning, Province):
        return kind in PROVINCE_LEVEL
    return meaning.type == kind


class Lexicon:
    """Names by first syllable, longest first."""

    def __init__(self, places: Places) -> None:
        self._ordinary = {self._key(name) for name in places.ordinary.ordinary}
        self._clear = {self._key(name) for name in places.ordinary.clear_without_marks}
        by_key: dict[tuple[str, ...], list[Name]] = {}
        for text, meaning in self._all(places):
            forms = forms_of(text)
            key = tuple(form.folded for form in forms)
            name = Name(forms, meaning, key in self._ordinary, key in self._clear)
            by_key.setdefault(key, []).append(name)
        self._by_first: dict[str, list[tuple[tuple[str, ...], tuple[Name, ...]]]] = {}
        for key in sorted(by_key, key=len, reverse=True):
            self._by_first.setdefault(key[0], []).append((key, tuple(by_key[key])))

    def at(self, syllables: tuple[Syllable, ...], start: int) -> Iterator[tuple[int, tuple[Name, ...]]]:
        """Yield, longest first, the end and the names whose letters stand at `start`."""
        for key, names in self._by_first.get(syllables[start].form.folded, ()):
            end = start + len(key)
            if end <= len(syllables) and all(
                syllables[start + offset].form.folded == letters for offset, letters in enumerate(key)
            ):
                yield end, names

    @staticmethod
    def _key(name: str) -> tuple[str, ...]:
        return tuple(form.folded for form in forms_of(name))

    @staticmethod
    def _all(places: Places) -> Iterator[tuple[str, Meaning]]:
        for unit in places.units:
            yield from ((name, unit) for name in (unit.name, *unit.also))
        for commune in places.former_communes:
            yield from ((name, commune) for name in (commune.name, *commune.also))
        for district in places.districts:
            yield from ((name, district) for name in (district.entry.name, *district.entry.also))
        for province in places.provinces:
            names = (province.name, *province.also, *province.former)
            yield from ((name, province) for name in names)
