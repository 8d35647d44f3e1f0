"""The official lists of procedures: code and title, from CSV files or the portal's spreadsheets."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from bot.catalogue.imports.source import ImportFileError
from bot.catalogue.imports.titles import official_name

_CODE = re.compile(r"^\d\.\d{6}$")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_UNCONFIRMED = "chờ đối chiếu"


def read_titles(path: Path) -> dict[str, str]:
    """Return official titles by code from a `.csv` or `.xlsx` file, or from all of them in a folder.

    In any file the first column that holds codes is the code and the next column is the title; rows
    marked as not yet checked are left out.

    Raises:
        ImportFileError: Nothing could be read.
    """
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    titles: dict[str, str] = {}
    for file in files:
        if file.suffix == ".csv":
            titles.update(_titles(_csv_rows(file)))
        elif file.suffix == ".xlsx":
            titles.update(_titles(_sheet_rows(file)))
    if not titles:
        raise ImportFileError(f"{path}: không tìm thấy mã và tên thủ tục nào (cần .csv hoặc .xlsx)")
    return titles


def _titles(rows: Iterable[list[str]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        for code, title in pairwise(row):
            if _CODE.match(code.strip()) and title.strip():
                if not any(_UNCONFIRMED in cell for cell in row):
                    yield code.strip(), official_name(title)
                break


def _csv_rows(file: Path) -> Iterator[list[str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.reader(stream)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ImportFileError(f"{file.name}: {error}") from error


def _sheet_rows(file: Path) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(file) as book:
            shared: list[str] = []
            if "xl/sharedStrings.xml" in book.namelist():
                for entry in _root(book, "xl/sharedStrings.xml").iter(f"{_MAIN}si"):
                    shared.append("".join(text.text or "" for text in entry.iter(f"{_MAIN}t")))
            for row in _root(book, "xl/worksheets/sheet1.xml").iter(f"{_MAIN}row"):
                yield [_cell(cell, shared) for cell in row.iter(f"{_MAIN}c")]
    except (
        OSError,
        KeyError,
        IndexError,
        ValueError,
        zipfile.BadZipFile,
        ElementTree.ParseError,
    ) as error:
        raise ImportFileError(f"{file.name}: không đọc được bảng tính ({error})") from error


def _root(book: zipfile.ZipFile, name: str) -> ElementTree.Element:
    # The operator's own file; expat itself refuses entity bombs.
    return ElementTree.fromstring(book.read(name))  # noqa: S314


def _cell(cell: ElementTree.Element, shared: list[str]) -> str:
    value = cell.find(f"{_MAIN}v")
    if cell.get("t") == "s" and value is not None:
        return shared[int(value.text or "0")]
    if value is not None:
        return value.text or ""
    return "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
