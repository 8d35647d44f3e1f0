"""Which strings are Vietnamese syllables: attested ones, with and without diacritics.

`syllables.txt` beside this file is derived from the word list that ships with underthesea
(`corpus/data/Viet74K.txt`); `python -m bot.vietnamese.syllables` writes it anew.
"""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from bot.vietnamese.folding import strip_marks
from bot.vietnamese.underthesea_rules import normalize_token

LONGEST = 7
"""Letters of the longest syllable, "nghiêng"."""
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_MODIFIED = frozenset("\u0302\u031b\u0306")
_FILE = Path(__file__).with_name("syllables.txt")
_SHAPE = re.compile(
    r"(?:b|ch|c|d|gh|gi|g|h|kh|k|l|m|ngh|ng|nh|n|ph|p|qu|r|s|th|tr|t|v|x)?"
    r"[aeiouy]{1,3}"
    r"(?:ch|c|m|ng|nh|n|p|t)?"
)


def derive(lines: Iterable[str]) -> list[str]:
    """Return the syllables of a word list, sorted: lower case, one tone style, no foreign shapes."""
    found: set[str] = set()
    for line in lines:
        for token in re.split(r"[\W\d_]+", unicodedata.normalize("NFC", line.lower())):
            syllable = normalize_token(token)
            if _SHAPE.fullmatch(strip_marks(syllable)) and _is_well_marked(syllable):
                found.add(syllable)
    return sorted(found)


def _is_well_marked(syllable: str) -> bool:
    """Say whether there is at most one tone, on a modified vowel where there is one (the list has slips)."""
    letters = [unicodedata.normalize("NFD", letter) for letter in syllable]
    toned = [letter for letter in letters if _TONES & set(letter)]
    modified = [letter for letter in letters if _MODIFIED & set(letter)]
    return not toned or (len(toned) == 1 and (not modified or toned[0] in modified))


def word_list() -> Path:
    """Return the word list inside the installed underthesea, which need not be imported for it.

    Raises:
        ImportError: underthesea is not installed.
    """
    package = importlib.util.find_spec("underthesea")
    if package is None or package.origin is None:
        raise ImportError("underthesea is not installed")
    return Path(package.origin).parent / "corpus" / "data" / "Viet74K.txt"


ACCENTED = frozenset(_FILE.read_text(encoding="utf-8").split())
"""Syllables as they are spelled."""
STRIPPED = frozenset(map(strip_marks, ACCENTED))
"""The same without diacritics."""


def is_syllable(token: str) -> bool:
    """Say whether a lower-case token can be Vietnamese, typed with all, some or no marks."""
    return token in ACCENTED or token in STRIPPED


def main() -> None:
    """Write `syllables.txt`."""
    lines = word_list().read_text(encoding="utf-8").splitlines()
    _FILE.write_text("\n".join(derive(lines)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
