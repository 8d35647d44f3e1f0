"""What a release was taught: its examples and the questions of the catalogue, and what changed between two.

Of each release only digests of the texts are kept with their labels. That is enough to see what a
candidate was taught otherwise, and a text that has expired stays nowhere.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.catalogue.catalogue import Catalogue
from bot.training.example_files import read_folder
from bot.training.example_text import key_of
from bot.training.examples import Example, Label


@dataclass(frozen=True, slots=True)
class Taught:
    """A text the bot learns from, with its label; of the examples or of the catalogue."""

    text: str
    label: Label
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A text that the candidate was taught otherwise than the release before."""

    taught: Taught
    was: Label | None
    """Label under which the release before knew the text; None when it did not know it."""


Lesson = Mapping[str, frozenset[Label]]
"""Labels of each text by the digest of the text."""


def digest_of(text: str) -> str:
    """Return the digest by which a text is found again: case and spaces do not count."""
    return hashlib.blake2b(key_of(text).encode(), digest_size=8).hexdigest()


def lesson_of(taught: Iterable[Taught]) -> Lesson:
    """Return the digests and labels of everything taught."""
    found: dict[str, set[Label]] = defaultdict(set)
    for item in taught:
        found[digest_of(item.text)].add(item.label)
    return {digest: frozenset(labels) for digest, labels in found.items()}


def lesson_in(folder: Path, catalogue: Catalogue) -> Lesson:
    """Return what a training from a folder with `data/nlu` teaches.

    Raises:
        BadFile: A file cannot be read.
    """
    files = [Taught(item.text, item.label) for item in read_folder(folder / "data" / "nlu")]
    return lesson_of(files + catalogue_questions(catalogue))


def stored_lesson(lesson: Lesson) -> dict[str, Any]:
    """Return the form kept with a release: each label is written once."""
    labels = sorted({label for found in lesson.values() for label in found}, key=_order)
    places = {label: place for place, label in enumerate(labels)}
    return {
        "labels": [label.stored() for label in labels],
        "texts": {digest: sorted(places[label] for label in found) for digest, found in sorted(lesson.items())},
    }


def read_lesson(stored: Mapping[str, Any]) -> Lesson:
    """Return the lesson that `stored_lesson` wrote."""
    labels = [Label(*label) for label in stored["labels"]]
    return {digest: frozenset(labels[place] for place in places) for digest, places in stored["texts"].items()}


def changes(before: Lesson, taught: Sequence[Taught]) -> list[Changed | None]:
    """Return for each thing taught what changed, or None where the release before learned the same."""
    found: list[Changed | None] = []
    for item in taught:
        known = before.get(digest_of(item.text), frozenset())
        was = min(known, key=_order) if known else None
        found.append(None if item.label in known else Changed(item, was))
    return found


def catalogue_questions(catalogue: Catalogue) -> list[Taught]:
    """Return the questions and names that the catalogue teaches."""
    found: list[Taught] = []
    for procedure in catalogue:
        overview = Label("ask_overview", procedure.code)
        found += [Taught(name, overview) for name in (procedure.short_name, *procedure.aliases)]
        found += [
            Taught(text, Label(f"ask_{aspect.value}", procedure.code))
            for aspect, texts in procedure.questions.items()
            for text in texts
        ]
    return found


def _order(label: Label) -> tuple[str, str]:
    return label.intent, label.procedure or ""
