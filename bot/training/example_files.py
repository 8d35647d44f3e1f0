"""Examples as Rasa YAML: one file per intent, and `reviewed.yml` for questions that name a procedure.

Rasa hands the metadata of an example through to the components, so a reviewed question teaches the
linker without any importer of its own:

    - intent: ask_fee
      examples:
      - text: |
          làm khai sinh cho con hết bao nhiêu
        metadata:
          procedure: "1.001193"
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.training.example_text import tidy
from bot.training.examples import Label

REVIEWED = "reviewed.yml"
HEAD = 'version: "3.1"\nnlu:\n'
_INTENT = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CODE = re.compile(r"[A-Za-z0-9._:-]{1,32}")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadFile(ValueError):
    """A file that is no training data as we write it; the message names the place."""


@dataclass(frozen=True, slots=True)
class FileExample:
    """A text and its label, as a file has it."""

    text: str
    label: Label


def read_folder(folder: Path) -> list[FileExample]:
    """Return the examples of all files below a folder, in order.

    Raises:
        BadFile: A file cannot be read.
    """
    return [found for path in sorted(folder.rglob("*.yml")) for found in read_yaml(path.read_bytes(), path.name)]


def read_yaml(content: bytes, name: str) -> list[FileExample]:
    """Return the examples of one Rasa YAML file.

    Raises:
        BadFile: It is not YAML, or not of Rasa's form.
    """
    try:
        document = yaml.load(content, _LOADER)  # noqa: S506  (the C build of the safe loader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BadFile(f"{name}: không đọc được YAML") from error
    if not isinstance(document, dict) or not isinstance(document.get("nlu"), list):
        raise BadFile(f"{name}: thiếu phần nlu")
    found: list[FileExample] = []
    for entry in document["nlu"]:
        if isinstance(entry, dict) and "intent" in entry:
            found += _of_entry(entry, name)
    return found


def written(examples: Iterable[FileExample]) -> dict[str, str]:
    """Return the content of each file; the same examples always give the same bytes."""
    plain: dict[str, list[str]] = defaultdict(list)
    naming: dict[str, list[FileExample]] = defaultdict(list)
    for example in examples:
        if example.label.procedure:
            naming[example.label.intent].append(example)
        else:
            plain[example.label.intent].append(example.text)
    files = {
        f"{intent}.yml": HEAD
        + f"- intent: {intent}\n  examples: |\n"
        + "".join(f"    - {text}\n" for text in texts)
        for intent, texts in plain.items()
    }
    if naming:
        files[REVIEWED] = HEAD + "".join(_naming(intent, naming[intent]) for intent in sorted(naming))
    return files


def write_folder(folder: Path, examples: Iterable[FileExample]) -> list[str]:
    """Write the files that differ, delete those of intents without examples; return the names touched."""
    wanted = written(examples)
    folder.mkdir(parents=True, exist_ok=True)
    touched: list[str] = []
    for path in sorted(folder.glob("*.yml")):
        if path.name not in wanted and _is_only_intents(path):
            path.unlink()
            touched.append(path.name)
    for name, content in wanted.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            partial = path.with_suffix(".partial")
            partial.write_text(content, encoding="utf-8")
            partial.replace(path)
            touched.append(name)
    return sorted(touched)


def folder_digest(folder: Path) -> str:
    """Return the SHA-256 of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yml")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _of_entry(entry: dict[str, Any], name: str) -> list[FileExample]:
    intent, texts = entry["intent"], entry.get("examples")
    if not isinstance(intent, str) or not _INTENT.fullmatch(intent):
        raise BadFile(f"{name}: tên ý định không hợp lệ")
    if isinstance(texts, str):
        lines = [line.strip() for line in texts.split("\n") if line.strip()]
        if bad := next((line for line in lines if not line.startswith("- ")), None):
            raise BadFile(f"{name}: dòng phải bắt đầu bằng '- ': {bad[:40]}")
        return [FileExample(tidy(line[2:]), Label(intent)) for line in lines]
    if isinstance(texts, list):
        return [_with_metadata(item, intent, name) for item in texts]
    raise BadFile(f"{name}: {intent} không có câu mẫu")


def _with_metadata(item: Any, intent: str, name: str) -> FileExample:
    text = item.get("text") if isinstance(item, dict) else item
    metadata = item.get("metadata") if isinstance(item, dict) else None
    if not isinstance(text, str):
        raise BadFile(f"{name}: {intent} có câu mẫu không phải chữ")
    procedure = metadata.get("procedure") if isinstance(metadata, dict) else None
    if procedure is not None and not (isinstance(procedure, str) and _CODE.fullmatch(procedure)):
        raise BadFile(f"{name}: mã thủ tục không hợp lệ ở câu {text[:40]}")
    return FileExample(tidy(text.strip().removeprefix("- ")), Label(intent, procedure))


def _naming(intent: str, examples: list[FileExample]) -> str:
    lines = [f"- intent: {intent}\n  examples:\n"]
    for example in examples:
        lines.append(f"  - text: |\n      {example.text}\n")
        lines.append(f'    metadata:\n      procedure: "{example.label.procedure}"\n')
    return "".join(lines)


def _is_only_intents(path: Path) -> bool:
    """Say whether a file holds nothing but what we would write ourselves."""
    document = yaml.load(path.read_bytes(), _LOADER)  # noqa: S506
    return isinstance(document, dict) and all(
        isinstance(entry, dict) and "intent" in entry for entry in document.get("nlu") or ()
    )
