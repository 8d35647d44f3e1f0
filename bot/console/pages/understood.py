"""What the serving release makes of a text."""

from __future__ import annotations

from bot.console.context import Console
from bot.dialogue.engine import NoRelease
from bot.training.examples import Label
from bot.training.label_names import ACTS, ASPECTS


async def understood_by(console: Console, text: str) -> Label | None:
    """Return what the serving release makes of a text, or None when that is nothing."""
    try:
        parsed = await console.service.engine.parse(text)
    except NoRelease:
        return None
    intent = (parsed.get("intent") or {}).get("name")
    if intent not in ASPECTS and intent not in ACTS:
        return None
    codes = (parsed.get("linking") or {}).get("found") or [None]
    return Label(intent, codes[0] if intent in ASPECTS else None)
