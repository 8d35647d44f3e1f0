"""Finds place names in free text, typed with or without marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.places import cues
from bot.places.lexicon import Lexicon, Meaning, Name, fits
from bot.places.model import DISTRICT_LEVEL, PlaceType, Province
from bot.places.places import District, Places
from bot.places.syllables import Syllable, syllables_of

_FILLERS = frozenset(("a", "da", "nhe", "voi", "em", "oi", "vang", "minh", "thi", "la"))
_FOREIGN_KINDS = frozenset((PlaceType.DISTRICT, PlaceType.URBAN_DISTRICT))
"""A huyện or quận that is none of ours lies in another province."""
_HOME = (("quang", "ninh"), ("qn",))


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name in a message: syllables `start` to `end`, from `cue_start` with its type word."""

    start: int
    end: int
    cue_start: int
    kind: PlaceType | None
    meanings: tuple[Meaning, ...]
    is_old: bool = False
    """The message says “cũ” or asks what it has become."""
    is_village: bool = False
    """The name of a quarter or village: counts only when nothing else is named."""

    @property
    def is_foreign(self) -> bool:
        """Whether only another province can be meant."""
        return all(isinstance(meaning, Province) for meaning in self.meanings)


class Gazetteer:
    """Knows all names; pure and safe to share."""

    def __init__(self, places: Places) -> None:
        self._lexicon = Lexicon(places)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Return the places named in `text`, in its order, none overlapping."""
        syllables = syllables_of(text)
        sure: list[Mention] = []
        pending: list[Mention] = []
        for start in range(len(syllables)):
            for end, names in self._lexicon.at(syllables, start):
                mention, accepted = self._judge(syllables, start, end, names)
                if mention is not None:
                    (sure if accepted else pending).append(mention)
        kept = _without_overlaps(sure)
        for mention in reversed(pending):
            if not _overlaps(mention, kept) and _leads_to(syllables, mention, kept):
                kept.append(mention)
        return tuple(sorted(kept, key=lambda mention: mention.start))

    @staticmethod
    def _judge(
        syllables: tuple[Syllable, ...], start: int, end: int, names: tuple[Name, ...]
    ) -> tuple[Mention | None, bool]:
        """Return what stands there, and whether it is a place without looking at other places."""
        typed = syllables[start:end]
        cue = cues.type_before(syllables, start)
        spelled = [name for name in names if name.may_be(typed)]
        # With a type word and capitals a wrong mark is a slip of the finger.
        if not spelled and not (cue and all(syllable.is_capital for syllable in typed)):
            return None, False
        meanings = [name.meaning for name in (spelled or names)]
        kind, cue_start = cue if cue else (None, start)
        if kind is not None:
            chosen = _of_kind(kind, meanings)
            if chosen and (fits(kind, chosen[0]) or not _is_vague(typed, names)):
                meanings = chosen
            elif kind in _FOREIGN_KINDS or any(name.needs_cue for name in names):
                return None, False
            else:
                kind, cue_start = None, start
        elif cues.street_before(syllables, start) and not cues.village_before(syllables, start):
            return None, False
        mention = Mention(
            start,
            end,
            cue_start,
            kind,
            tuple({id(meaning): meaning for meaning in meanings}.values()),
            is_old=cues.old_after(syllables, end) or cues.becomes_after(syllables, end),
            is_village=kind is None and cues.village_before(syllables, start),
        )
        return mention, kind is not None or _stands_alone(syllables, mention, spelled)


def _of_kind(kind: PlaceType, meanings: Iterable[Meaning]) -> list[Meaning]:
    """Return the meanings that go with a type word; people often mix phường, xã and thị trấn."""
    listed = list(meanings)
    if exact := [meaning for meaning in listed if fits(kind, meaning)]:
        return exact
    if kind in DISTRICT_LEVEL or kind is PlaceType.PROVINCE:
        return []
    communes: list[Meaning] = [m for m in listed if not isinstance(m, District | Province)]
    return communes or [meaning for meaning in listed if isinstance(meaning, District)]


def _stands_alone(syllables: tuple[Syllable, ...], mention: Mention, names: Sequence[Name]) -> bool:
    start, end = mention.start, mention.end
    typed = syllables[start:end]
    if cues.locative_before(syllables, start):
        return True
    # “to” is also “tờ”, as in “giay to cua ong”.
    if mention.is_village and not _lacks_marks(typed, names):
        return True
    # “cu” without its mark is also “cứ” and “cụ”.
    if mention.is_old and (not _lacks_marks(typed, names) or cues.becomes_after(syllables, end)):
        return True
    rest = {syllable.form.folded for syllable in (*syllables[:start], *syllables[end:])}
    if rest <= _FILLERS:
        return True
    if any(name.needs_cue for name in names) or cues.person_before(syllables, start):
        return False
    if any(name.is_clear_bare for name in names):
        return True
    return not _lacks_marks(typed, names)


def _lacks_marks(typed: tuple[Syllable, ...], names: Sequence[Name]) -> bool:
    pairs = zip(typed, names[0].forms, strict=True)
    return any(syllable.form.is_bare and not form.is_bare for syllable, form in pairs)


def _is_vague(typed: tuple[Syllable, ...], names: Sequence[Name]) -> bool:
    """Say whether what was typed may well be ordinary words: “xa co to chuc”."""
    return (
        any(name.needs_cue for name in names)
        and _lacks_marks(typed, names)
        and not all(syllable.is_capital for syllable in typed)
    )


def _leads_to(syllables: tuple[Syllable, ...], mention: Mention, known: list[Mention]) -> bool:
    """Say whether a known place follows as in an address: “Hà An, Quảng Yên”."""
    at = mention.end
    follows = next((other for other in known if other.cue_start == at), None)
    home = any(
        tuple(syllable.form.folded for syllable in syllables[at : at + len(words)]) == words for words in _HOME
    )
    if at >= len(syllables) or not (follows or home):
        return False
    if syllables[at].after_break or (follows and follows.kind is not None):
        return True
    return all(syllable.is_capital for syllable in syllables[mention.start : at])


def _overlaps(mention: Mention, others: Iterable[Mention]) -> bool:
    return any(mention.start < other.end and other.cue_start < mention.end for other in others)


def _without_overlaps(mentions: list[Mention]) -> list[Mention]:
    """Keep the best of overlapping mentions: with a type word, then longer, then earlier."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.kind is None, m.start - m.end, m.start)):
        if not _overlaps(mention, kept):
            kept.append(mention)
    return kept
