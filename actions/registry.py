"""All actions, listed by hand: what is not here does not run."""

from __future__ import annotations

from rasa_sdk import Action

from actions.fallback import NoneOfThese
from actions.places import AnswerLocation, ChoosePlace
from actions.procedures import AnswerProcedure, ChooseOffered, GoBack, SayMore
from actions.session import StartSession
from bot.catalogue.live import LiveCatalogue


def build_actions(live: LiveCatalogue) -> list[Action]:
    """Return one instance of each action over the given catalogue."""
    return [
        AnswerProcedure(live),
        ChooseOffered(live),
        GoBack(live),
        SayMore(live),
        NoneOfThese(),
        AnswerLocation(),
        ChoosePlace(),
        StartSession(),
    ]
