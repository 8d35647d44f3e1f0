"""The way into this package: find places in a message and answer about them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bot.catalogue.live_files import LiveFiles
from bot.places import phrases
from bot.places.answers import PlaceAnswer, compose_answer
from bot.places.finding import Doubt, FindingKind, PlaceFinding
from bot.places.gazetteer import Gazetteer, Mention
from bot.places.loader import load_places
from bot.places.places import Places
from bot.places.resolver import resolve
from bot.settings import Settings
from bot.vietnamese.folding import words

HOME = "quang ninh"


class Guide:
    """Answers from one set of places; pure after it is built."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._gazetteer = Gazetteer(places)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Return the place names in a message."""
        return self._gazetteer.mentions(text)

    def find(self, text: str) -> PlaceFinding:
        """Return the place a message means."""
        return resolve(self.mentions(text), text)

    def answer(self, finding: PlaceFinding, text: str) -> PlaceAnswer:
        """Return what to say about it."""
        return compose_answer(self.places, finding, text)

    def note(self, text: str) -> str | None:
        """Return one sentence to add to “where do I file”, or None when no place is named."""
        finding = self.find(text)
        if finding.kind is FindingKind.UNIT:
            unit = finding.units[0]
            if finding.former:
                return f"{phrases.became(finding.former)[:-1]}, nơi nhận là {phrases.centre_name(unit)}."
            return f"Ở {unit.full_name}, nơi nhận là {phrases.centre_name(unit)}."
        if finding.kind is FindingKind.AMBIGUOUS and finding.doubt is Doubt.DIVIDED and finding.former:
            where = f"anh/chị đến {phrases.CENTRE} của nơi nhà mình nay thuộc."
            return f"{phrases.divided(finding.former)[:-1]}; {where}"
        if finding.district:
            return (
                f"{phrases.district_ended(finding.district)[:-1]}; "
                f"anh/chị đến {phrases.CENTRE} của xã, phường nơi mình ở."
            )
        is_elsewhere = finding.kind is FindingKind.OTHER_PROVINCE and HOME not in words(text)
        if is_elsewhere and finding.province:
            return f"Thông tin trên là của Quảng Ninh; ở {finding.province.full_name} có thể khác."
        return None


def live_places(directory: Path) -> LiveFiles[Guide]:
    """Return the guide over the places of a directory, which may be replaced while serving."""
    return LiveFiles(lambda: sorted(directory.glob("*.yml")), lambda: Guide(load_places(directory)))


@lru_cache(maxsize=1)
def project_places() -> LiveFiles[Guide]:
    """Return the places of this project, one for the process."""
    return live_places(Settings().project / "data" / "places")


def project_guide() -> Guide:
    """Return the guide over this project's places as they are now; ask again at each message."""
    return project_places().current


def hotline_note() -> str | None:
    """Return whom to call when a fact is not known; None until the province confirms a number."""
    lines = [line for line in project_guide().places.hotlines if not line.emergency]
    numbers = ", ".join(f"{line.name} {line.number}" for line in lines)
    return f"Hoặc gọi: {numbers}." if numbers else None


def find_places(text: str) -> PlaceFinding:
    """Return the place a message means, by the project's places."""
    return project_guide().find(text)


def answer_place(finding: PlaceFinding, text: str) -> PlaceAnswer:
    """Return what to say about a finding, by the project's places."""
    return project_guide().answer(finding, text)


def place_note(text: str) -> str | None:
    """Return one sentence for a procedure's “where” answer, or None."""
    return project_guide().note(text)
