"""Names of what no longer exists ("sổ hộ khẩu", "huyện"), each with a sentence that explains it."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import Field

from bot.catalogue.facts import Fact, Line
from bot.settings import PROJECT
from bot.vietnamese.folding import words


class Law(Fact):
    """The law that ended it."""

    number: str
    article: str | None = None


class ObsoleteName(Fact):
    """A name people still use, and what is to be said about it."""

    id: str
    said: tuple[Line, ...] = Field(min_length=1)
    note: Line
    law: Law
    checked_on: date

    def text(self) -> str:
        """Return the explanation with its law."""
        article = f"Điều {self.law.article} " if self.law.article else ""
        return f"{self.note} [{article}{self.law.number}]"


class _File(Fact):
    names: tuple[ObsoleteName, ...]


class ObsoleteNames:
    """Finds obsolete names in messages, with and without diacritics."""

    def __init__(self, names: tuple[ObsoleteName, ...]) -> None:
        self._by_pattern = [
            (re.compile(r"\b(?:" + "|".join(map(words, name.said)) + r")\b"), name) for name in names
        ]

    @classmethod
    def load(cls, path: Path) -> ObsoleteNames:
        """Read the file; without one there are none.

        Raises:
            pydantic.ValidationError: The file has another form.
        """
        if not path.exists():
            return cls(())
        return cls(_File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).names)

    def find(self, text: str) -> ObsoleteName | None:
        """Return the first obsolete name that occurs in a message."""
        said = words(text)
        return next((name for pattern, name in self._by_pattern if pattern.search(said)), None)


@cache
def project_obsolete_names() -> ObsoleteNames:
    """Return the names of this project, read once."""
    return ObsoleteNames.load(PROJECT / "data" / "obsolete_names.yml")
