"""What citizens type never reaches Rasa as a command."""

from __future__ import annotations

import re

from bot.vietnamese.normaliser import clean

LONGEST_READ = 1_000
"""Characters that are understood; nobody asks a question that long."""

# Every kind of blank, because Rasa strips them all before it looks for its slash.
_COMMAND_MARKS = re.compile(r"[\s/\\\u2044\u2215\uff0f]+")


def harmless(text: str) -> str:
    """Return typed text without what Rasa would obey.

    Rasa runs any message that starts with a slash, also behind blanks, as a trusted intent with
    entities and confidence 1.0: `/restart`, `/choose{"procedure": "…"}`.
    """
    shortened = clean(text)[:LONGEST_READ]
    marks = _COMMAND_MARKS.match(shortened)
    return shortened[marks.end() if marks else 0 :].strip()
