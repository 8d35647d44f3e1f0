"""Reading an export as a stream: item by item, each with its line, whatever is broken around it."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from bot.catalogue.imports.portal import unwrapped

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes; the longest line of the national export of 2026 has 0.2 MB."""
LARGEST_DOCUMENT = 256 * 1024 * 1024
"""Bytes of a JSON document that is not one object per line."""
_GZIP = b"\x1f\x8b"
_BLOCK = 1024 * 1024


class ImportFileError(Exception):
    """The file as a whole cannot be read; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Item:
    """One parsed JSON value, or the reason why there is none."""

    line: int
    content: Any = None
    broken: str | None = None


class Source:
    """An export file; `read_bytes` grows while it is iterated, for a progress bar."""

    def __init__(self, path: Path) -> None:
        """Raises: ImportFileError: there is no such file, or its name says another form."""
        self.path = path
        if not path.is_file():
            raise ImportFileError(f"không có tệp {path}")
        self.size = path.stat().st_size
        self.read_bytes = 0
        self._is_lines = ".jsonl" in path.suffixes or ".ndjson" in path.suffixes
        if not self._is_lines and ".json" not in path.suffixes:
            raise ImportFileError(f"{path.name}: cần tệp .jsonl, .jsonl.gz, .json hoặc .json.gz")

    def __iter__(self) -> Iterator[Item]:
        """Iterate over the items of the file.

        Raises:
            ImportFileError: The file cannot be unpacked or read to its end.
        """
        try:
            with self.path.open("rb") as file:
                packed = file.read(2) == _GZIP
                file.seek(0)
                stream: IO[bytes] = gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[assignment]
                for item in _lines(stream) if self._is_lines else _document(stream):
                    self.read_bytes = min(file.tell(), self.size)
                    yield item
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ImportFileError(f"{self.path.name}: tệp nén bị hỏng hoặc bị cắt ({error})") from error
        except OSError as error:
            raise ImportFileError(f"{self.path.name}: {error}") from error


def _lines(stream: IO[bytes]) -> Iterator[Item]:
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = stream.readline(_BLOCK)
            yield Item(number, broken=f"dòng dài quá {LONGEST_LINE // 1024 // 1024} MB")
            continue
        raw = raw.strip().removeprefix(b"\xef\xbb\xbf")
        if not raw:
            continue
        try:
            parsed = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            yield Item(number, broken=f"JSON sai cú pháp: {error}")
            continue
        for content in unwrapped(parsed):
            yield Item(number, content)


def _document(stream: IO[bytes]) -> Iterator[Item]:
    raw = stream.read(LARGEST_DOCUMENT + 1)
    if len(raw) > LARGEST_DOCUMENT:
        raise ImportFileError(f"tệp JSON lớn quá {LARGEST_DOCUMENT // 1024 // 1024} MB; hãy dùng .jsonl")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Item(raw[: error.start].count(b"\n") + 1, broken="không phải UTF-8")
        return
    yield from _values(text)


def _values(text: str) -> Iterator[Item]:
    """Parse one value, or the members of a list one after the other, so that each has its line."""
    decoder = json.JSONDecoder()
    place = _skip(text, 0)
    is_list = text[place : place + 1] == "["
    if is_list:
        place = _skip(text, place + 1)
    line, counted = 1, 0
    while place < len(text) and text[place] != "]":
        line += text.count("\n", counted, place)
        counted = place
        try:
            parsed, end = decoder.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError) as error:
            at = line + text.count("\n", place, error.pos) if isinstance(error, json.JSONDecodeError) else line
            yield Item(at, broken=f"JSON sai cú pháp, phần còn lại của tệp bị bỏ: {error}")
            return
        for content in unwrapped(parsed):
            yield Item(line, content)
        place = _skip(text, end)
        if text[place : place + 1] == ",":
            place = _skip(text, place + 1)
        elif not (is_list and text[place : place + 1] == "]") and place < len(text):
            yield Item(line, broken="JSON sai cú pháp: thừa chữ sau một giá trị, phần còn lại bị bỏ")
            return
    if is_list and place >= len(text):
        yield Item(line, broken="JSON sai cú pháp: danh sách bị cắt, thiếu dấu ]")


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place
