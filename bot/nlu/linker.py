"""Procedure linker: which procedure of the catalogue a message is about, if any.

Two views are added: a classifier over procedures, trained on their example questions, and the
nearest name. Examples without a procedure train a label of their own, so that a follow-up without
subject ("thế còn lệ phí?") links to nothing and the conversation keeps its procedure.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.catalogue.groups import PREFIX
from bot.matching.halves import in_halves
from bot.matching.linear import LinearModel
from bot.matching.retriever import NameRetriever, unit_rows
from bot.nlu import calibration as calibration_rules
from bot.nlu.calibration import HELD_OUT, UNCALIBRATED, Calibration, calibrate, features, fold_of
from bot.nlu.featurizer import matter_rows, sentence_rows, stacked
from bot.nlu.labels import LINKING, PROCEDURE, aspect_of, is_name, procedure_of
from bot.nlu.tokenizer import language_fingerprint
from bot.vietnamese.folding import number_of

NONE = "none"
CANDIDATES = 20
"""Ranked for the dialogue, which may prefer one it has just offered."""
KEPT = 5
"""Written down for staff."""
OFFERED = 3
MENTIONED = 0.5
CLOSE = 0.8
"""Share of the score of an ambiguous name from which a procedure of it is preferred."""
THE_NAME = 0.95
"""Likeness from which a message is the ambiguous name and nothing else."""
SURE_ALONE = 0.7
"""Chance of being right from which one matter of several stands by itself."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A procedure with its score by the classifier and the cosine of its nearest name."""

    code: str
    learned: float
    near: float
    total: float = 0.0


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ProcedureLinker(GraphComponent, EntityExtractorMixin):
    """Ranks procedures and says how sure the first is."""

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
        retriever: NameRetriever | None = None,
        calibration: Calibration = UNCALIBRATED,
    ) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model, self._retriever, self._calibration = model, retriever, calibration
        self._codes = [label for label in model.labels if label != NONE] if model else []
        self._none = model.labels.index(NONE) if model and NONE in model.labels else None

    @classmethod
    def required_components(cls) -> list[type]:
        """Place this component after the featurizer."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Let a new scikit-learn version invalidate the training cache."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the settings that `config.yml` may override."""
        return {"strength": 5.0, "name_weight": 0.5, "mention": 0.35}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Return the hash of the rules and models beside this file."""
        return language_fingerprint() + inspect.getsource(calibration_rules)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ProcedureLinker:
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
    ) -> ProcedureLinker:
        """Load, and let every error out: an untrained model must never serve."""
        with model_storage.read_from(resource) as directory:
            model = LinearModel.load(directory, "procedures")
            document = json.loads((directory / "linker.json").read_text(encoding="utf-8"))
            retriever = NameRetriever.load(directory, document["procedures"])
        calibration = Calibration.from_stored(document["calibration"])
        return cls(config, model_storage, resource, model, retriever, calibration)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on examples labelled with a procedure, and on those that name none; then calibrate."""
        examples = [e for e in training_data.training_examples if e.get(TEXT) and e.get(INTENT)]
        codes = sorted({code for e in examples if (code := procedure_of(e))})
        retriever = self._names(examples, codes)
        kept, labels = self._labelled(examples, retriever)
        judge, calibration = self._calibrate(kept, labels)
        rows, owners = stacked(kept)
        keys = np.array([number_of(e.get(TEXT)) for e in kept])
        model = LinearModel.fit(
            rows,
            [labels[owner] for owner in owners],
            strength=self._config["strength"],
            keys=keys[owners],
            start=judge,
        )
        with self._storage.write_to(self._resource) as directory:
            model.save(directory, "procedures")
            retriever.save(directory)
            document = {"procedures": len(codes), "calibration": calibration.stored()}
            (directory / "linker.json").write_text(json.dumps(document), encoding="utf-8")
        return self._resource

    @staticmethod
    def _names(examples: list[Message], codes: list[str]) -> NameRetriever:
        names = [e for e in examples if is_name(e)]
        rows, owners = stacked(names)
        places = {code: place for place, code in enumerate(codes)}
        return NameRetriever(
            unit_rows(rows), [places[str(procedure_of(names[owner]))] for owner in owners], len(codes)
        )

    def _calibrate(self, examples: list[Message], labels: list[str]) -> tuple[LinearModel | None, Calibration]:
        """Score each example of a fold by a model that has not seen it, in no spelling, nor as a name.

        One spelling of each text is enough here, and saves half the time. That model is returned, too: the
        one that serves starts from it.
        """
        numbers = np.array([number_of(e.get(TEXT)) for e in examples])
        is_inside = np.array([fold_of(e.get(TEXT)) for e in examples]) != HELD_OUT
        inside, outside = np.flatnonzero(is_inside), np.flatnonzero(~is_inside)
        known = [examples[i] for i in inside]
        kept_labels = [labels[i] for i in inside]
        if not len(outside) or len(set(kept_labels)) < 3 or not any(is_name(e) for e in known):
            return None, UNCALIBRATED
        rows = scipy.sparse.vstack([sentence_rows(e)[0] for e in known], format="csr")
        model = LinearModel.fit(rows, kept_labels, strength=self._config["strength"], keys=numbers[inside])
        names = self._names(known, sorted({label for label in kept_labels if label != NONE}))
        judge = ProcedureLinker(self._config, self._storage, self._resource, model, names)

        def ranked(places: Sequence[int]) -> list[tuple[list[Candidate], float]]:
            return [judge.rank(sentence_rows(examples[place])[0]) for place in places]

        rankings = [ranking for half in in_halves(ranked, outside.tolist()) for ranking in half]
        return model, calibrate(
            np.stack([_ranking_features(ranking, none) for ranking, none in rankings]),
            np.array([labels[place] != NONE for place in outside]),
            np.array(
                [ranking[0].code == labels[place] for (ranking, _), place in zip(rankings, outside, strict=True)]
            ),
        )

    def _labelled(self, examples: list[Message], retriever: NameRetriever) -> tuple[list[Message], list[str]]:
        """Return training examples with their label; unlabelled ones that name a procedure are left out."""
        kept: list[Message] = []
        labels: list[str] = []
        for example in examples:
            label = procedure_of(example)
            if label is None:
                if aspect_of(example.get(INTENT)) or example.get(INTENT) in {
                    "switch_procedure",
                    "correct_procedure",
                }:
                    nearest = retriever.scores(sentence_rows(example)[0]).max(initial=0.0)
                    if nearest > self._config["mention"]:
                        continue
                label = NONE
            kept.append(example)
            labels.append(label)
        return kept, labels

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the finding under `linking`, and an entity for each procedure found beyond doubt."""
        for message in messages:
            finding = self._link(message)
            message.set(LINKING, finding, add_to_output=True)
            entities = [
                {
                    "entity": PROCEDURE,
                    "value": code,
                    "start": 0,
                    "end": len(message.get(TEXT)),
                    "confidence_entity": finding["right"],
                    "extractor": type(self).__name__,
                }
                for code in finding["found"]
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def rank(self, row: scipy.sparse.csr_matrix) -> tuple[list[Candidate], float]:
        """Return the best candidates, best first, and the score of naming none."""
        if self._model is None or self._retriever is None:
            raise RuntimeError("the linker is not trained")
        scores = self._model.scores(row)[0]
        none = float(scores[self._none]) if self._none is not None else 0.0
        learned = np.delete(scores, self._none) if self._none is not None else scores
        near = self._retriever.scores(row)
        total = learned + self._config["name_weight"] * near
        best = np.argsort(-total)[:CANDIDATES]
        return [Candidate(self._codes[i], float(learned[i]), float(near[i]), float(total[i])) for i in best], none

    def _link(self, message: Message) -> dict[str, Any]:
        row = sentence_rows(message)[0]
        parts = matter_rows(message)
        if len(parts) == 1:
            row = parts[0]
        if row.nnz == 0:
            return {"found": [], "ask": [], "candidates": [], "scores": {}, "mention": 0.0, "right": 0.0}
        ranking, none = self.rank(row)
        mention, right = self._calibration.chances(_ranking_features(ranking, none))
        found: list[str] = []
        ask: list[str] = []
        group = ""
        if len(parts) > 1 and (several := self._several(parts)):
            found, mention, right = several, 1.0, max(right, self._calibration.answer_from)
        elif mention >= MENTIONED:
            first = preferred(ranking)
            if right >= self._calibration.answer_from and not first.startswith(PREFIX):
                found = [first]
            else:
                group = ranking[0].code if ranking[0].code.startswith(PREFIX) else ""
                ask = [c.code for c in ranking if not c.code.startswith(PREFIX)][:OFFERED]
        return {
            "found": found,
            "ask": ask,
            "group": group,
            "scores": {c.code: round(c.total, 3) for c in ranking if not c.code.startswith(PREFIX)},
            "mention": round(mention, 4),
            "right": round(right, 4),
            "none": round(none, 4),
            "candidates": [
                {"code": c.code, "learned": round(c.learned, 4), "near": round(c.near, 4)} for c in ranking[:KEPT]
            ],
        }

    def _several(self, rows: Sequence[scipy.sparse.csr_matrix]) -> list[str]:
        """Return the different procedures of a message with several matters, each beyond doubt by itself."""
        found: list[str] = []
        for row in rows:
            if row.nnz == 0:
                continue
            ranking, none = self.rank(row)
            mention, right = self._calibration.chances(_ranking_features(ranking, none))
            sure = max(SURE_ALONE, self._calibration.answer_from)
            code = ranking[0].code
            if mention >= MENTIONED and right >= sure and not code.startswith(PREFIX) and code not in found:
                found.append(code)
        return found if len(found) > 1 else []


def preferred(ranking: Sequence[Candidate]) -> str:
    """Return the first candidate; a procedure close behind an ambiguous name was named more exactly."""
    group, *others = ranking
    if group.code.startswith(PREFIX) and group.near < THE_NAME:
        best = next((other for other in others if not other.code.startswith(PREFIX)), None)
        if best and best.learned >= CLOSE * group.learned:
            return best.code
    return group.code


def _ranking_features(ranking: list[Candidate], none: float) -> npt.NDArray[np.float64]:
    first = ranking[0]
    second = ranking[1] if len(ranking) > 1 else Candidate("", 0.0, 0.0)
    return features((first.learned, second.learned), (first.near, second.near), none)
