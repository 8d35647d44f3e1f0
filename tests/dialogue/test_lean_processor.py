"""What the lean processor leaves out changes no dialogue."""

from __future__ import annotations

import os
import subprocess
import sys
from unittest.mock import Mock

import pytest
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecutionRejected, DefinePrevUserUtteredFeaturization, Event, SlotSet
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.lean_processor import LeanProcessor


def _logged(kind: type[MessageProcessor], events: list[Event] | None) -> list[dict[str, object]]:
    processor = kind.__new__(kind)
    processor.domain = Domain.empty()
    tracker = DialogueStateTracker("someone", [AnySlot("case", mappings=[{}])])
    action = Mock()
    action.name.return_value = "action_answer"
    action.event_for_successful_execution.side_effect = lambda prediction: SlotSet("case", "executed")
    prediction = PolicyPrediction(
        [1.0], "RulePolicy", events=[DefinePrevUserUtteredFeaturization(use_text_for_featurization=False)]
    )
    processor._log_action_on_tracker(tracker, action, events, prediction)
    return [{**event.as_dict(), "timestamp": None} for event in tracker.events]


@pytest.mark.parametrize(
    "events",
    [None, [], [SlotSet("case", "twins")], [SlotSet("case", "twins"), ActionExecutionRejected("action_answer")]],
    ids=["nothing returned", "no events", "a slot", "rejected"],
)
def test_the_tracker_gets_the_events_that_rasa_would_log(events: list[Event] | None) -> None:
    assert _logged(LeanProcessor, events) == _logged(MessageProcessor, events)


@pytest.mark.parametrize(("given", "wanted"), [(None, "1"), ("2", "2")], ids=["by itself", "as the operator says"])
def test_a_serving_process_calculates_on_one_thread(given: str | None, wanted: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    code = (
        "import bot.commands.up, numpy; from threadpoolctl import threadpool_info; "
        "print(*{pool['num_threads'] for pool in threadpool_info()})"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | ({} if given is None else {"OMP_NUM_THREADS": given}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert found.stdout.strip() == wanted
