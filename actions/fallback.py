"""When the message was not understood: say so, offer something, and after two times a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.memory import current_procedure, failed
from actions.replies import ask_which, button, say
from actions.understanding import understand
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.model import Aspect
from bot.conversations.messages import Outcome

PERSON_AFTER = 2
WHICH_PROCEDURE = (
    "Anh/chị hỏi về thủ tục nào? Anh/chị gõ tên việc cần làm, "
    "ví dụ: “khai sinh cho con”, “đổi căn cước”, “sang tên xe máy”."
)
NOT_SURE = "Tôi chưa chắc ý anh/chị. Có phải một trong các thủ tục sau không?"
PERSON = (
    "Tôi vẫn chưa hiểu đúng ý anh/chị. Anh/chị có muốn gặp cán bộ không? "
    "Hoặc anh/chị gõ ngắn gọn tên việc cần làm, ví dụ: “đăng ký kết hôn”."
)


def not_understood(
    dispatcher: CollectingDispatcher, tracker: Tracker, catalogue: Catalogue, aspect: Aspect
) -> list[EventType]:
    """Ask which procedure is meant, or refuse a foreign matter; after two failures in a row offer a person."""
    meant = understand(tracker)
    if meant.is_foreign and current_procedure(tracker) is None:
        dispatcher.utter_message(response="utter_out_of_scope")
        return []
    count, events = failed(tracker)
    if count >= PERSON_AFTER:
        say(dispatcher, PERSON, Outcome.HANDOFF, [button("Gặp cán bộ", "request_human")])
        return events
    offered = [procedure for code in meant.candidates if (procedure := catalogue.find(code))]
    if offered:
        events += ask_which(dispatcher, offered, aspect, NOT_SURE)
    else:
        say(dispatcher, WHICH_PROCEDURE, Outcome.CLARIFY, aspect=aspect.value)
    return events


class NoneOfThese(Action):
    """Answers “không phải các mục trên”."""

    def name(self) -> str:
        """Return the name used in the domain."""
        return "action_none_of_these"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Ask for other words, or offer a person."""
        count, events = failed(tracker)
        # What was refused must not be taken as the choice when the question comes again.
        events.append(SlotSet("offered", None))
        if count >= PERSON_AFTER:
            say(dispatcher, PERSON, Outcome.HANDOFF, [button("Gặp cán bộ", "request_human")])
        else:
            text = (
                "Anh/chị mô tả việc cần làm bằng lời khác giúp tôi, ví dụ: “sang tên xe máy”, "
                "“xin xác nhận độc thân”. Hoặc nhắn “gặp cán bộ”."
            )
            say(dispatcher, text, Outcome.CLARIFY, [button("Gặp cán bộ", "request_human")])
        return events
