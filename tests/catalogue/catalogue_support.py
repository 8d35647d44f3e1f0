"""A catalogue of one faultless file, which tests then spoil in one place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from bot.catalogue.catalogue import Catalogue, Entry
from bot.catalogue.loader import load_catalogue
from bot.catalogue.model import Procedure
from bot.catalogue.problems import CatalogueError, Problem

TODAY = date(2026, 11, 24)
CODE = "1.000001"
FILE = """\
field: Hộ tịch
ministry: Bộ Tư pháp
procedures:
- code: "1.000001"
  official_name: Thủ tục đăng ký nuôi rồng
  short_name: Đăng ký nuôi rồng
  summary: Ghi tên một con rồng vào sổ.
  source: {url: "https://dichvucong.gov.vn/thu-tuc/1", checked_on: 2026-07-17}
  agency:
    level: [commune]
    decides: Ủy ban nhân dân cấp xã
  channels: [direct, online]
  times:
  - {amount: 5, unit: working_day}
  fees:
  - {name: Lệ phí nuôi rồng, amount: 20000, source: "85/2019/TT-BTC"}
  documents:
  - {name: Tờ khai, originals: 1}
  aliases:
  - nuôi rồng
  - xin nuôi rồng
  - giấy phép rồng
  - làm sổ rồng
  - đăng ký rồng con
  - khai rồng
  questions:
    fee: [một, hai, ba, bốn, năm, sáu]
    where: [bảy, tám, chín, mười, mười một, mười hai]
"""
"""Nothing to find in it."""

SECOND = FILE.replace("1.000001", "1.000002").replace("rồng", "lân")


def write(folder: Path, text: str | bytes = FILE, name: str = "a.yml") -> Path:
    """Write one file of the catalogue below `folder` and return the catalogue's folder."""
    directory = folder / "catalogue"
    directory.mkdir(exist_ok=True)
    raw = text if isinstance(text, bytes) else text.encode()
    (directory / name).write_bytes(raw)
    return directory


def problems_of(directory: Path) -> tuple[Problem, ...]:
    """Return why a catalogue is refused."""
    try:
        load_catalogue(directory)
    except CatalogueError as error:
        return error.problems
    return ()


def spoiled(old: str, new: str, text: str = FILE) -> str:
    """Return the faultless file with one place changed."""
    assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
    return text.replace(old, new)


def line_of(text: str, mark: str) -> int:
    """Return the number of the line that holds `mark`."""
    (line,) = [number for number, line in enumerate(text.splitlines(), 1) if mark in line]
    return line


def changed(catalogue: Catalogue, code: str, **fields: Any) -> Catalogue:
    """Return the catalogue with other fields in one procedure."""
    entries = [
        Entry(
            entry.procedure.model_copy(update=fields) if entry.procedure.code == code else entry.procedure,
            entry.field,
            entry.ministry,
            entry.file,
            entry.index,
        )
        for entry in catalogue.entries()
    ]
    return Catalogue(entries, catalogue.digest, catalogue.groups)


def the_procedure(directory: Path) -> Procedure:
    """Return the only procedure of a catalogue."""
    (procedure,) = load_catalogue(directory)
    return procedure
