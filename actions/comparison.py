"""Recognising a comparison of two procedures."""

from __future__ import annotations

import re

from bot.vietnamese.folding import words

_CUE = re.compile(
    r"\b(?:khac (?:gi|nhau|the nao|cho nao|ra sao)|khac voi|so voi|giong nhau|co giong|phan biet"
    r"|(?:cai|ben|loai|cach|dang) nao .{0,12}\bhon|nen (?:lam|chon) .{0,20}\bhay)\b"
)


def is_comparison(text: str) -> bool:
    """Say whether a message asks how two things differ or which is better."""
    return _CUE.search(words(text)) is not None
