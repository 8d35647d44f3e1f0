"""Answering questions about procedures."""

from __future__ import annotations

import abc
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.decision import Kind, decide
from actions.fallback import not_understood
from actions.imported import ImportedAnswers
from actions.memory import context_of, current_procedure, last_aspect, remember
from actions.obsolete import explain_once
from actions.replies import ask_which, say_answer
from actions.understanding import Understanding, chosen_procedure, entity_value, understand
from bot.catalogue.answers.compose import compose
from bot.catalogue.cases import recognise_case
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.live import LiveCatalogue, project_catalogue
from bot.catalogue.model import Aspect, Procedure
from bot.clock import today_in_vietnam
from bot.places.guide import hotline_note, place_note

WHICH = "Anh/chị hỏi thủ tục nào trong các thủ tục sau?"
WHICH_AGAIN = "Để trả lời đúng, tôi cần biết anh/chị hỏi thủ tục nào:"


class _CatalogueAction(Action, abc.ABC):
    """An action that reads the catalogue; `rasa run actions` builds it without arguments."""

    def __init__(self, live: LiveCatalogue | None = None, imported: ImportedAnswers | None = None) -> None:
        self._live = live or project_catalogue()
        self._imported = imported or ImportedAnswers()

    @abc.abstractmethod
    def name(self) -> str:
        """Return the name used in the domain."""

    def _answer(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        procedure: Procedure,
        aspects: tuple[Aspect, ...],
        case: str | None,
        *,
        everything: bool = False,
    ) -> list[EventType]:
        today = today_in_vietnam()
        for aspect in aspects:
            answer = compose(procedure, aspect, today, case, everything=everything)
            note = place_note(str(tracker.latest_message.get("text") or "")) if aspect is Aspect.WHERE else None
            note = note or (hotline_note() if answer.is_unknown else None)
            say_answer(dispatcher, procedure, aspect, answer, note)
        return remember(tracker, procedure.code, aspects[0], case)


class AnswerProcedure(_CatalogueAction):
    """Answers one or more aspects of the procedure meant, or asks which one is meant."""

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer, ask back, or admit not having understood."""
        catalogue = self._live.current
        meant = understand(tracker, catalogue)
        context = context_of(tracker, catalogue)
        decision = decide(meant, context)
        taken = await self._imported.instead(dispatcher, tracker, meant, context, decision, catalogue)
        if taken is not None:
            return taken
        procedures = [procedure for code in decision.codes if (procedure := catalogue.find(code))]
        aspect = decision.aspects[0]
        if decision.kind is Kind.ASK_GROUP and (group := catalogue.group(decision.codes[0])):
            offered = ranked(catalogue, group.codes, meant)
            return ask_which(dispatcher, offered, aspect, group.question)
        if decision.kind is Kind.ASK and procedures:
            return ask_which(dispatcher, procedures, aspect, WHICH) + explain_once(dispatcher, tracker)
        if decision.kind is Kind.ASK_AGAIN and procedures:
            return ask_which(dispatcher, procedures, aspect, WHICH_AGAIN)
        if decision.kind not in (Kind.ANSWER, Kind.COMPARE) or not procedures:
            return not_understood(dispatcher, tracker, catalogue, aspect)
        events: list[EventType] = []
        for procedure in procedures:
            case = self._case(meant, procedure, tracker)
            events = self._answer(dispatcher, tracker, procedure, decision.aspects, case)
        return events + explain_once(dispatcher, tracker)

    @staticmethod
    def _case(meant: Understanding, procedure: Procedure, tracker: Tracker) -> str | None:
        """Return the case named now, or the one named before for the same procedure."""
        if case := recognise_case(procedure, meant.text):
            return case.id
        kept: str | None = tracker.get_slot("case")
        return kept if tracker.get_slot("procedure") == procedure.code else None


def ranked(catalogue: Catalogue, codes: tuple[str, ...], meant: Understanding) -> list[Procedure]:
    """Return the procedures of an ambiguous name, likeliest first, the file's order among equals."""
    order = sorted(codes, key=lambda code: -meant.scores.get(code, 0.0))
    return [procedure for code in order if (procedure := catalogue.find(code))]


class ChooseOffered(_CatalogueAction):
    """Answers after a button: a procedure, and perhaps a case, was chosen."""

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_choose"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer the aspect that had been asked."""
        catalogue = self._live.current
        procedure = catalogue.find(chosen_procedure(tracker))
        aspect = Aspect(entity_value(tracker, "aspect") or last_aspect(tracker))
        if procedure is None:
            code = chosen_procedure(tracker)
            taken = await self._imported.answer(dispatcher, tracker, code, aspect)
            return taken or not_understood(dispatcher, tracker, catalogue, aspect)
        return self._answer(dispatcher, tracker, procedure, (aspect,), entity_value(tracker, "case"))


class GoBack(_CatalogueAction):
    """Returns to the procedure talked about before."""

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_go_back"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer the overview of the earlier procedure."""
        catalogue = self._live.current
        before = tracker.get_slot("previous_procedure") or current_procedure(tracker)
        taken = await self._imported.answer(dispatcher, tracker, before, last_aspect(tracker))
        if taken is not None:
            return taken
        earlier = catalogue.find(before) or catalogue.find(current_procedure(tracker))
        if earlier is None:
            return not_understood(dispatcher, tracker, catalogue, Aspect.OVERVIEW)
        return self._answer(dispatcher, tracker, earlier, (last_aspect(tracker),), None)


class SayMore(_CatalogueAction):
    """Gives the long form of the last answer."""

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_more"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer the same aspect in full; after an overview, the papers."""
        catalogue = self._live.current
        meant = understand(tracker)
        procedure = catalogue.find(next(iter(meant.found), None)) or catalogue.find(current_procedure(tracker))
        aspect = last_aspect(tracker)
        if aspect is Aspect.OVERVIEW:
            aspect = Aspect.DOCUMENTS
        if procedure is None:
            code = current_procedure(tracker)
            taken = await self._imported.answer(dispatcher, tracker, code, aspect, everything=True)
            return taken or not_understood(dispatcher, tracker, catalogue, Aspect.OVERVIEW)
        case = self._kept_case(tracker, procedure)
        return self._answer(dispatcher, tracker, procedure, (aspect,), case, everything=True)

    @staticmethod
    def _kept_case(tracker: Tracker, procedure: Procedure) -> str | None:
        kept: str | None = tracker.get_slot("case")
        return kept if tracker.get_slot("procedure") == procedure.code else None
