"""What is kept of a dialogue."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from rasa.shared.core import events as kinds
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.history import _KINDS, KEPT_TURNS, RANKING_KEPT, read_events, stored_events
from bot.nlu.labels import LINKING, UNDERSTANDING
from bot.settings import PROJECT

MOMENT = 1_795_000_000.5
SAMPLES: dict[str, kinds.Event] = {
    "user": kinds.UserUttered(
        "chào", {"name": "greet", "confidence": 0.9}, [{"entity": "a", "value": "b"}], timestamp=MOMENT
    ),
    "user_featurization": kinds.DefinePrevUserUtteredFeaturization(True, MOMENT),
    "entities": kinds.EntitiesAdded([{"entity": "a", "value": "b"}], MOMENT),
    "bot": kinds.BotUttered("chào", {"buttons": []}, {"utter_action": "x"}, MOMENT),
    "slot": kinds.SlotSet("procedure", "1.001193", MOMENT),
    "restart": kinds.Restarted(MOMENT),
    "rewind": kinds.UserUtteranceReverted(MOMENT),
    "reset_slots": kinds.AllSlotsReset(MOMENT),
    "reminder": kinds.ReminderScheduled("remind", datetime(2026, 11, 24, tzinfo=UTC), name="r", timestamp=MOMENT),
    "cancel_reminder": kinds.ReminderCancelled("r", "remind", timestamp=MOMENT),
    "undo": kinds.ActionReverted(MOMENT),
    "export": kinds.StoryExported(timestamp=MOMENT),
    "followup": kinds.FollowupAction("action_answer", MOMENT),
    "pause": kinds.ConversationPaused(MOMENT),
    "resume": kinds.ConversationResumed(MOMENT),
    "action": kinds.ActionExecuted("action_answer", "RulePolicy", 1.0, MOMENT),
    "agent": kinds.AgentUttered("chào", {}, MOMENT),
    "active_loop": kinds.ActiveLoop("form", MOMENT),
    "form": kinds.LegacyForm("form", MOMENT),
    "loop_interrupted": kinds.LoopInterrupted(True, MOMENT),
    "form_validation": kinds.LegacyFormValidation(True, MOMENT),
    "action_execution_rejected": kinds.ActionExecutionRejected("action_x", "RulePolicy", 1.0, MOMENT),
    "session_started": kinds.SessionStarted(MOMENT),
}


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(PROJECT / "domain.yml"))


def test_every_kind_of_event_has_a_sample() -> None:
    assert set(_KINDS) - {"event"} == set(SAMPLES)


@pytest.mark.parametrize("event", SAMPLES.values(), ids=list(SAMPLES))
def test_every_kind_of_event_comes_back_as_it_was(event: kinds.Event) -> None:
    (found,) = read_events(orjson.dumps([event.as_dict()]).decode())
    assert found.as_dict() == event.as_dict()


def test_an_unknown_kind_of_event_is_refused() -> None:
    with pytest.raises(KeyError):
        read_events('[{"event": "from_the_future", "timestamp": 1}]')


def said(text: str) -> kinds.UserUttered:
    ranking = [{"name": f"i{number}", "confidence": 0.1} for number in range(10)]
    parsed = {
        "text": text,
        "intent": ranking[0],
        "intent_ranking": ranking,
        "entities": [],
        "text_tokens": [[0, 4]],
        LINKING: {"found": ["1.001193"]},
        UNDERSTANDING: {"intents": {}},
    }
    return kinds.UserUttered(text, ranking[0], [], parsed, MOMENT)


def turn(number: int) -> list[kinds.Event]:
    return [
        said(f"câu {number}"),
        kinds.ActionExecuted("action_answer", timestamp=MOMENT),
        kinds.SlotSet("case" if number % 2 else "aspect", f"v{number}", MOMENT),
        kinds.BotUttered("một câu trả lời dài", timestamp=MOMENT),
        kinds.ActionExecuted("action_listen", timestamp=MOMENT),
    ]


def tracker(domain: Domain, events: list[kinds.Event]) -> DialogueStateTracker:
    start = [kinds.ActionExecuted("action_session_start", timestamp=MOMENT), kinds.SessionStarted(MOMENT)]
    return DialogueStateTracker.from_events("c", [*start, *events], domain.slots)


def again(domain: Domain, found: DialogueStateTracker) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c", read_events(stored_events(found)), domain.slots)


def test_only_the_last_turns_are_kept(domain: Domain) -> None:
    found = tracker(domain, [event for number in range(20) for event in turn(number)])
    texts = [e.text for e in read_events(stored_events(found)) if isinstance(e, kinds.UserUttered)]
    assert texts == [f"câu {number}" for number in range(20 - KEPT_TURNS, 20)]


def test_slots_set_by_dropped_turns_survive(domain: Domain) -> None:
    found = tracker(domain, [kinds.SlotSet("procedure", "1.001193", MOMENT), *turn(1), *turn(2), *turn(3)])
    assert again(domain, found).current_slot_values() == found.current_slot_values()


def test_storing_again_and_again_keeps_the_slots(domain: Domain) -> None:
    found = tracker(domain, [kinds.SlotSet("procedure", "1.001193", MOMENT)])
    for number in range(5):
        for event in turn(number):
            found.update(event)
        found = again(domain, found)
    values = found.current_slot_values()
    assert (values["procedure"], values["case"], values["aspect"]) == ("1.001193", "v3", "v4")


def test_an_active_loop_survives(domain: Domain) -> None:
    found = tracker(domain, [*turn(1), kinds.ActiveLoop("dossier_form", MOMENT), *turn(2), *turn(3)])
    assert again(domain, found).active_loop_name == "dossier_form"


def test_the_session_before_is_dropped(domain: Domain) -> None:
    found = tracker(domain, [*turn(1), kinds.ActionExecuted("action_session_start"), kinds.SessionStarted()])
    assert "câu 1" not in stored_events(found)


def test_what_the_bot_said_is_not_stored(domain: Domain) -> None:
    assert "một câu trả lời dài" not in stored_events(tracker(domain, turn(1)))


def test_of_the_understanding_only_the_best_is_stored(domain: Domain) -> None:
    (event,) = [e for e in orjson.loads(stored_events(tracker(domain, turn(1)))) if e["event"] == "user"]
    parsed = event["parse_data"]
    assert len(parsed["intent_ranking"]) == RANKING_KEPT
    assert not {LINKING, UNDERSTANDING, "text_tokens"} & parsed.keys()


def test_personal_numbers_are_masked(domain: Domain) -> None:
    found = tracker(domain, [said("số căn cước 012345678901, điện thoại 0901234567, a@example.vn")])
    stored = stored_events(found)
    assert [part for part in ("012345678901", "0901234567", "a@example.vn") if part in stored] == []


def test_the_running_turn_still_sees_what_was_typed(domain: Domain) -> None:
    found = tracker(domain, [said("số căn cước 012345678901")])
    stored_events(found)
    assert found.latest_message
    assert found.latest_message.text == "số căn cước 012345678901"
