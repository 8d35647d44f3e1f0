"""Ready answers for officers: what the catalogue says of the procedure in question, and the office's own texts.

Officers look at them before they send them, so a text that does not fit is changed or left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.catalogue.answers.compose import compose
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.model import Aspect
from bot.settings import PROJECT

FILE = Path("data") / "desk" / "canned.yml"
ABOUT = {
    Aspect.DOCUMENTS: ("giay-to", "Giấy tờ cần nộp"),
    Aspect.FEE: ("phi", "Phí, lệ phí"),
    Aspect.DURATION: ("thoi-han", "Thời hạn giải quyết"),
    Aspect.WHERE: ("noi-nop", "Nơi nộp"),
    Aspect.HOW: ("cach-nop", "Cách thực hiện"),
    Aspect.FORM: ("to-khai", "Tờ khai, biểu mẫu"),
    Aspect.CONDITIONS: ("dieu-kien", "Điều kiện"),
    Aspect.RESULT: ("ket-qua", "Kết quả nhận được"),
}
"""What officers are asked most, with the word they type for it on Telegram and the name they see."""


class BadCanned(ValueError):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Canned:
    """A ready answer."""

    id: str
    title: str
    text: str


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
    title: str = Field(min_length=1, max_length=60)
    text: str = Field(min_length=1, max_length=2000)
    departments: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: tuple[_Text, ...]

    @field_validator("texts")
    @classmethod
    def _differ(cls, texts: tuple[_Text, ...]) -> tuple[_Text, ...]:
        ids = [text.id for text in texts] + [word for word, _ in ABOUT.values()]
        if len(set(ids)) < len(ids):
            raise ValueError("ids must differ, also from those of the catalogue's answers")
        return texts


class CannedTexts:
    """The office's own texts."""

    def __init__(self, content: object) -> None:
        """Take what stands in the file.

        Raises:
            ValueError: It is not as it should be.
        """
        self._texts = _File.model_validate(content).texts

    def of_department(self, department: str) -> Sequence[Canned]:
        """Return the texts for a department, in the order of the file."""
        return [
            Canned(text.id, text.title, text.text)
            for text in self._texts
            if not text.departments or department in text.departments
        ]


def load_canned(path: Path) -> CannedTexts:
    """Return the texts of a file.

    Raises:
        BadCanned: It cannot be read or is not as it should be.
    """
    try:
        return CannedTexts(yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BadCanned(f"{path.name}: {error}") from error


@lru_cache(maxsize=1)
def project_canned() -> CannedTexts:
    """Return the texts of this project, read once."""
    return load_canned(PROJECT / FILE)


def from_catalogue(catalogue: Catalogue, procedure: str | None, today: date) -> Sequence[Canned]:
    """Return what the bot itself would answer about a procedure today; facts not confirmed are left out.

    Args:
        catalogue: The catalogue in use.
        procedure: Code of the procedure in question, if one is known.
        today: The day by which validity is judged.
    """
    found = catalogue.find(procedure) if procedure else None
    if found is None:
        return ()
    answers = [(word, title, compose(found, aspect, today)) for aspect, (word, title) in ABOUT.items()]
    return [Canned(word, title, answer.text) for word, title, answer in answers if not answer.is_unknown]
