"""Digits written as words: "hát bốn chín chấm hai hai gạch hai sáu mười một không ba …"."""

from __future__ import annotations

import re

from bot.vietnamese.folding import strip_marks

_DIGITS = {
    "khong": "0", "ko": "0", "mot": "1", "hai": "2", "ba": "3", "bon": "4", "nam": "5", "sau": "6", "bay": "7",
    "tam": "8", "chin": "9", "tu": "4", "lam": "5", "nham": "5", "linh": "0", "le": "0",
}  # fmt: skip
_SIGNS = {"cham": ".", "gach": "-", "ngang": "", "tru": "-", "noi": "", "phay": "."}
_LETTERS = {"hat": "H", "hac": "H", "h": "H", "gie": "G", "gio": "G"}
_WORD = re.compile(r"[^\W_]+|[.,]+")
FEWEST_SPOKEN = 4


def digits_for_words(text: str) -> str:
    """Return the text with runs of at least four spoken digits, and the signs between them, as digits.

    Single number words stay, because they are mostly no digits: "ba tôi", "năm ngoái", "bảy rồi".
    """
    words = list(_WORD.finditer(text))
    pieces: list[str] = []
    position = index = 0
    while index < len(words):
        end, written, spoken = _run(words, index)
        if spoken >= FEWEST_SPOKEN:
            pieces += (text[position : words[index].start()], written)
            position = words[end - 1].end()
            index = end
        else:
            index += 1
    return "".join((*pieces, text[position:]))


def _run(words: list[re.Match[str]], start: int) -> tuple[int, str, int]:
    """Return where the run of digits and signs from `start` ends, its written form, its spoken digits."""
    written, spoken, index = "", 0, start
    last = start
    while index < len(words):
        word = strip_marks(words[index].group().lower())
        following = strip_marks(words[index + 1].group().lower()) if index + 1 < len(words) else ""
        if word == "muoi" or (word in _DIGITS and _multiplies(words, index + 1)):
            piece, used = _tens(words, index)
            written, spoken, index = written + piece, spoken + 2, index + used
        elif word in _DIGITS:
            written, spoken, index = written + _DIGITS[word], spoken + 1, index + 1
        elif word.isdecimal() and spoken:
            written, index = written + word, index + 1
        elif word in _SIGNS and written:
            written, index = written + _SIGNS[word], index + 1
            continue
        elif word in _LETTERS and not written and (following in _DIGITS or following == "muoi"):
            written, index = _LETTERS[word], index + 1
            continue
        else:
            break
        last = index
    return last, written.rstrip(".-") if last < index else written, spoken


def _multiplies(words: list[re.Match[str]], index: int) -> bool:
    """Say whether the word is "mươi"; "mười" is a ten of its own, and without marks it multiplies."""
    return index < len(words) and words[index].group().lower() in {"mươi", "muoi"}


def _tens(words: list[re.Match[str]], index: int) -> tuple[str, int]:
    """Return the two digits of "hai mươi hai", "mười một", "ba mươi", and how many words they take."""
    first = strip_marks(words[index].group().lower())
    tens, used = ("1", 1) if first == "muoi" else (_DIGITS[first], 2)
    ones = strip_marks(words[index + used].group().lower()) if index + used < len(words) else ""
    if ones in _DIGITS and ones not in {"khong", "ko", "linh", "le"}:
        return tens + _DIGITS[ones], used + 1
    return tens + "0", used
