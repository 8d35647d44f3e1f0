"""Problems found in catalogue files, each with file, line and field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

Step = str | int


class Severity(StrEnum):
    """An error keeps the file out; a warning asks an editor to look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; `line` counts from 1 and is 0 when the place is unknown."""

    file: Path
    line: int
    field: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return the finding as editors and terminals link it: `file:line: field: message`."""
        return f"{self.file.name}:{self.line}: {self.field}: {self.message}"


class CatalogueError(ValueError):
    """The catalogue cannot be used; `problems` says where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class LineIndex:
    """Finds the line of a field in a YAML text; built only when something is wrong."""

    def __init__(self, text: str) -> None:
        self._root = yaml.compose(text, Loader=yaml.CSafeLoader)

    def line_of(self, path: Iterable[Step]) -> int:
        """Return the line of the deepest node that exists on `path`."""
        node = self._root
        line = 1
        for step in path:
            if isinstance(node, yaml.MappingNode):
                pairs = {key.value: (key, value) for key, value in node.value}
                if step not in pairs:
                    break
                key, node = pairs[step]
                line = key.start_mark.line + 1
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
            else:
                break
        return line

    def duplicate_keys(self) -> list[tuple[int, str]]:
        """Return line and name of every key that stands twice in one mapping."""
        found: list[tuple[int, str]] = []
        pending = [self._root] if self._root is not None else []
        while pending:
            node = pending.pop()
            if isinstance(node, yaml.MappingNode):
                seen: set[str] = set()
                for key, value in node.value:
                    if key.value in seen:
                        found.append((key.start_mark.line + 1, key.value))
                    seen.add(key.value)
                    pending.append(value)
            elif isinstance(node, yaml.SequenceNode):
                pending.extend(node.value)
        return sorted(found)


def dotted(path: Iterable[Step]) -> str:
    """Return a path as people write it: `procedures[3].fees[0].amount`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "(file)"
