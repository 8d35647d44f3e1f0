"""Saying things: replies carry an outcome, and what it was about, beside their text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.memory import offer
from bot.catalogue.answers.compose import Answer
from bot.catalogue.model import Aspect, Case, Procedure
from bot.conversations.messages import Outcome

NONE_OF_THESE = "Không phải các mục trên"
MOST_BUTTONS = 3


class Offered(Protocol):
    """What a button needs to know of a procedure, curated or imported."""

    @property
    def code(self) -> str:
        """The code it chooses."""

    @property
    def short_name(self) -> str:
        """The words on the button."""


def button(title: str, intent: str, **entities: str) -> dict[str, str]:
    """Return a button; its payload stays on the server and is trusted."""
    return {"title": title, "payload": f"/{intent}{json.dumps(entities) if entities else ''}"}


def say(
    dispatcher: CollectingDispatcher,
    text: str,
    outcome: Outcome,
    buttons: Sequence[dict[str, str]] = (),
    **about: Any,
) -> None:
    """Utter one reply."""
    custom = {"outcome": outcome.value, **{key: value for key, value in about.items() if value}}
    dispatcher.utter_message(text=text, buttons=list(buttons), json_message=custom)


def say_answer(
    dispatcher: CollectingDispatcher,
    procedure: Procedure,
    aspect: Aspect,
    answer: Answer,
    note: str | None = None,
) -> None:
    """Utter a catalogue answer with the buttons that fit, and a note that fits the message."""
    buttons = []
    if answer.open_case:
        buttons += [case_button(procedure, aspect, case) for case in procedure.cases]
    if answer.has_more:
        buttons.append(button("Xem thêm", "more"))
    if answer.is_unknown:
        buttons.append(button("Gặp cán bộ", "request_human", task="answer"))
    text = f"{answer.text}\n{note}" if note else answer.text
    if answer.open_case and procedure.case_question:
        text = f"{text}\n\n{procedure.case_question}"
    say(
        dispatcher,
        text,
        Outcome.ANSWER,
        buttons,
        procedure=procedure.code,
        aspect=aspect.value,
        sources=list(answer.sources),
    )


def case_button(procedure: Procedure, aspect: Aspect, case: Case) -> dict[str, str]:
    """Return the button that narrows an answer to a case."""
    return button(case.name, "choose", procedure=procedure.code, aspect=aspect.value, case=case.id)


def ask_which(
    dispatcher: CollectingDispatcher, procedures: Sequence[Offered], aspect: Aspect, question: str
) -> list[EventType]:
    """Ask which procedure is meant, with a way to refuse all; return the events that note the offer."""
    offered = procedures[:MOST_BUTTONS]
    buttons = [
        button(procedure.short_name, "choose", procedure=procedure.code, aspect=aspect.value)
        for procedure in offered
    ]
    buttons.append(button(NONE_OF_THESE, "none_of_these"))
    lines = [f"{number}. {procedure.short_name}" for number, procedure in enumerate(offered, 1)]
    lines.append(f"{len(offered) + 1}. {NONE_OF_THESE}")
    text = question + "\n" + "\n".join(lines)
    say(
        dispatcher,
        text,
        Outcome.CLARIFY,
        buttons,
        aspect=aspect.value,
        offers=[procedure.code for procedure in offered],
    )
    return offer([procedure.code for procedure in procedures], aspect)
