"""What a release was made of: a hash of data, configuration, code and package versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from bot.catalogue.catalogue import Catalogue

PACKAGES = ("rasa", "scikit-learn", "numpy", "scipy", "underthesea")
CODE = ("bot/nlu", "bot/matching", "bot/vietnamese")
FILES = ("config.yml", "domain.yml")
DATA = ("data/nlu", "data/rules")


def fingerprint(project: Path, catalogue: Catalogue) -> str:
    """Return the SHA-256 of everything that training reads.

    Of the catalogue only names and questions count: a changed fee needs no training.
    """
    digest = hashlib.sha256()
    for path in _files(project):
        digest.update(path.relative_to(project).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(json.dumps(list(_taught(catalogue)), ensure_ascii=False).encode())
    digest.update(json.dumps({name: version(name) for name in PACKAGES}).encode())
    return digest.hexdigest()


def code_fingerprint(project: Path) -> str:
    """Return the SHA-256 of what makes a release loadable: code, configuration, rules and packages."""
    digest = hashlib.sha256()
    for path in _files(project, DATA[1:]):
        digest.update(path.relative_to(project).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(json.dumps({name: version(name) for name in PACKAGES}).encode())
    return digest.hexdigest()


def _files(project: Path, data: tuple[str, ...] = DATA) -> Iterator[Path]:
    yield from (project / name for name in FILES)
    for folder in data:
        yield from sorted((project / folder).rglob("*.yml"))
    for folder in CODE:
        yield from sorted((project / folder).rglob("*.py"))


def _taught(catalogue: Catalogue) -> Iterator[tuple[object, ...]]:
    for item in catalogue:
        questions = sorted((aspect.value, texts) for aspect, texts in item.questions.items())
        yield item.code, item.short_name, item.official_name, item.aliases, questions
    for group in catalogue.groups:
        examples = sorted((aspect.value, texts) for aspect, texts in group.examples.items())
        yield group.label, group.names, group.codes, examples
