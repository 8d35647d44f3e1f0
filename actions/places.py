"""Answering questions about offices, and about old and new communes."""

from __future__ import annotations

import abc
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
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


class _PlaceAction(Action, abc.ABC):
    """An action that reads the places, as they are at each message."""

    def __init__(self, guide: Guide | None = None) -> None:
        self._given = guide

    @abc.abstractmethod
    def name(self) -> str:
        """Return the name used in the domain."""

    @property
    def _guide(self) -> Guide:
        return self._given or project_guide()


class AnswerLocation(_PlaceAction):
    """Answers where an office is and what an old commune is called now."""

    def __init__(self, guide: Guide | None = None, converter: AddressConverter | None = None) -> None:
        super().__init__(guide)
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
        return _remembered(tracker, finding.units[0].code if finding.kind is FindingKind.UNIT else None)

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


class ChoosePlace(_PlaceAction):
    """Answers after a button: one of the communes offered was chosen."""

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
        return _remembered(tracker, unit.code if unit else None)


def _remembered(tracker: Tracker, unit: str | None) -> list[EventType]:
    """Return the event that notes the commune talked about, by which officers are found."""
    return [SlotSet("unit", unit)] if unit and tracker.get_slot("unit") != unit else []


def _say_place(dispatcher: CollectingDispatcher, answer: PlaceAnswer) -> None:
    outcome = Outcome.OUT_OF_SCOPE if answer.is_elsewhere else Outcome.LOCATION
    buttons = [button(capital(unit.full_name), "choose_place", place=unit.code) for unit in answer.candidates]
    say(dispatcher, answer.text, outcome, buttons, sources=list(answer.sources))
