"""A choice after a question back: by button, by number, or by the words on the button."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import outbox
from bot.vietnamese.folding import words

RECENT_REPLIES = 30
"""How many earlier replies of a conversation keep their buttons alive."""

ORDINALS = {
    "nhat": 1, "dau": 1, "dau tien": 1, "mot": 1, "hai": 2, "nhi": 2, "ba": 3, "tu": 4, "bon": 4,
    "nam": 5, "sau": 6, "bay": 7, "tam": 8,
}  # fmt: skip
NUMBERED = re.compile(
    r"(?:(?:toi |em |minh |chi |anh |cho )?(?:chon |lay |muon )?)?"
    r"(?:cai |so |muc |thu |y |phuong an |truong hop |lua chon |dong )*"
    r"(?P<which>\d{1,2}|dau tien|cuoi cung|cuoi|[a-z]{2,4})"
    r"(?: (?:nhe|nha|a|ah|di|do|ay|ban|ad|em|oi))*"
)


def choose(text: str, choices: Sequence[dict[str, str]]) -> dict[str, str] | None:
    """Return the open choice that `text` names, or None when it names none.

    Args:
        text: The citizen's message.
        choices: The buttons of the last reply, each with `title` and `payload`.
    """
    if not choices:
        return None
    said = words(text)
    for choice in choices:
        if said and said == words(choice["title"]):
            return choice
    found = NUMBERED.fullmatch(said)
    if not found:
        return None
    which = found["which"]
    if which in {"cuoi", "cuoi cung"}:
        return choices[-1]
    number = int(which) if which.isdigit() else ORDINALS.get(which, 0)
    # A lone "ba" or "tư" is rather a word than a number.
    if not which.isdigit() and said == which and which not in {"mot", "hai", "dau tien"}:
        return None
    return choices[number - 1] if 1 <= number <= len(choices) else None


async def find_pressed(
    connection: AsyncConnection,
    conversation_id: str,
    choice_id: str | None,
    open_choices: Sequence[dict[str, str]],
) -> str | None:
    """Return the payload of a button of this conversation, or None for an old or a foreign one."""
    if choice_id is None:
        return None
    for choice in open_choices:
        if choice["id"] == choice_id:
            return choice["payload"]
    bodies = await connection.scalars(
        select(outbox.c.body)
        .where(outbox.c.conversation_id == conversation_id)
        .order_by(outbox.c.seq.desc())
        .limit(RECENT_REPLIES)
    )
    buttons = (button for body in bodies for button in body.get("buttons", ()))
    return next((str(button["payload"]) for button in buttons if button["id"] == choice_id), None)
