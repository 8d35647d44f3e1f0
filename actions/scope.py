"""Refusing what is outside our work, unless the national portal has a procedure of that name."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.decision import guessed_follow_up
from actions.imported import ImportedAnswers
from actions.memory import context_of
from actions.procedures import AnswerProcedure
from actions.understanding import understand
from bot.catalogue.live import LiveCatalogue, project_catalogue


class OutOfScope(Action):
    """Says that a message is outside our work."""

    def __init__(self, live: LiveCatalogue | None = None, imported: ImportedAnswers | None = None) -> None:
        self._live = live or project_catalogue()
        self._imported = imported or ImportedAnswers()
        self._procedures = AnswerProcedure(self._live, self._imported)

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_out_of_scope"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Offer an imported procedure that the message names clearly, or refuse.

        A short question that only sounds foreign belongs to the procedure under discussion.
        """
        catalogue = self._live.current
        meant = understand(tracker)
        if guessed_follow_up(meant, context_of(tracker, catalogue)):
            return await self._procedures.run(dispatcher, tracker, domain)
        taken = await self._imported.instead_of_refusal(dispatcher, tracker, meant, catalogue)
        if taken is not None:
            return taken
        dispatcher.utter_message(response="utter_out_of_scope")
        return []
