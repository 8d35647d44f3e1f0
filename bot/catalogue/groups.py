"""Ambiguous names: what people call several procedures by, and the question that separates them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, StringConstraints, ValidationError

from bot.catalogue.facts import Fact, Line
from bot.catalogue.model import Aspect, Code
from bot.catalogue.problems import CatalogueError, LineIndex, Problem, dotted

PREFIX = "ask:"
"""Label of a group where a procedure code could stand."""


class Group(Fact):
    """A name that several procedures share, with the question to ask back."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    question: Line
    codes: tuple[Code, ...] = Field(min_length=2)
    names: tuple[Line, ...] = Field(min_length=1)
    examples: dict[Aspect, tuple[Line, ...]] = Field(default_factory=dict)

    @property
    def label(self) -> str:
        """Label by which the linker names the group."""
        return PREFIX + self.id


class GroupFile(Fact):
    """The file `data/questions_back.yml`."""

    groups: tuple[Group, ...]


def load_groups(path: Path) -> tuple[Group, ...]:
    """Return the groups of a file; none when there is no file.

    Raises:
        CatalogueError: With line and field of what is wrong.
    """
    if not path.exists():
        return ()
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CatalogueError([Problem(path, 0, "(file)", "tệp không phải UTF-8")]) from error
    try:
        # The C loader is the safe one, only faster.
        return GroupFile.model_validate(yaml.load(text, Loader=yaml.CSafeLoader)).groups
    except yaml.YAMLError as error:
        raise CatalogueError([Problem(path, 0, "(file)", f"YAML sai cú pháp: {error}")]) from error
    except ValidationError as error:
        lines = LineIndex(text)
        raise CatalogueError(
            [
                Problem(path, lines.line_of(item["loc"]), dotted(item["loc"]), item["msg"])
                for item in error.errors(include_url=False)
            ]
        ) from error
