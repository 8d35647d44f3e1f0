"""Texts of examples: tidied, compared, and refused when they name a person."""

from __future__ import annotations

import re
import unicodedata

from bot.privacy.masking import contains_personal_data

LONGEST = 400
"""Characters of an example; longer messages teach nothing that a shorter one would not."""

_NAME = re.compile(
    r"\b(?:tên(?:\s+(?:tôi|em|anh|chị|con|cháu|mình|là))*|(?:tôi|em|mình)\s+là)\s*:?\s+"
    r"((?:[A-ZÀ-ỸĐ][a-zà-ỹđ]+\s+){1,4}[A-ZÀ-ỸĐ][a-zà-ỹđ]+)"
)
_HOUSE = re.compile(r"\bsố nhà\s+\d+|\b(?:thửa|thửa đất)\s+số\s+\d+", re.IGNORECASE)


class TextRefused(ValueError):
    """A text that must not become an example; the message is for clerks."""


def tidy(text: str) -> str:
    """Return the text in NFC on one line with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def key_of(text: str) -> str:
    """Return what makes two texts the same example: case and spaces do not count."""
    return tidy(text).lower()[:LONGEST]


def accepted(text: str) -> str:
    """Return the tidied text.

    Raises:
        TextRefused: It is empty, too long, or says who somebody is or where they live.
    """
    tidied = tidy(text)
    if not any(character.isalnum() for character in tidied):
        raise TextRefused("Câu trống, không có chữ nào.")
    if len(tidied) > LONGEST:
        raise TextRefused(f"Câu dài quá {LONGEST} ký tự, hãy rút gọn.")
    if tidied.startswith("/"):
        raise TextRefused("Câu không được bắt đầu bằng dấu /.")
    if contains_personal_data(tidied):
        raise TextRefused("Câu có số giấy tờ, số điện thoại hoặc thư điện tử. Hãy xoá phần đó trước khi lưu.")
    if _NAME.search(tidied) or _HOUSE.search(tidied):
        raise TextRefused("Câu có họ tên hoặc địa chỉ của một người. Hãy xoá phần đó trước khi lưu.")
    return tidied
