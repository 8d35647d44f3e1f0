"""Asking for a person: what was understood so far goes with the request, the desk decides what is said."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.fallback import PERSON_AFTER
from actions.memory import current_procedure, last_aspect
from actions.understanding import entity_value
from bot.catalogue.live import LiveCatalogue
from bot.catalogue.model import Aspect
from bot.clock import today_in_vietnam
from bot.conversations.messages import PersonWanted
from bot.dialogue.turn_memory import current_memory
from bot.dossiers.code import parse_code
from bot.places.finding import FindingKind
from bot.places.guide import Guide, project_guide

UNIT = "unit"
"""Slot with the code of the commune the conversation is about."""
BY_ANSWER = "answer"
"""Value of the entity `task` behind a button that an answer offers."""
ASPECTS = {
    Aspect.OVERVIEW: "hỏi chung",
    Aspect.DOCUMENTS: "giấy tờ cần nộp",
    Aspect.FEE: "lệ phí",
    Aspect.DURATION: "thời hạn giải quyết",
    Aspect.WHERE: "nơi nộp",
    Aspect.HOW: "cách làm, nộp trực tuyến",
    Aspect.CONDITIONS: "điều kiện",
    Aspect.FORM: "mẫu đơn, tờ khai",
    Aspect.LEGAL_BASIS: "căn cứ pháp lý",
    Aspect.RESULT: "kết quả",
    Aspect.DEADLINE: "hạn phải làm",
    Aspect.AUTHORIZATION: "làm thay, uỷ quyền",
}


class RequestHuman(Action):
    """Answers “gặp cán bộ”; without a desk, as in `rasa shell`, says where to go."""

    def __init__(self, live: LiveCatalogue, guide: Guide | None = None) -> None:
        self._live = live
        self._given = guide

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_request_human"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Note what is wanted for the end of the turn."""
        dispatcher.utter_message(response="utter_request_human")
        if memory := current_memory(tracker.sender_id):
            memory.wants = self._wanted(tracker)
        return []

    def _wanted(self, tracker: Tracker) -> PersonWanted:
        entry = self._live.current.entry(current_procedure(tracker))
        unit = self._unit(tracker)
        dossier = _latest_dossier(tracker)
        known = []
        if entry is not None:
            known.append(f"Thủ tục: {entry.procedure.short_name} ({entry.procedure.code})")
            known.append(f"Đang hỏi: {ASPECTS[last_aspect(tracker)]}")
            case = next((case for case in entry.procedure.cases if case.id == tracker.get_slot("case")), None)
            if case is not None:
                known.append(f"Trường hợp: {case.name}")
        if dossier is not None:
            known.append(f"Hồ sơ: {dossier}")
        if unit is not None and (place := self._guide.places.find_unit(unit)):
            known.append(f"Nơi: {place.full_name}")
        return PersonWanted(
            reason=_reason(tracker),
            summary=". ".join(known) + "." if known else "Trợ lý chưa rõ người dân cần thủ tục nào.",
            procedure=entry.procedure.code if entry else None,
            dossier=dossier,
            field=entry.field if entry else None,
            unit=unit,
        )

    @property
    def _guide(self) -> Guide:
        return self._given or project_guide()

    def _unit(self, tracker: Tracker) -> str | None:
        """Return the commune named in the message, or the one talked about."""
        finding = self._guide.find(str((tracker.latest_message or {}).get("text") or ""))
        if finding.kind is FindingKind.UNIT:
            return finding.units[0].code
        unit: str | None = tracker.get_slot(UNIT)
        return unit


def _reason(tracker: Tracker) -> str:
    if entity_value(tracker, "task") == BY_ANSWER:
        return "answer"
    return "failed_turns" if int(tracker.get_slot("failed_turns") or 0) >= PERSON_AFTER else "citizen"


def _latest_dossier(tracker: Tracker) -> str | None:
    """Return the code looked up last, without its running number."""
    codes = tracker.get_slot("dossiers") or []
    return parse_code(codes[0], today_in_vietnam()).masked if codes else None
