"""Reads the curated catalogue from YAML and says in plain words what is wrong with it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.catalogue.catalogue import Catalogue, Entry
from bot.catalogue.groups import load_groups
from bot.catalogue.model import CatalogueFile
from bot.catalogue.problems import CatalogueError, LineIndex, Problem, dotted

QUESTIONS_BACK = "questions_back.yml"
"""File beside the catalogue with names that several procedures share."""
PLAIN = {
    "missing": "là trường bắt buộc nhưng chưa có",
    "extra_forbidden": "là trường không có trong lược đồ (có thể gõ sai tên)",
    "date_from_datetime_parsing": "phải là ngày dạng YYYY-MM-DD",
    "date_parsing": "phải là ngày dạng YYYY-MM-DD",
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "string_type": "phải là chữ; nếu là mã hay số thì đặt trong ngoặc kép",
    "string_too_short": "không được để trống",
    "string_too_long": "quá dài",
    "tuple_type": "phải là danh sách",
}
"""Wording for editors by pydantic error type; anything else falls back to pydantic's own message."""


def load_catalogue(directory: Path) -> Catalogue:
    """Return the catalogue of all `*.yml` files in `directory`.

    Raises:
        CatalogueError: At least one file is broken; nothing is loaded then.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    digest = hashlib.sha256()
    files = sorted(directory.glob("*.yml"))
    questions_back = directory.parent / QUESTIONS_BACK
    if not files:
        raise CatalogueError([Problem(directory, 0, "(file)", "không có tệp danh mục *.yml nào")])
    for path in files:
        raw = path.read_bytes()
        digest.update(path.name.encode() + b"\0" + raw)
        try:
            loaded = read_file(path, raw)
        except CatalogueError as error:
            problems.extend(error.problems)
            continue
        entries.extend(
            Entry(procedure, loaded.field, loaded.ministry, path, index)
            for index, procedure in enumerate(loaded.procedures)
        )
    problems.extend(_repeated_codes(entries))
    groups = load_groups(questions_back)
    if questions_back.exists():
        digest.update(questions_back.name.encode() + b"\0" + questions_back.read_bytes())
    known = {entry.procedure.code for entry in entries}
    if not problems:
        # Otherwise codes are missing only because their file was refused.
        problems.extend(
            Problem(Path(QUESTIONS_BACK), 0, group.id, f"mã {code} không có trong danh mục")
            for group in groups
            for code in group.codes
            if code not in known
        )
    if problems:
        raise CatalogueError(problems)
    return Catalogue(entries, digest.hexdigest(), groups)


def read_file(path: Path, raw: bytes) -> CatalogueFile:
    """Return one parsed file.

    Raises:
        CatalogueError: With file, line and field of everything found.
    """
    try:
        text = unicodedata.normalize("NFC", raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CatalogueError([Problem(path, line, "(file)", "tệp không phải UTF-8")]) from error
    try:
        # The C loader is the safe one, fifteen times faster than the Python one.
        content: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        reason = getattr(error, "problem", None) or str(error)
        raise CatalogueError([Problem(path, line, "(file)", f"YAML sai cú pháp: {reason}")]) from error
    try:
        loaded = CatalogueFile.model_validate(content)
    except ValidationError as error:
        raise CatalogueError(list(_explain(path, text, error))) from error
    if duplicates := LineIndex(text).duplicate_keys():
        raise CatalogueError([Problem(path, line, key, "viết hai lần") for line, key in duplicates])
    return loaded


def _explain(path: Path, text: str, error: ValidationError) -> Iterator[Problem]:
    lines = LineIndex(text)
    items = error.errors(include_url=False)
    for item in items:
        place = item["loc"]
        if item["type"] == "too_short" and any(_is_inside(other["loc"], place) for other in items):
            # A list is only too short because its items were refused.
            continue
        message = PLAIN.get(item["type"], item["msg"])
        given = item.get("input")
        if isinstance(given, str | int | float) and not isinstance(given, bool):
            message += f" (đang là {str(given)[:60]!r})"
        yield Problem(path, lines.line_of(place), dotted(place), message)


def _is_inside(place: tuple[str | int, ...], outer: tuple[str | int, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def _repeated_codes(entries: list[Entry]) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in entries:
        code = entry.procedure.code
        if code in first:
            line = line_of(entry, "code")
            yield Problem(entry.file, line, "code", f"mã {code} đã có trong {first[code].file.name}")
        first.setdefault(code, entry)


def line_of(entry: Entry, *path: str | int) -> int:
    """Return the line of a field of an entry in its file."""
    text = entry.file.read_text(encoding="utf-8")
    return LineIndex(text).line_of(("procedures", entry.index, *path))
