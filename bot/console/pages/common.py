"""Small parts that several pages share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Query

from bot.catalogue.catalogue import Catalogue
from bot.console.problems import Refused
from bot.training.examples import Label
from bot.training.label_names import ACTS, ASPECTS

PAGE = 30
Number = Annotated[int, Query(ge=1, le=10_000)]
Line = Annotated[str, Form(max_length=1000)]
Word = Annotated[str, Form(max_length=80)]
Id = Annotated[int, Form(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a list stands."""

    number: int
    count: int
    size: int = PAGE

    @property
    def last(self) -> int:
        """Number of the last page."""
        return max(1, -(-self.count // self.size))

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.number - 1) * self.size


def read_label(intent: str, procedure: str, catalogue: Catalogue) -> Label:
    """Return the label that a form names.

    Args:
        intent: An intent of the domain.
        procedure: Empty, a code, or `code — name` as the list of suggestions writes it.
        catalogue: Knows the codes.

    Raises:
        Refused: There is no such aspect or procedure, or the two do not go together.
    """
    if intent not in ASPECTS and intent not in ACTS:
        raise Refused("Hãy chọn người dân muốn hỏi gì.")
    code = procedure.split(" — ")[0].strip()
    if not code:
        return Label(intent)
    found = catalogue.find(code)
    if found is None:
        raise Refused("Không có thủ tục này trong danh mục. Hãy chọn trong danh sách gợi ý.")
    if intent in ACTS:
        return Label(intent)
    return Label(intent, found.code)
