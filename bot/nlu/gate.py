"""The gate: what is done with an uncertain message, from intent scores and linking together."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.catalogue.model import Aspect
from bot.matching.cues import cue_columns
from bot.nlu.labels import FALLBACK_INTENT, LINKING, UNDERSTANDING, aspect_of, intent_of
from bot.places.finding import FindingKind
from bot.places.guide import project_guide
from bot.vietnamese.folding import words

UNTOUCHED = {"emergency", "ask_location", "request_human", "petition", "greet", "insult"}
"""Acts for which it does not matter that another province is named."""
BESIDE_THE_POINT = {"out_of_scope", "dossier_status", "deny", "affirm", "legal_advice"}
"""Acts that a question without subject ("mất bao lâu") is mistaken for."""
SHORT = 6
_AT = re.compile(r"\b(?:o|tai|trong|ngoai|ben|ra|vao|ve|tinh|thanh pho|tp|cua)\b")
ABOUT_PROCEDURES = {"switch_procedure", "correct_procedure", "go_back", "more"}
"""Acts that live from the procedure under discussion."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Gate(GraphComponent, IntentClassifier):
    """Turns a weak act beside a clear procedure into a question about it, and noise into the fallback."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings that `config.yml` may override, each a score from 0 to 1.

        `sure_act`: from here an act stands although a procedure is named. `least_act`, `least_aspect`:
        below, the message is not understood unless it names a procedure.
        """
        return {"sure_act": 0.75, "least_act": 0.2, "least_aspect": 0.12, "second_aspect": 0.5}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Gate:
        """Build the component."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Replace the intent where the evidence asks for it."""
        for message in messages:
            decided = self._decide(message)
            if decided is not None:
                intent = {
                    "name": decided,
                    "confidence": (message.get(INTENT) or {}).get("confidence", 0.0),
                }
                message.set(INTENT, intent, add_to_output=True)
                ranking = [intent, *(message.get(INTENT_RANKING_KEY) or [])]
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            self._note_second_aspect(message)
        return messages

    def _decide(self, message: Message) -> str | None:
        """Return another intent than the classifier's, or None to keep it."""
        name = (message.get(INTENT) or {}).get("name")
        linking = message.get(LINKING) or {}
        scores: dict[str, float] = (message.get(UNDERSTANDING) or {}).get("intents", {})
        names_one = bool(linking.get("found"))
        if name not in UNTOUCHED and is_elsewhere(message.get(TEXT)):
            return "other_province"
        if name is None:
            return intent_of(Aspect.OVERVIEW) if names_one else FALLBACK_INTENT
        best = scores.get(name, 0.0)
        if aspect_of(name) or name in ABOUT_PROCEDURES:
            if best < self._config["least_aspect"] and not linking.get("found") and not linking.get("ask"):
                return FALLBACK_INTENT
            return None
        if names_one and best < self._config["sure_act"]:
            return self._best_aspect(scores)
        if name in BESIDE_THE_POINT and best < self._config["sure_act"] and _is_short_question(message):
            return self._best_aspect(scores)
        if best < self._config["least_act"] and name != "out_of_scope":
            return self._best_aspect(scores) if linking.get("ask") else FALLBACK_INTENT
        return None

    @staticmethod
    def _best_aspect(scores: dict[str, float]) -> str:
        aspects = {name: score for name, score in scores.items() if aspect_of(name)}
        return max(aspects, key=lambda name: aspects[name], default=intent_of(Aspect.OVERVIEW))

    def _note_second_aspect(self, message: Message) -> None:
        name = (message.get(INTENT) or {}).get("name")
        scores: dict[str, float] = (message.get(UNDERSTANDING) or {}).get("intents", {})
        if aspect_of(name) in (None, Aspect.OVERVIEW):
            return
        others = [
            aspect.value
            for other, score in scores.items()
            if other != name
            and score >= self._config["second_aspect"]
            and (aspect := aspect_of(other)) not in (None, Aspect.OVERVIEW)
            and aspect is not None
        ]
        linking = message.get(LINKING) or {}
        message.set(LINKING, {**linking, "more_aspects": others[:1]}, add_to_output=True)


def _is_short_question(message: Message) -> bool:
    """Say whether a message is a few words with a cue of an aspect."""
    said = words(message.get(TEXT))
    return len(said.split()) <= SHORT and bool(cue_columns(said))


def is_elsewhere(text: str) -> bool:
    """Say whether a question is about doing something in another province.

    A province must be named as a place ("ở Hải Phòng"), and Quảng Ninh must not.
    """
    said = words(text)
    if "quang ninh" in said or not _AT.search(said):
        return False
    return project_guide().find(text).kind is FindingKind.OTHER_PROVINCE
