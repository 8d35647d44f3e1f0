"""Training data: the YAML files and what the catalogue knows about how people ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.loader import load_catalogue
from bot.catalogue.model import Aspect
from bot.nlu.example import Example
from bot.nlu.labels import intent_of, set_procedure
from bot.vietnamese.normaliser import clean


class CatalogueImporter(RasaFileImporter):
    """Adds to the files under `data/` what the catalogue knows about how people ask."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: str | list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(config_file, domain_path, training_data_paths, **kwargs)
        project = Path(config_file).resolve().parent if config_file else Path.cwd()
        self._directory = project / "data" / "catalogue"
        self._read: TrainingData | None = None

    def get_nlu_data(self, language: str | None = "vi") -> TrainingData:
        """Return all examples; lookup tables and synonyms pass through.

        Rasa asks several times during one training; the files are read once.
        """
        if self._read is None:
            self._read = self._read_all(language)
        return self._read

    def _read_all(self, language: str | None) -> TrainingData:
        written = super().get_nlu_data(language)
        examples = [
            Example(data={**example.data, TEXT: clean(example.get(TEXT))})
            for example in written.training_examples
            if example.get(TEXT)
        ]
        others = [example for example in written.training_examples if not example.get(TEXT)]
        examples += catalogue_examples(load_catalogue(self._directory))
        return TrainingData(
            distinct(examples) + others,
            written.entity_synonyms,
            written.regex_features,
            written.lookup_tables,
            written.responses,
        )


def catalogue_examples(catalogue: Catalogue) -> list[Message]:
    """Return questions and names of all procedures and ambiguous names as labelled examples."""
    examples: list[Message] = []
    for procedure in catalogue:
        names = (
            procedure.short_name,
            procedure.official_name.removeprefix("Thủ tục "),
            *procedure.aliases,
        )
        labelled = [(Aspect.OVERVIEW, name, True) for name in names]
        labelled += [(aspect, text, False) for aspect, texts in procedure.questions.items() for text in texts]
        for aspect, text, is_name in labelled:
            example = Example(data={TEXT: clean(text), INTENT: intent_of(aspect)})
            set_procedure(example, procedure.code, is_name=is_name)
            examples.append(example)
    for group in catalogue.groups:
        labelled = [(Aspect.OVERVIEW, name, True) for name in group.names]
        labelled += [(aspect, text, False) for aspect, texts in group.examples.items() for text in texts]
        for aspect, text, is_name in labelled:
            example = Example(data={TEXT: clean(text), INTENT: intent_of(aspect)})
            set_procedure(example, group.label, is_name=is_name)
            examples.append(example)
    return examples


def distinct(examples: list[Message]) -> list[Message]:
    """Return the examples without repetitions of a text under the same intent."""
    kept: dict[tuple[str, str], Message] = {}
    for example in examples:
        kept.setdefault((example.get(TEXT).lower(), str(example.get(INTENT))), example)
    return list(kept.values())
