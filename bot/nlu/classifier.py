"""Intent classifier: which aspect is asked about, or which dialogue act this is."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.matching.linear import LinearModel
from bot.nlu.featurizer import KNOWN_SHARE, sentence_rows, stacked
from bot.nlu.labels import UNDERSTANDING, is_name
from bot.nlu.tokenizer import language_fingerprint
from bot.vietnamese.folding import number_of

FEWEST_INTENTS = 3
RANKING_LENGTH = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """One-vs-rest logistic regression over the shared sentence features."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
    ) -> None:
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @classmethod
    def required_components(cls) -> list[type]:
        """Place this component after a featurizer."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Let a new scikit-learn version invalidate the training cache."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings that `config.yml` may override.

        `strength` is C of the regression; `min_known` the share of syllables that must have been
        seen in training, below which no intent is named; `name_weight` the weight of a procedure's
        names beside its questions.
        """
        return {"strength": 5.0, "min_known": 0.3, "name_weight": 0.3}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return the hash of the rules and models beside this file."""
        return language_fingerprint()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """Build the untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """Load, and let every error out: an untrained model must never serve."""
        with model_storage.read_from(resource) as directory:
            model = LinearModel.load(directory, "intents")
        return cls(config, model_storage, resource, model)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit and store the weights.

        Raises:
            ValueError: There are fewer than three intents.
        """
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        labels = [str(e.get(INTENT)) for e in examples]
        if len(set(labels)) < FEWEST_INTENTS:
            raise ValueError("the classifier needs at least three intents")
        rows, owners = stacked(examples)
        # Bare names all mean "overview" and would drown the questions.
        weight = np.array([self._config["name_weight"] if is_name(e) else 1.0 for e in examples])
        keys = np.array([number_of(e.get(TEXT)) for e in examples])
        self._model = LinearModel.fit(
            rows,
            [labels[owner] for owner in owners],
            strength=self._config["strength"],
            sample_weight=weight[owners],
            keys=keys[owners],
        )
        with self._storage.write_to(self._resource) as directory:
            self._model.save(directory, "intents")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent`, `intent_ranking` and the raw scores."""
        for message in messages:
            ranking, scores = self._rank(message)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set(UNDERSTANDING, scores, add_to_output=True)
        return messages

    def _rank(self, message: Message) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        if self._model is None:
            raise RuntimeError("the classifier is not trained")
        row = sentence_rows(message)[0]
        known = float(message.get(KNOWN_SHARE) or 0.0)
        # Without known words a linear model answers its bias, with confidence.
        if row.nnz == 0 or known < self._config["min_known"]:
            return [{"name": None, "confidence": 0.0}], {"known": known, "intents": {}}
        scores = self._model.scores(row)[0]
        best = np.argsort(-scores)[:RANKING_LENGTH]
        shares = scores / max(float(scores.sum()), 1e-9)
        ranking = [{"name": self._model.labels[i], "confidence": float(shares[i])} for i in best]
        raw = {self._model.labels[i]: round(float(scores[i]), 4) for i in best}
        return ranking, {"known": known, "intents": raw}
