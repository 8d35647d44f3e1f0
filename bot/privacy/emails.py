"""Finding e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.privacy.plain_view import INVISIBLE

# Blanks around the sign are typed too, but then only a mail provider tells an address from a mention.
_AT = re.compile(
    rf"""
    (?: (?<=[\w.+%'~{INVISIBLE}-])[@＠][{INVISIBLE}]*
        (?:[^\W_](?:[\w-]|[{INVISIBLE}])*[.．])+ [^\W\d_](?:[\w-]|[{INVISIBLE}])+
      | (?P<loose>[ ]?[@＠][ ]?)
        (?:gmail|googlemail|yahoo|ymail|outlook|hotmail|live|icloud|msn|zoho|proton|protonmail)
        (?:[.．][a-z]{{2,4}}){{1,2}}(?![^\W\d_])
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LOCAL_BACKWARDS = re.compile(rf"(?:[\w.+%'~-]|[{INVISIBLE}])+")
_WORD = re.compile(r"\w")


def email_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of all addresses, from left to right."""
    floor = 0
    for found in _AT.finditer(text):
        # Each character is looked at once: a local part never reaches behind the sign before it.
        local = _LOCAL_BACKWARDS.match(text[floor : found.start()][::-1])
        start = found.start() - (local.end() if local else 0)
        first = _WORD.search(text, start, found.start())
        if first:
            yield first.start(), found.end()
            floor = found.end()
        else:
            floor = found.start() + 1
