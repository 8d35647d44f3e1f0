"""All actions, listed by hand: what is not here does not run."""

from __future__ import annotations

from rasa_sdk import Action

from actions.dossier import AnswerDossier
from actions.fallback import NoneOfThese
from actions.handoff import RequestHuman
from actions.imported import ImportedAnswers
from actions.places import AnswerLocation, ChoosePlace
from actions.procedures import AnswerProcedure, ChooseOffered, GoBack, SayMore
from actions.scope import OutOfScope
from actions.session import StartSession
from bot.catalogue.imported_library import ImportedLibrary
from bot.catalogue.live import LiveCatalogue
from bot.dossiers.dossiers import Dossiers


def build_actions(
    live: LiveCatalogue, library: ImportedLibrary | None = None, dossiers: Dossiers | None = None
) -> list[Action]:
    """Return one instance of each action over the given catalogue, import and one-stop systems."""
    imported = ImportedAnswers(library)
    return [
        AnswerProcedure(live, imported),
        ChooseOffered(live, imported),
        GoBack(live, imported),
        SayMore(live, imported),
        OutOfScope(live, imported),
        NoneOfThese(),
        AnswerLocation(),
        ChoosePlace(),
        AnswerDossier(dossiers),
        RequestHuman(live),
        StartSession(),
    ]
