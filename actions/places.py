"""Answering questions about offices, and about old and new communes."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import button, say
from actions.understanding import entity_value
from bot.conversations.messages import Outcome
from bot.places.answers import PlaceAnswer, unit_answer
from bot.places.conversion import AddressConverter, UndertheseaConverter, old_address
from bot.places.finding import FindingKind, PlaceFinding
from bot.places.guide import Guide, project_guide
from bot.places.phrases import WHICH_UNIT, capital

PLACE = "place"
"""Entity: GSO code of a commune, as buttons send it."""


class AnswerLocation(Action):
    """Answers where an office is and what an old commune is called now."""

    def __init__(self, guide: Guide | None = None, converter: AddressConverter | None = None) -> None:
        self._guide = guide or project_guide()
        self._converter = converter or UndertheseaConverter()

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_location"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer, or ask which place is meant."""
        text = str((tracker.latest_message or {}).get("text") or "")
        finding = self._guide.find(text)
        answer = self._guide.answer(finding, text)
        if finding.kind is FindingKind.OTHER_PROVINCE and (now := await self._elsewhere(finding, text)):
            say(dispatcher, f"{now}\n{answer.text}", Outcome.LOCATION, sources=list(answer.sources))
        else:
            _say_place(dispatcher, answer)
        return []

    async def _elsewhere(self, finding: PlaceFinding, text: str) -> str | None:
        """Return what an old commune of another province is called now, when that is sure."""
        address = old_address(text, self._guide.mentions(text))
        if address is None or finding.province is None:
            return None
        commune = await self._converter.convert(address)
        if commune is None:
            return None
        return (
            f"{capital(address.commune)}, {address.district} cũ nay thuộc "
            f"{commune[:1].lower() + commune[1:]}, {finding.province.full_name}."
        )


class ChoosePlace(Action):
    """Answers after a button: one of the communes offered was chosen."""

    def __init__(self, guide: Guide | None = None) -> None:
        self._guide = guide or project_guide()

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_choose_place"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer about the commune."""
        places = self._guide.places
        unit = places.find_unit(entity_value(tracker, PLACE))
        _say_place(dispatcher, unit_answer(places, unit) if unit else PlaceAnswer(WHICH_UNIT))
        return []


def _say_place(dispatcher: CollectingDispatcher, answer: PlaceAnswer) -> None:
    outcome = Outcome.OUT_OF_SCOPE if answer.is_elsewhere else Outcome.LOCATION
    buttons = [button(capital(unit.full_name), "choose_place", place=unit.code) for unit in answer.candidates]
    say(dispatcher, answer.text, outcome, buttons, sources=list(answer.sources))
