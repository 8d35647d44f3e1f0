"""Child: write a stock Rasa project with the same training examples as ours.

Usage: python -m benchmarks.stock_project TARGET PIPELINE (`linear` or `diet`)

What cannot be the same: procedures. A stock pipeline has no linker, so its rules answer each intent
with a fixed text, of the length of our answers.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.nlu.constants import INTENT, TEXT

from bot.catalogue.answers.compose import compose
from bot.catalogue.loader import load_catalogue
from bot.catalogue.model import Aspect, Status
from bot.clock import today_in_vietnam
from bot.nlu.importer import CatalogueImporter
from bot.nlu.labels import intent_of

FALLBACK = "nlu_fallback"
LINEAR = [
    {"name": "WhitespaceTokenizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "LogisticRegressionClassifier"},
    {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
]
DIET = [
    *LINEAR[:3],
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "random_seed": 36},
    LINEAR[4],
]
PIPELINES = {"linear": LINEAR, "diet": DIET}


def write(target: Path, pipeline: str) -> int:
    """Write the project and return the number of its examples."""
    examples = _examples()
    ours = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))
    domain = yaml.safe_load(Path("domain.yml").read_text(encoding="utf-8"))
    config = {
        "recipe": "default.v1",
        "assistant_id": f"stock-{pipeline}",
        "language": "vi",
        "pipeline": PIPELINES[pipeline],
        # Our own policies: they are Rasa's.
        "policies": ours["policies"],
    }
    config["policies"] = [
        {**policy, "core_fallback_action_name": "action_default_fallback"} for policy in config["policies"]
    ]
    intents = [*examples, FALLBACK]
    for folder in ("data/nlu", "data/rules"):
        (target / folder).mkdir(parents=True)
    _dump(target / "config.yml", config)
    _dump(target / "domain.yml", _domain(domain, intents))
    _dump(target / "data/rules/rules.yml", _rules(intents))
    nlu = [
        {"intent": name, "examples": "".join(f"- {text}\n" for text in texts)} for name, texts in examples.items()
    ]
    _dump(target / "data/nlu/nlu.yml", {"version": "3.1", "nlu": nlu})
    return sum(map(len, examples.values()))


def _examples() -> dict[str, list[str]]:
    importer = CatalogueImporter("config.yml", "domain.yml", ["data/nlu", "data/rules"])
    found: dict[str, list[str]] = defaultdict(list)
    for example in importer.get_nlu_data().intent_examples:
        # Brackets mark entities in Rasa's files.
        text = re.sub(r"[\[\](){}\s]+", " ", example.get(TEXT)).strip()
        if text:
            found[example.get(INTENT)].append(text)
    return found


def _rules(intents: list[str]) -> dict[str, Any]:
    rules = [{"rule": name, "steps": [{"intent": name}, {"action": f"utter_{name}"}]} for name in intents]
    return {"version": "3.1", "rules": rules}


def _domain(ours: dict[str, Any], intents: list[str]) -> dict[str, Any]:
    said = {name.removeprefix("utter_"): texts[0]["text"] for name, texts in ours["responses"].items()}
    said |= _catalogue_texts()
    responses = {f"utter_{name}": [{"text": said.get(name, said["default"])}] for name in intents}
    return {
        "version": "3.1",
        "session_config": ours["session_config"],
        "intents": intents,
        "responses": {**responses, "utter_default": [{"text": said["default"]}]},
    }


def _catalogue_texts() -> dict[str, str]:
    curated = [
        p
        for p in load_catalogue(Path("data/catalogue"))
        if p.status not in {Status.NAME_ONLY, Status.OBSOLETE_LISTING}
    ]
    today = today_in_vietnam()
    # Braces would be slots.
    return {
        intent_of(aspect): re.sub(r"[{}]", "", compose(curated[number % len(curated)], aspect, today).text)
        for number, aspect in enumerate(Aspect)
    }


def _dump(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False), encoding="utf-8")


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


if __name__ == "__main__":
    print(json.dumps({"examples": write(Path(sys.argv[1]), sys.argv[2])}))
