"""The one sparse transform that the intent classifier and the procedure linker share."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.matching.tfidf import DualTfidf
from bot.nlu.tokenizer import language_fingerprint
from bot.vietnamese.normaliser import normalise

KNOWN_SHARE = "known_share"
"""Message key: share of syllables seen in training."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class DualTfidfFeaturizer(SparseFeaturizer, GraphComponent):
    """Dual TF-IDF (accented and stripped, words and characters) as sentence features."""

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        storage: ModelStorage,
        resource: Resource,
        tfidf: DualTfidf | None = None,
    ) -> None:
        super().__init__(name, config)
        self._storage, self._resource, self._tfidf = storage, resource, tfidf

    @classmethod
    def required_components(cls) -> list[type]:
        """Place this component after a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings that `config.yml` may override."""
        return dict(SparseFeaturizer.get_default_config())

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be set wrongly."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return the hash of word lists and rules."""
        return language_fingerprint()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DualTfidfFeaturizer:
        """Build the untrained component."""
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> DualTfidfFeaturizer:
        """Load, and let every error out: an untrained model must never serve."""
        with model_storage.read_from(resource) as directory:
            tfidf = DualTfidf.load(directory)
        return cls(config, execution_context.node_name, model_storage, resource, tfidf)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn vocabulary and weights from all examples."""
        messages = [normalise(e.get(TEXT)) for e in training_data.training_examples if e.get(TEXT)]
        self._tfidf = DualTfidf.fit(messages)
        with self._storage.write_to(self._resource) as directory:
            self._tfidf.save(directory)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to all examples, in one pass."""
        self.process([example for example in training_data.training_examples if example.get(TEXT)])
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features and the share of known syllables."""
        if self._tfidf is None:
            raise RuntimeError("the featurizer is not trained")
        normal = [normalise(message.get(TEXT)) for message in messages]
        rows = self._tfidf.transform(normal)
        for number, message in enumerate(messages):
            row = rows if len(messages) == 1 else rows[number]
            features = Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
            message.add_features(features)
            message.set(KNOWN_SHARE, self._tfidf.known_share(normal[number]))
        return messages
