"""Taking the file name of a form off the name of a paper (`… của Chính phủMẫu số 09.docx`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_FILE = 160
_FILE = re.compile(r"(?i)\.(?:docx?|pdf|xlsx?|rar|zip|jpe?g|png|odt)\s*$")
_FIRST_WORD = re.compile(r"(?:Mẫu|MẪU|Mau|MAU|Mus|Ms|Phụ|PHỤ|Phu|Phlc|Biểu|Bieu|Tờ|To |Đơn|Don|TPHS|Van|Bao)")
_NUMBERED = re.compile(r"\d+[.\-_]")
_NO_FILE_NAME = re.compile(r"[;:/]|\.\s+[A-ZĐ]|,\s")


def without_file(name: str) -> str:
    """Return the name of a paper without file names at its end.

    The cut lies at the first glued place in the last 160 characters from which on everything can be a
    file name: no slash, colon or semicolon, no new sentence. When there is none only the ending itself
    is taken away, so that nothing of the name is lost.
    """
    while _FILE.search(name):
        place = next((at for at in _glued_places(name) if _can_be_file(name[at:])), None)
        name = (_FILE.sub("", name) if place is None else name[:place]).rstrip()
    return name


def _can_be_file(text: str) -> bool:
    return _FILE.search(text) is not None and not _NO_FILE_NAME.search(text)


def _glued_places(name: str) -> Iterator[int]:
    """Yield where two texts may touch: after a sign, before a capital or a form word inside a word."""
    for at in range(max(2, len(name) - LONGEST_FILE), len(name)):
        before, after = name[at - 1], name[at]
        touches = (
            (before in ".;:,)]" and not after.isspace() and after not in ".;:,)]")
            or (before.islower() and after.isupper())
            or (before.islower() and name[at - 2].islower() and _NUMBERED.match(name, at))
            or ((before.isupper() or before.isdigit() or before in '"”') and _FIRST_WORD.match(name, at))
        )
        if touches:
            yield at
