"""The one sparse transform that the intent classifier and the procedure linker share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
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

from bot.matching.halves import LEAST, in_halves
from bot.matching.tfidf import DualTfidf
from bot.nlu.tokenizer import language_fingerprint
from bot.vietnamese.clauses import affirmed, matters
from bot.vietnamese.folding import strip_marks
from bot.vietnamese.normaliser import normalise

STRIPPED, MATTER = ".stripped", ".matter"
"""Endings of the origin of features: of an example as if typed without diacritics; of one matter of a message."""
KNOWN_SHARE = "known_share"
"""Message key: share of syllables seen in training."""


class RowFeatures(Features):
    """Features with a quick fingerprint: Rasa prints each row as text, for ten seconds of a training."""

    @cached_property
    def _digest(self) -> str:
        row = self.features
        digest = hashlib.blake2b(row.indices.tobytes(), digest_size=16)
        digest.update(row.data.tobytes())
        digest.update(f"{self.type}{self.origin}{self.attribute}".encode())
        return digest.hexdigest()

    def fingerprint(self) -> str:
        """Return a hash of the row and its origin; the row never changes."""
        return self._digest


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
        """Learn vocabulary and weights from all examples, with and without diacritics."""
        texts = [e.get(TEXT) for e in training_data.training_examples if e.get(TEXT)]
        messages = [normalise(text) for text in dict.fromkeys([*texts, *map(strip_marks, texts)])]
        self._tfidf = DualTfidf.fit(messages)
        with self._storage.write_to(self._resource) as directory:
            self._tfidf.save(directory)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to all examples, and once more as if typed without diacritics."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        self._add_rows(examples)
        bare = [(e, strip_marks(e.get(TEXT))) for e in examples if strip_marks(e.get(TEXT)) != e.get(TEXT)]
        rows, _ = self._rows([text for _, text in bare])
        for number, (example, _) in enumerate(bare):
            example.add_features(
                RowFeatures(rows[number], FEATURE_TYPE_SENTENCE, TEXT, self._identifier + STRIPPED)
            )
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features and the share of known syllables; once more for each matter of several, or for what is
        left when something is denied.
        """
        self._add_rows(messages)
        for message in messages:
            said = affirmed(message.get(TEXT))
            parts = matters(said)
            if len(parts) > 1 or said != message.get(TEXT):
                for row in self._rows(parts)[0]:
                    message.add_features(RowFeatures(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier + MATTER))
        return messages

    def _add_rows(self, messages: list[Message]) -> None:
        rows, known = self._rows([message.get(TEXT) for message in messages])
        for number, message in enumerate(messages):
            row = rows if len(messages) == 1 else rows[number]
            message.add_features(RowFeatures(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
            message.set(KNOWN_SHARE, known[number])

    def _rows(self, texts: Sequence[str]) -> tuple[scipy.sparse.csr_matrix, list[float]]:
        """Return one row of features for each text, and its share of known syllables."""
        tfidf = self._trained()

        def work(part: Sequence[str]) -> tuple[scipy.sparse.csr_matrix, list[float]]:
            normal = [tfidf.speller.repair(normalise(text)) for text in part]
            return tfidf.transform(normal), [tfidf.known_share(message) for message in normal]

        if len(texts) < LEAST:
            return work(texts)
        done = in_halves(work, texts)
        rows = scipy.sparse.vstack([rows for rows, _ in done], format="csr")
        return rows, [share for _, known in done for share in known]

    def _trained(self) -> DualTfidf:
        if self._tfidf is None:
            raise RuntimeError("the featurizer is not trained")
        return self._tfidf


def sentence_rows(message: Message) -> list[scipy.sparse.csr_matrix]:
    """Return the sentence features of a message: as typed, and for examples also without diacritics.

    Raises:
        RuntimeError: There are none; the featurizer is missing from the pipeline.
    """
    rows = [features.features for features in _sentence_features(message) if not _is_matter(features)]
    if not rows:
        raise RuntimeError("no sentence features; is the featurizer in the pipeline?")
    return rows


def matter_rows(message: Message) -> list[scipy.sparse.csr_matrix]:
    """Return the features of each matter of a message; empty when it is one and nothing is denied."""
    return [features.features for features in _sentence_features(message) if _is_matter(features)]


def _sentence_features(message: Message) -> Iterator[Features]:
    for features in message.features:
        if features.attribute == TEXT and features.type == FEATURE_TYPE_SENTENCE:
            yield features


def _is_matter(features: Features) -> bool:
    return str(features.origin).endswith(MATTER)


def stacked(examples: Sequence[Message]) -> tuple[scipy.sparse.csr_matrix, npt.NDArray[np.int64]]:
    """Return all rows of the examples, and for each row the number of its example."""
    rows = [sentence_rows(example) for example in examples]
    owners = np.repeat(np.arange(len(rows)), [len(own) for own in rows])
    return scipy.sparse.vstack([row for own in rows for row in own], format="csr"), owners
