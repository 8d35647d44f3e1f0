"""Saying what the national portal says, after the curated catalogue had nothing that fits."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import SQLAlchemyError

from actions.decision import Context, Decision, weak_aspect
from actions.imported_tier import TierDecision, Way, decide_imported, instead_of_refusal
from actions.memory import remember
from actions.replies import ask_which, button, say
from actions.understanding import Understanding
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.imported import ImportedProcedure
from bot.catalogue.imported_answers import compose_imported, levels_of
from bot.catalogue.imported_library import ImportedLibrary, project_library
from bot.catalogue.model import Aspect, Procedure
from bot.clock import today_in_vietnam
from bot.conversations.messages import Outcome

logger = logging.getLogger(__name__)

WHICH_IMPORTED = (
    "Việc này chưa có trong danh mục tôi đã kiểm tra. "
    "Trên Cổng Dịch vụ công quốc gia có thủ tục gần giống; anh/chị hỏi thủ tục nào?"
)
NEAREST = 8
"""Names looked at; more than are offered, so that offered ones can be recognised again."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A button: what it says and which code it chooses."""

    code: str
    short_name: str


class ImportedAnswers:
    """Answers and offers from the imported procedures; silent when nothing was imported."""

    def __init__(self, library: ImportedLibrary | None = None) -> None:
        self._library = library or project_library()

    async def instead(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        meant: Understanding,
        context: Context,
        decision: Decision,
        catalogue: Catalogue,
    ) -> list[EventType] | None:
        """Reply in place of `decision` if this tier has something nearer; return None if not."""
        matches = self._library.search(meant.text, NEAREST)
        codes = (*decision.codes, *context.offered, context.current or "")
        curated = frozenset(code for code in codes if code in catalogue)
        taken = decide_imported(meant, context, decision, matches, curated)
        if taken is None:
            return None
        return await self._carry_out(dispatcher, tracker, taken, decision.aspects, catalogue)

    async def instead_of_refusal(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, meant: Understanding, catalogue: Catalogue
    ) -> list[EventType] | None:
        """Reply to a message that was taken for something else but names a procedure; None if it does not."""
        taken = instead_of_refusal(self._library.search(meant.text, NEAREST))
        if taken is None:
            return None
        return await self._carry_out(dispatcher, tracker, taken, (weak_aspect(meant),), catalogue)

    async def answer(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        code: str | None,
        aspect: Aspect,
        *,
        everything: bool = False,
    ) -> list[EventType] | None:
        """Answer an aspect of an imported procedure; return None if there is none with this code."""
        procedure = await self._find(code)
        if procedure is None:
            return None
        answer = compose_imported(procedure, aspect, today_in_vietnam(), everything=everything)
        say(
            dispatcher,
            answer.text,
            Outcome.ANSWER,
            [button("Xem thêm", "more")] if answer.has_more else [],
            procedure=procedure.code,
            aspect=aspect.value,
            sources=list(answer.sources),
        )
        return remember(tracker, procedure.code, aspect, None)

    async def _carry_out(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        taken: TierDecision,
        aspects: tuple[Aspect, ...],
        catalogue: Catalogue,
    ) -> list[EventType] | None:
        if taken.way is Way.ANSWER:
            events: list[EventType] | None = None
            for aspect in aspects:
                events = await self.answer(dispatcher, tracker, taken.codes[0], aspect)
            return events
        offers = [offer for code in taken.codes if (offer := await self._offer(code, catalogue))]
        return ask_which(dispatcher, offers, aspects[0], WHICH_IMPORTED) if offers else None

    async def _offer(self, code: str, catalogue: Catalogue) -> _Offer | Procedure | None:
        if curated := catalogue.find(code):
            return curated
        procedure = await self._find(code)
        if procedure is None:
            return None
        level = levels_of(procedure) if self._library.shares_name(code) else ""
        return _Offer(code, f"{procedure.short_name} ({level})" if level else procedure.short_name)

    async def _find(self, code: str | None) -> ImportedProcedure | None:
        try:
            return await self._library.find(code)
        except SQLAlchemyError as error:
            # Then the curated tier says that it did not understand, which is better than nothing.
            logger.warning("reading an imported procedure failed: %s", type(error).__name__)
            return None
