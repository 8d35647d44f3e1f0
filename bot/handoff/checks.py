"""What an officer is asked about before it is sent: numbers of people, cards, and foreign links."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

_PERSONAL_NUMBER = re.compile(r"(?<!\d)\d(?:[ .-]?\d){11}(?!\d)")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def doubt_about(text: str, trusted_links: Collection[str]) -> str | None:
    """Return why a text should be looked at once more before it goes to a citizen, or None."""
    if _PERSONAL_NUMBER.search(text):
        return "Tin có dãy 12 chữ số, có thể là số căn cước."
    if any(_is_card(found[0]) for found in _CARD.finditer(text)):
        return "Tin có thể chứa số thẻ ngân hàng."
    for found in _LINK.finditer(text):
        host = urlsplit(found[0] if "://" in found[0] else f"https://{found[0]}").hostname or ""
        if not any(host == end or host.endswith(f".{end}") for end in trusted_links):
            return f"Tin có liên kết ngoài danh sách cho phép: {host}."
    return None


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [
        digit if number % 2 == 0 else sum(divmod(2 * digit, 10)) for number, digit in enumerate(digits[::-1])
    ]
    return sum(doubled) % 10 == 0
