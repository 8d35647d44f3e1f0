"""Examples as an Excel sheet: one row for each, for people who live in Excel."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

from bot.training.example_files import BadFile, FileExample
from bot.training.example_text import tidy
from bot.training.examples import Example, Label

COLUMNS = ("cau", "y_dinh", "thu_tuc", "dung_cho")
MOST_ROWS = 20_000
MOST_BYTES = 60_000_000
"""Size of the unpacked sheet; a small file may unpack to anything."""
_FORMULA = ("=", "+", "-", "@", "\t")


def read_sheet(content: bytes) -> list[FileExample]:
    """Return the examples of the first sheet.

    Raises:
        BadFile: It is no Excel file, too large, or lacks the columns `cau` and `y_dinh`.
    """
    # Only where it is used: the library costs every serving process 10 MB.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise BadFile("Tệp Excel quá lớn.")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=20))
    except BadFile:
        raise
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        IndexError,
        OSError,
        TypeError,
        SyntaxError,
    ) as error:
        raise BadFile("Không đọc được tệp Excel. Hãy lưu lại dạng .xlsx.") from error
    if not rows:
        raise BadFile("Tệp Excel trống.")
    head = [str(cell or "").strip().lower() for cell in rows[0]]
    if "cau" not in head or "y_dinh" not in head:
        raise BadFile("Dòng đầu phải có các cột: cau, y_dinh, thu_tuc.")
    place = {name: head.index(name) for name in COLUMNS if name in head}
    found: list[FileExample] = []
    for row in rows[1:]:
        text, intent = _cell(row, place["cau"]), _cell(row, place["y_dinh"])
        procedure = _cell(row, place["thu_tuc"]) if "thu_tuc" in place else ""
        if text and intent:
            found.append(FileExample(text.removeprefix("'"), Label(intent, procedure or None)))
    return found


def write_sheet(examples: Iterable[Example]) -> bytes:
    """Return a workbook with one row for each example."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("cau_mau")
    sheet.append(list(COLUMNS))
    for example in examples:
        # A cell that begins like a formula would be run by the reader's Excel.
        text = f"'{example.text}" if example.text.startswith(_FORMULA) else example.text
        sheet.append([text, example.label.intent, example.label.procedure or "", example.use])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(row: tuple[object, ...], place: int) -> str:
    value = row[place] if place < len(row) else None
    return tidy(str(value)) if value is not None else ""
