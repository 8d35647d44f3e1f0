"""From the names in a message to the one place meant, or to the question to ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.places.cues import moves_between, type_after
from bot.places.finding import NOTHING, Doubt, FindingKind, PlaceFinding
from bot.places.gazetteer import Mention
from bot.places.lexicon import Meaning
from bot.places.model import Province, Unit
from bot.places.places import District, FormerCommune
from bot.places.syllables import Syllable, syllables_of
from bot.vietnamese.folding import words

_ADDRESS_GAP = 5
"""Most syllables between a commune and its province in an address."""
_BECAME = re.compile(r"\b(sap nhap|nhap (vao|ve)|chia (ve|thanh|ra)|doi ten|ten moi|doi thanh)\b")
_PARTS = re.compile(r"\b(gom|chia thanh|(nhung|cac) (xa|phuong)|(xa|phuong) nao|con khong)\b")


def resolve(mentions: Sequence[Mention], text: str) -> PlaceFinding:
    """Return what the mentions in `text` mean together."""
    local, foreign = _sides(mentions, text)
    if not local:
        provinces = [meaning for m in foreign for meaning in m.meanings if isinstance(meaning, Province)]
        if provinces:
            return PlaceFinding(FindingKind.OTHER_PROVINCE, province=provinces[0])
        return NOTHING
    if any(not mention.is_village for mention in local):
        local = [mention for mention in local if not mention.is_village]
    plain = words(text) if len(local) == 1 or any(m.kind is None for m in local) else ""
    narrowed = _narrow([(mention, mention.meanings) for mention in local])
    asks_became = bool(_BECAME.search(plain or words(text)))
    asks_parts = bool(_PARTS.search(plain))
    found = [_single(meanings, mention.is_old or asks_became, asks_parts) for mention, meanings in narrowed]
    if len(found) > 1 and any(mention.kind for mention, _ in narrowed):
        found = [one for one, (mention, _) in zip(found, narrowed, strict=True) if mention.kind]
    return _together(found)


def _sides(mentions: Sequence[Mention], text: str) -> tuple[list[Mention], list[Mention]]:
    """Return the mentions here and elsewhere; “phường Hồng Hà, Hà Nội” is elsewhere as a whole."""
    foreign = [mention for mention in mentions if mention.is_foreign]
    local = [mention for mention in mentions if not mention.is_foreign]
    doubtful = [m for m in local if m.kind is None and any(isinstance(x, Province) for x in m.meanings)]
    for mention in doubtful:
        # Hòa Bình and Bình Dương are communes of ours only beside a place of ours.
        if not any(_within(meaning, other) for meaning in mention.meanings for other in _districts(local)):
            local.remove(mention)
            foreign.append(mention)
    if foreign and local:
        syllables = syllables_of(text)
        local = [
            mention for mention in local if not any(_is_address(syllables, mention, other) for other in foreign)
        ]
    return local, foreign


def _is_address(syllables: tuple[Syllable, ...], mention: Mention, province: Mention) -> bool:
    """Say whether a province behind a name belongs to it, as in “phường Hồng Hà, Hà Nội”."""
    end, start = mention.end, province.cue_start
    if not 0 <= start - end <= _ADDRESS_GAP or moves_between(syllables, end, start):
        return False
    return start == end or syllables[end].after_break or type_after(syllables, end)


def _districts(mentions: Iterable[Mention]) -> list[District]:
    return [meaning for mention in mentions for meaning in mention.meanings if isinstance(meaning, District)]


def _within(meaning: Meaning, district: District) -> bool:
    if isinstance(meaning, FormerCommune):
        if meaning.district.id == district.entry.id:
            return True
        return bool(district.entry.units) and all(_is_in(unit, district.units) for unit in meaning.units)
    return isinstance(meaning, Unit) and _is_in(meaning, district.units)


def _is_in(unit: Unit, units: Iterable[Unit]) -> bool:
    return any(unit is other for other in units)


def _narrow(
    named: list[tuple[Mention, tuple[Meaning, ...]]],
) -> list[tuple[Mention, tuple[Meaning, ...]]]:
    """Use a district named beside a commune: “Trưng Vương, Uông Bí” is one place."""
    context: set[int] = set()
    result: list[tuple[Mention, tuple[Meaning, ...]]] = []
    for mention, meanings in named:
        narrowed = meanings
        for other, _ in named:
            if other is mention:
                continue
            for district in _districts([other]):
                if inside := tuple(meaning for meaning in meanings if _within(meaning, district)):
                    narrowed = inside
                    context.add(other.start)
        result.append((mention, narrowed))
    return [pair for pair in result if pair[0].start not in context] or result


def _single(meanings: tuple[Meaning, ...], is_old: bool, asks_parts: bool) -> PlaceFinding:
    unit = next((meaning for meaning in meanings if isinstance(meaning, Unit)), None)
    formers = [meaning for meaning in meanings if isinstance(meaning, FormerCommune)]
    district = next((meaning for meaning in meanings if isinstance(meaning, District)), None)
    if district is not None and (is_old or asks_parts or not (unit or formers)):
        return _of_district(district)
    if district is not None and len(district.units) > 1:
        others = [u for former in formers for u in former.units]
        units = _distinct([*([unit] if unit else []), *others, *district.units])
        return PlaceFinding(
            FindingKind.AMBIGUOUS, units, district=district, doubt=Doubt.DOUBLE_NAME, meanings=meanings
        )
    if unit is not None and not (is_old and formers):
        elsewhere = [former for former in formers if not _is_in(unit, former.units)]
        if elsewhere:
            units = _distinct([unit, *(u for former in formers for u in former.units)])
            return PlaceFinding(FindingKind.AMBIGUOUS, units, doubt=Doubt.DOUBLE_NAME, meanings=meanings)
        return PlaceFinding(FindingKind.UNIT, (unit,), meanings=meanings)
    return _of_formers(formers)


def _of_district(district: District) -> PlaceFinding:
    kind = FindingKind.UNIT if len(district.units) == 1 else FindingKind.FORMER_DISTRICT
    return PlaceFinding(kind, district.units, district=district)


def _of_formers(formers: Sequence[FormerCommune]) -> PlaceFinding:
    units = _distinct(unit for former in formers for unit in former.units)
    first = formers[0]
    if len(units) == 1:
        return PlaceFinding(FindingKind.UNIT, units, former=first)
    if len(formers) == 1:
        return PlaceFinding(FindingKind.AMBIGUOUS, units, former=first, doubt=Doubt.DIVIDED)
    return PlaceFinding(FindingKind.AMBIGUOUS, units, doubt=Doubt.DOUBLE_NAME, meanings=tuple(formers))


def _together(found: list[PlaceFinding]) -> PlaceFinding:
    """Return the one place behind several names, or ask."""
    # A name that leaves a choice is the question; names among its candidates are the choice.
    for one in found:
        if all(_is_in(unit, one.units) for other in found for unit in other.units) and (
            one.doubt is Doubt.DIVIDED or len(found) == 1
        ):
            return one
    units = _distinct(unit for one in found for unit in one.units)
    if len(units) == 1:
        return next((one for one in found if one.former), found[0])
    if all(one.kind is FindingKind.FORMER_DISTRICT for one in found):
        return found[0]
    return PlaceFinding(FindingKind.AMBIGUOUS, units, doubt=Doubt.SEVERAL)


def _distinct(units: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple({unit.code: unit for unit in units}.values())
