"""The same classifier on other people's data: PhoATIS, or any Rasa NLU file, read from a path.

PhoATIS is licensed for research only and may not be passed on, so it never lies in this repository.
A Rasa file has no test part: every fifth example of each intent is held out.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

from bot.matching.linear import LinearModel
from bot.matching.tfidf import DualTfidf
from bot.training.noise import VARIANTS, noisy
from bot.vietnamese.folding import strip_marks
from bot.vietnamese.normaliser import Normalised, clean, normalise

HOLD_OUT = 5
STRENGTH = 5.0
Labelled = list[tuple[str, str]]


class Scorer:
    """The features and the linear model as the assistant trains them."""

    def __init__(self, examples: Labelled) -> None:
        copies = [(clean(text), label) for text, label in examples]
        copies += [(strip_marks(text), label) for text, label in copies if strip_marks(text) != text]
        self._tfidf = DualTfidf.fit([normalise(text) for text, _ in copies])
        rows = self._tfidf.transform([self._normal(text) for text, _ in copies])
        self._model = LinearModel.fit(rows, [label for _, label in copies], strength=STRENGTH)

    def _normal(self, text: str) -> Normalised:
        return self._tfidf.speller.repair(normalise(clean(text)))

    def right(self, examples: Labelled, variant: str) -> int:
        """Return how many labels are found exactly."""
        rows = self._tfidf.transform([self._normal(noisy(text, variant)) for text, _ in examples])
        best = self._model.scores(rows).argmax(axis=1)
        return sum(self._model.labels[place] == label for place, (_, label) in zip(best, examples, strict=True))


def read_phoatis(folder: Path) -> tuple[Labelled, Labelled]:
    """Return training and test part of PhoATIS (`train/seq.in`, `train/label`, …).

    Raises:
        OSError: A file is missing.
        ValueError: Texts and labels do not pair.
    """
    parts = []
    for part in ("train", "test"):
        texts = (folder / part / "seq.in").read_text(encoding="utf-8").splitlines()
        labels = (folder / part / "label").read_text(encoding="utf-8").splitlines()
        parts.append([(text, label.strip()) for text, label in zip(texts, labels, strict=True)])
    return parts[0], parts[1]


def read_nlu(path: Path) -> tuple[Labelled, Labelled]:
    """Return training and held-out examples of a Rasa NLU file.

    Raises:
        OSError: The file is missing.
        ValueError: It holds no intents.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    found: dict[str, list[str]] = defaultdict(list)
    for entry in (document or {}).get("nlu") or ():
        if "intent" in entry:
            lines = str(entry.get("examples") or "").splitlines()
            found[entry["intent"]] += [line.strip()[2:] for line in lines if line.strip().startswith("- ")]
    if len(found) < 2:
        raise ValueError(f"{path} holds no intents")
    train, test = [], []
    for label, texts in found.items():
        for place, text in enumerate(texts):
            (test if place % HOLD_OUT == HOLD_OUT - 1 else train).append((text, label))
    return train, test


def score(train: Labelled, test: Labelled, variants: Sequence[str]) -> Table:
    """Return a table of exact label accuracy for each way of typing."""
    scorer = Scorer(train)
    seen = {label for _, label in train}
    ceiling = sum(label in seen for _, label in test) / len(test)
    title = f"{len(train)} train, {len(test)} test, {len(seen)} labels; at most {ceiling:.1%} possible"
    table = Table("typing", "accuracy", "standard error", title=title)
    for variant in variants:
        share = scorer.right(test, variant) / len(test)
        table.add_row(variant, f"{share:.1%}", f"{math.sqrt(share * (1 - share) / len(test)):.1%}")
    common = Counter(label for _, label in train).most_common(1)[0][0]
    table.add_row("always the commonest", f"{sum(label == common for _, label in test) / len(test):.1%}", "")
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--phoatis", type=Path, help="folder with train/, dev/, test/")
    source.add_argument("--nlu", type=Path, help="a Rasa NLU file (YAML)")
    given = parser.parse_args(arguments)
    try:
        train, test = read_phoatis(given.phoatis) if given.phoatis else read_nlu(given.nlu)
    except (OSError, ValueError, yaml.YAMLError) as error:
        print(f"cannot read: {error}", file=sys.stderr)
        return 1
    Console().print(score(train, test, tuple(VARIANTS)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
