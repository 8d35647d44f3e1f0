"""The gate: what is done with an uncertain message, from intent scores and linking together."""

from __future__ import annotations

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
from bot.matching.topics import corrected, topic_of
from bot.nlu.labels import FALLBACK_INTENT, LINKING, UNDERSTANDING, aspect_of, intent_of
from bot.places.finding import FindingKind
from bot.places.guide import project_guide
from bot.places.syllables import syllables_of
from bot.vietnamese.folding import words

UNTOUCHED = {"emergency", "ask_location", "request_human", "petition", "greet", "insult"}
"""Acts for which it does not matter that another province is named."""
BESIDE_THE_POINT = {"out_of_scope", "dossier_status", "deny", "affirm", "legal_advice"}
"""Acts that a question without subject ("mất bao lâu") is mistaken for."""
PLEASANTRIES = {"greet", "goodbye", "thank", "affirm", "deny", "insult", "ask_bot", "ask_capabilities", "more"}
SHORT = 6
FRAGMENT = 8
"""Words of a question that needs the conversation to be understood."""
FEW = 3
"""Words of a pleasantry that may be weak."""
OURS = 0.7
"""Chance of naming a procedure from which one asks back rather than refuses."""
ENOUGH_KNOWN = 0.6
"""Share of known syllables from which a message is language rather than noise."""
REACH = 5
"""Syllables before a province within which a word of place counts."""
_AT = frozenset({"o", "tai", "trong", "ngoai", "ben", "ra", "vao", "ve", "cua"})
_ORIGIN = frozenset({"bien", "que", "goc", "nguoi", "khau", "bang", "quan"})
ABOUT_PROCEDURES = {"switch_procedure", "correct_procedure", "go_back", "more"}
"""Acts that live from the procedure under discussion."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Gate(GraphComponent, IntentClassifier):
    """Turns a weak act beside a clear procedure into a question about it, and noise into the fallback."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings that `config.yml` may override, each but `foreign_words` a score from 0 to 1.

        `sure_act`: from here an act stands although a procedure is named.
        `least_act`, `least_aspect`: below, the message is not understood unless it names a procedure.
        `second_aspect`: from here a second aspect is answered too.
        `noise_known`, `noise_act`: a message with a smaller share of known syllables is noise, unless an act
        is at least that likely or a procedure may be named.
        `sure_pleasantry`: from here a longer message is a greeting, thanks or a yes.
        `fragment_aspect`: from here a few words are a question about the subject rather than foreign.
        `foreign_mention`, `foreign_words`: a message of that many words with less chance of naming a
        procedure is about something else.
        `foreign_second`, `ours_beyond`: a question that is nearly out of scope is about ours only from that
        chance of having the right procedure.
        `here_beyond`: from that chance a named procedure is asked about here, whatever province is told of,
        unless the classifier itself hears one.
        """
        return {
            "sure_act": 0.75,
            "least_act": 0.2,
            "least_aspect": 0.12,
            "second_aspect": 0.5,
            "noise_known": 0.9,
            "noise_act": 0.4,
            "sure_pleasantry": 0.5,
            "fragment_aspect": 0.3,
            "foreign_mention": 0.15,
            "foreign_words": 5,
            "foreign_second": 0.5,
            "ours_beyond": 0.8,
            "here_beyond": 0.9,
        }

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
            self._note_foreign(message)
        return messages

    def _decide(self, message: Message) -> str | None:
        """Return another intent than the classifier's, or None to keep it."""
        name = (message.get(INTENT) or {}).get("name")
        linking = message.get(LINKING) or {}
        scores: dict[str, float] = (message.get(UNDERSTANDING) or {}).get("intents", {})
        names_one = bool(linking.get("found"))
        if name not in UNTOUCHED and not self._is_here(linking, scores) and is_elsewhere(message.get(TEXT)):
            return "other_province"
        if name is None:
            return intent_of(Aspect.OVERVIEW) if names_one else FALLBACK_INTENT
        best = scores.get(name, 0.0)
        topic = topic_of(words(message.get(TEXT)))
        if topic and (aspect_of(name) or best < self._config["sure_act"] or name == "out_of_scope"):
            return intent_of(Aspect(topic))
        if aspect_of(name) or name in ABOUT_PROCEDURES:
            if best < self._config["least_aspect"] and not linking.get("found") and not linking.get("ask"):
                return FALLBACK_INTENT
            if self._is_nearly_foreign(linking, scores):
                return "out_of_scope"
            return _corrected_intent(name, message)
        if names_one and best < self._config["sure_act"]:
            return self._best_aspect(scores)
        known = float((message.get(UNDERSTANDING) or {}).get("known", 1.0))
        is_noise = known < self._config["noise_known"] and best < self._config["noise_act"]
        if is_noise and name != "out_of_scope" and not linking.get("ask"):
            return FALLBACK_INTENT
        if name in BESIDE_THE_POINT and best < self._config["sure_act"] and _is_short_question(message):
            return self._best_aspect(scores)
        if name == "out_of_scope" and best < self._config["sure_act"]:
            asks = max((score for other, score in scores.items() if aspect_of(other)), default=0.0)
            if _may_be_ours(linking) or (_is_fragment(message) and asks >= self._config["fragment_aspect"]):
                return self._best_aspect(scores)
        if best < self._config["least_act"] and name != "out_of_scope":
            if linking.get("ask"):
                return self._best_aspect(scores)
            return FALLBACK_INTENT
        if name in PLEASANTRIES and best < self._config["sure_pleasantry"] and not _is_short(message):
            return self._best_aspect(scores)
        return None

    def _is_here(self, linking: dict[str, Any], scores: dict[str, float]) -> bool:
        """Say whether a procedure is named so clearly that another province is only part of the story."""
        heard = scores.get("other_province", 0.0) >= self._config["least_act"]
        return (
            bool(linking.get("found")) and linking.get("right", 0.0) >= self._config["here_beyond"] and not heard
        )

    def _is_nearly_foreign(self, linking: dict[str, Any], scores: dict[str, float]) -> bool:
        """Say whether a question sounds foreign, too, and its procedure is far from certain."""
        foreign = scores.get("out_of_scope", 0.0) >= self._config["foreign_second"]
        return foreign and bool(linking.get("found")) and linking.get("right", 0.0) < self._config["ours_beyond"]

    def _note_foreign(self, message: Message) -> None:
        """Note under `linking` a message of known words that is about none of our procedures."""
        linking = message.get(LINKING) or {}
        known = float((message.get(UNDERSTANDING) or {}).get("known", 0.0))
        long_enough = len(words(message.get(TEXT)).split()) >= self._config["foreign_words"]
        if (
            long_enough
            and known >= ENOUGH_KNOWN
            and float(linking.get("mention", 0.0)) < self._config["foreign_mention"]
        ):
            message.set(LINKING, {**linking, "foreign": True}, add_to_output=True)

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


def _corrected_intent(name: str, message: Message) -> str | None:
    """Return the intent of the neighbouring aspect that is meant, or None to keep it."""
    aspect = aspect_of(name)
    meant = corrected(aspect.value, words(message.get(TEXT))) if aspect else None
    return intent_of(Aspect(meant)) if meant and aspect and meant != aspect.value else None


def _is_short_question(message: Message) -> bool:
    """Say whether a message is a few words with a cue of an aspect."""
    said = words(message.get(TEXT))
    return len(said.split()) <= SHORT and bool(cue_columns(said))


def _may_be_ours(linking: dict[str, Any]) -> bool:
    """Say whether a message that seems foreign rather names one of our procedures."""
    return bool(linking.get("ask")) and float(linking.get("mention", 0.0)) >= OURS


def _is_fragment(message: Message) -> bool:
    return len(words(message.get(TEXT)).split()) <= FRAGMENT


def _is_short(message: Message) -> bool:
    return len(words(message.get(TEXT)).split()) <= FEW


def is_elsewhere(text: str) -> bool:
    """Say whether a question is about doing something in another province.

    A province must be named as the place ("ở Hải Phòng"; not "biển Hải Phòng", "quê Hải Phòng"), and
    nothing in Quảng Ninh.
    """
    if "quang ninh" in words(text):
        return False
    guide = project_guide()
    if guide.find(text).kind is not FindingKind.OTHER_PROVINCE:
        return False
    said = [syllable.form.folded for syllable in syllables_of(text)]
    return any(
        mention.is_foreign and _is_the_place(said[max(0, mention.cue_start - REACH) : mention.cue_start])
        for mention in guide.mentions(text)
    )


def _is_the_place(before: list[str]) -> bool:
    """Say whether the words before a name make it the place where something is to be done."""
    return bool(_AT & set(before)) and before[-1] not in _ORIGIN
