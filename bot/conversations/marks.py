"""Marks on what a citizen writes while a person is there: what it answers, and that it corrects something.

The bot understands texts, not chats, so it never gets them; an officer reads what the citizen's app shows.
"""

from __future__ import annotations

import re

EDITED = "Đã sửa: "
QUOTE_LENGTH = 80
_MARKS = re.compile(r"(?:Trả lời câu “[^\n]{1,90}”:\n)?(?:Đã sửa: )?")


def marked(text: str, *, quoted: str = "", is_edit: bool = False) -> str:
    """Return a text as officers should read it.

    Args:
        text: As typed.
        quoted: The message it answers, in the citizen's chat.
        is_edit: It takes the place of an earlier text of theirs.
    """
    text = f"{EDITED}{text}" if is_edit else text
    quote = " ".join(quoted.split())
    if not quote:
        return text
    short = quote if len(quote) <= QUOTE_LENGTH else f"{quote[: QUOTE_LENGTH - 1]}…"
    return f"Trả lời câu “{short}”:\n{text}"


def unmarked(text: str) -> str:
    """Return a text as it was typed."""
    found = _MARKS.match(text)
    return text[found.end() :] if found else text
