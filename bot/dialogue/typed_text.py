"""What citizens type never reaches Rasa as a command."""

from __future__ import annotations

from bot.vietnamese.normaliser import clean

LONGEST_READ = 1_000
"""Characters that are understood; nobody asks a question that long."""


def harmless(text: str) -> str:
    """Return typed text without what Rasa would obey.

    Rasa runs any message that starts with a slash, also behind blanks, as a trusted intent with
    entities and confidence 1.0: `/restart`, `/choose{"procedure": "…"}`.
    """
    return clean(text)[:LONGEST_READ].strip().lstrip("/\\ \u2044\u2215\uff0f").strip()
